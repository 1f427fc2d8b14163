"""Subscribers' queues from the API to their consumers, over a real RabbitMQ, whatever fails in between."""

import asyncio
import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pika
import pika.exceptions
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_gateway.outbound.provisioning import worker as provisioning
from rtp_gateway.outbound.provisioning.worker import LEASE, claim_requests, provision_due, run_provisioning, settle
from rtp_gateway.outbound.transports.amqp import AmqpTransport
from rtp_gateway.outbound.transports.queues import QueueProvisioner
from rtp_shared.contracts import events
from tests.conftest import Api, NewClient
from tests.gateway.conftest import Owner, list_wrong_fields, path_of, run_sql
from tests.gateway.outbound.conftest import ProvisionDue
from tests.support.amqp import VHOST
from tests.support.rabbitmq import Broker
from tests.support.waiting import until
from tests.support.webhooks import Clock, ask

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("new_worker")]  # what is subscribed to ends with the test


async def subscribe(api: Api, **details: Any) -> dict[str, Any]:
    answer = await api.post("/v1/subscriptions", json={"protocol": "AMQP", **details})
    assert answer.status_code == 201, answer.text
    subscription: dict[str, Any] = answer.json()
    return subscription


async def show_status(api: Api, subscription: dict[str, Any]) -> str:
    return str((await api.get(path_of(subscription))).json()["status"])


async def end(api: Api, subscription: dict[str, Any]) -> None:
    assert (await api.delete(path_of(subscription), headers={"If-Match": "*"})).status_code == 204


async def list_requests(platform: Platform) -> Sequence[Any]:
    """The queue requests that are still there."""
    return await run_sql(platform, "SELECT * FROM queue_requests")


@contextmanager
def connect(access: dict[str, Any]) -> Iterator[pika.BlockingConnection]:
    parameters = pika.URLParameters(access["url"])
    parameters.credentials = pika.PlainCredentials(access["username"], access["password"])
    with pika.BlockingConnection(parameters) as connection:
        yield connection


def can_read(access: dict[str, Any]) -> bool:
    try:
        with connect(access) as connection:
            connection.channel().queue_declare(access["queue"], passive=True)
    except (pika.exceptions.AMQPConnectionError, pika.exceptions.ChannelClosedByBroker):
        return False
    return True


def consume(access: dict[str, Any], wanted: int) -> list[bytes]:
    found: list[bytes] = []
    with connect(access) as connection:
        channel = connection.channel()
        for method, _, body in channel.consume(access["queue"], inactivity_timeout=20):
            assert method is not None, f"only {len(found)} of {wanted} came"
            found.append(body or b"")
            channel.basic_ack(method.delivery_tag or 0)
            if len(found) == wanted:
                break
        channel.cancel()
    return found


async def test_events_come_to_the_queue_in_order_with_their_bytes_untouched(
    owner: Owner, transport: AmqpTransport, provision_queues: ProvisionDue
) -> None:
    cases = [uuid.uuid4() for _ in range(3)]
    subscription = await subscribe(owner.api)
    assert "secret" not in subscription
    assert subscription["sink"] == f"{subscription['queue']['url']}#{subscription['queue']['queue']}"
    await provision_queues()
    published = [each for case_id in cases for each in await owner.publish(case_id, 1, 2, 3)]
    await owner.new_worker(transports={"AMQP": transport}).drain()
    assert {each["state"] for each in await owner.deliveries(subscription)} == {"delivered"}
    bodies = consume(subscription["queue"], 9)
    assert sorted(bodies) == sorted(each.body for each in published)
    for case_id in cases:
        assert [event.sequence for event in map(events.read, bodies) if event.subject_id == case_id] == [1, 2, 3]


async def test_until_its_queue_is_there_a_subscription_is_provisioning_and_events_wait(
    owner: Owner, transport: AmqpTransport, offered: QueueProvisioner, provision_queues: ProvisionDue
) -> None:
    subscription = await subscribe(owner.api)
    assert subscription["status"] == await show_status(owner.api, subscription) == "provisioning"
    assert await offered.list_provisioned() == set(), "nothing is done at the broker inside the request"
    await owner.publish(uuid.uuid4(), 1)
    worker = owner.new_worker(transports={"AMQP": transport})
    assert await worker.drain() == 0
    for action in ("pause", "resume"):
        answer = await owner.api.post(f"{path_of(subscription)}/actions/{action}", headers={"If-Match": "*"})
        assert answer.status_code == 409
    assert await provision_queues() == 1
    assert (await show_status(owner.api, subscription), await list_requests(owner.platform)) == ("active", [])
    assert await worker.drain() == 1
    assert len(consume(subscription["queue"], 1)) == 1


async def test_what_a_full_queue_has_no_room_for_waits_here_in_order(
    owner: Owner, transport: AmqpTransport, provision_queues: ProvisionDue
) -> None:
    case_id = uuid.uuid4()
    subscription = await subscribe(owner.api, protocolsettings={"maxmessages": 2})
    await provision_queues()
    sequences = list(range(1, 11))
    await owner.publish(case_id, *sequences)
    worker = owner.new_worker(now=owner.clock, transports={"AMQP": transport})
    await worker.drain()
    waiting = [each for each in await owner.deliveries(subscription) if each["state"] == "pending"]
    assert waiting  # RabbitMQ lets a few more in than the bound says
    assert {each["lastStatus"] for each in waiting} == {429, None}
    got: list[int] = []
    while len(got) < len(sequences):
        there = sum(each["state"] == "delivered" for each in await owner.deliveries(subscription)) - len(got)
        got += [events.read(body).sequence for body in consume(subscription["queue"], there)]
        owner.clock.forward(minutes=2)
        await worker.drain()
    assert got == sequences


@pytest.mark.parametrize("is_there", [True, False], ids=["once it is there", "before it is there"])
async def test_its_bounds_can_be_changed(
    api: Api, offered: QueueProvisioner, provision_queues: ProvisionDue, is_there: bool
) -> None:
    subscription = await subscribe(api)
    if is_there:
        await provision_queues()
    changes = {"protocolsettings": {"maxmessages": 5, "maxbytes": 100_000}}
    answer = await api.patch(path_of(subscription), json=changes, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["protocolsettings"] == changes["protocolsettings"]
    assert await provision_queues() == 1
    policy: Any = await offered._call("GET", "policies", VHOST, subscription["queue"]["queue"])
    assert policy["definition"] == {"max-length": 5, "max-length-bytes": 100_000}
    assert can_read(subscription["queue"]), "its password is the one that it was given"
    assert await show_status(api, subscription) == "active"


async def test_a_new_password_takes_the_place_of_the_old_one(
    owner: Owner, transport: AmqpTransport, provision_queues: ProvisionDue
) -> None:
    subscription = await subscribe(owner.api)
    await provision_queues()
    key = {"If-Match": "*", "Idempotency-Key": '"rotate"'}
    answer = await owner.api.post(f"{path_of(subscription)}/actions/rotate-secret", json={}, headers=key)
    assert answer.status_code == 200, answer.text
    rotated = answer.json()["queue"]
    assert "formerKeysUntil" not in {**answer.json(), **await owner.show(subscription)}  # the old one goes at once
    assert (can_read(subscription["queue"]), can_read(rotated)) == (True, False), "until the work is done at the broker"
    await provision_queues()
    with pytest.raises(pika.exceptions.ProbableAuthenticationError), connect(subscription["queue"]):
        pass
    await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker(transports={"AMQP": transport}).drain()
    assert len(consume(rotated, 1)) == 1
    again = await owner.api.post(f"{path_of(subscription)}/actions/rotate-secret", json={}, headers=key)
    assert again.json()["queue"] == {name: value for name, value in rotated.items() if name != "password"}
    assert rotated["password"] not in json.dumps((await owner.api.get(path_of(subscription))).json())


async def test_no_password_is_kept(platform: Platform, new_client: NewClient, offered: QueueProvisioner) -> None:
    subscription = await subscribe(await new_client())
    [request] = await list_requests(platform)
    assert request.password_hash
    assert subscription["queue"]["password"] not in str(request)


@pytest.mark.parametrize("is_there", [True, False], ids=["once it is there", "before it is there"])
async def test_a_subscription_that_ends_takes_its_queue_along(
    platform: Platform, api: Api, offered: QueueProvisioner, provision_queues: ProvisionDue, is_there: bool
) -> None:
    subscription = await subscribe(api)
    if is_there:
        await provision_queues()
        assert uuid.UUID(subscription["id"]) in await offered.list_provisioned()
    await end(api, subscription)
    await provision_queues()
    assert await offered.list_provisioned() == set()
    assert (await show_status(api, subscription), await list_requests(platform)) == ("ended", [])


async def test_one_that_ends_while_it_is_provisioned_leaves_nothing(
    platform: Platform,
    api: Api,
    offered: QueueProvisioner,
    provision_queues: ProvisionDue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    provision = QueueProvisioner.provision
    subscription = await subscribe(api)

    async def end_meanwhile(self: QueueProvisioner, *arguments: Any, **details: Any) -> None:
        await provision(self, *arguments, **details)
        assert uuid.UUID(subscription["id"]) in await self.list_provisioned()
        await end(api, subscription)
        assert await provision_queues() == 0, "whoever is at it is left alone"

    monkeypatch.setattr(QueueProvisioner, "provision", end_meanwhile)
    await provision_queues()
    assert await offered.list_provisioned() == set()
    assert (await show_status(api, subscription), await list_requests(platform)) == ("ended", [])


@pytest.mark.parametrize("ends", [False, True], ids=["made", "removed"])
async def test_a_broker_that_is_away_is_waited_for(
    platform: Platform, api: Api, offered: QueueProvisioner, broker: Broker, provision_queues: ProvisionDue, ends: bool
) -> None:
    clock = Clock()
    subscription = await subscribe(api)
    if ends:
        await provision_queues()
        await end(api, subscription)
    status = await show_status(api, subscription)
    away = QueueProvisioner(SecretStr("http://guest:guest@127.0.0.1:1"), SecretStr(broker.url), vhost=VHOST)
    pauses = []
    for _ in range(9):
        assert await provision_due(platform.background["gateway"].database, away, now=clock) == 0
        [request] = await list_requests(platform)
        assert (request.last_error, request.leased_until) == ("QueuesUnavailable", None)
        pauses.append((request.next_attempt_at - clock()).total_seconds())
        clock.at = request.next_attempt_at
    await away.close()
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert await show_status(api, subscription) == status
    assert await provision_due(platform.background["gateway"].database, offered, now=clock) == 1
    assert (uuid.UUID(subscription["id"]) in await offered.list_provisioned()) is not ends
    assert await show_status(api, subscription) == ("ended" if ends else "active")


async def claim_and_die(platform: Platform, offered: QueueProvisioner, at: datetime, *, works: bool) -> Any:
    """A worker claims what is due and, if it `works`, does it at the broker; then it is heard of no more."""
    async with platform.background["gateway"].database.transaction() as session:
        [claimed] = await claim_requests(session, now=at)
    if works:
        await provisioning._change_broker(offered, claimed)
    return claimed


@pytest.mark.parametrize("works", [False, True], ids=["before its work", "after its work"])
async def test_what_a_worker_that_died_had_claimed_is_done_by_another(
    platform: Platform, api: Api, offered: QueueProvisioner, works: bool
) -> None:
    clock = Clock()
    subscription = await subscribe(
        api
    )  # committed; and if the process died here, its request would be there as it is now
    await claim_and_die(platform, offered, clock(), works=works)
    assert await provision_due(platform.background["gateway"].database, offered, now=clock) == 0, "it is leased"
    assert await show_status(api, subscription) == "provisioning"
    clock.at += LEASE
    assert await provision_due(platform.background["gateway"].database, offered, now=clock) == 1
    assert await show_status(api, subscription) == "active"
    assert can_read(subscription["queue"])


async def test_a_worker_that_comes_back_late_settles_no_later_request(
    platform: Platform, api: Api, offered: QueueProvisioner
) -> None:
    clock = Clock()
    subscription = await subscribe(api)
    late = await claim_and_die(platform, offered, clock(), works=True)
    rotated = (await ask(api, subscription, "actions/rotate-secret", overlapHours=0))["queue"]
    async with platform.background["gateway"].database.transaction() as session:
        await settle(session, late, now=clock())
    assert await show_status(api, subscription) == "provisioning"
    clock.at += timedelta(seconds=1)
    assert await provision_due(platform.background["gateway"].database, offered, now=clock) == 1
    assert (can_read(subscription["queue"]), can_read(rotated)) == (False, True)
    assert await show_status(api, subscription) == "active"


async def test_another_client_sees_no_request(
    platform: Platform, api: Api, new_client: NewClient, offered: QueueProvisioner
) -> None:
    other = await new_client()
    await subscribe(api)
    for client, seen in ((api, 1), (other, 0)):
        async with platform.gateway.database.transaction([f"client:{client.client_id}"]) as session:
            assert await session.scalar(text("SELECT count(*) FROM queue_requests")) == seen


async def test_it_runs_by_itself_where_amqp_is_offered(
    platform: Platform, api: Api, offered: QueueProvisioner, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = await subscribe(api)
    monkeypatch.setattr(provisioning, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(provisioning, "build_provisioner", lambda _: offered)
    running = asyncio.create_task(run_provisioning(platform.background["gateway"]))

    async def active() -> bool:
        return await show_status(api, subscription) == "active"

    await until(active, "provisioning")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sink": "https://hooks.example.org/x"}, "/sink"),
        ({"sinkcredential": {"credentialtype": "PLAIN", "identifier": "a", "secret": "b"}}, "/sinkcredential"),
        ({"protocolsettings": {"handshake": True}}, "/protocolsettings"),
    ],
)
async def test_what_does_not_go_with_a_queue_is_named(
    api: Api, offered: QueueProvisioner, body: dict[str, Any], field: str
) -> None:
    answer = await api.post("/v1/subscriptions", json={"protocol": "AMQP", **body})
    assert list_wrong_fields(answer) == [field]
