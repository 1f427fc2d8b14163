"""The way of an event to a subscriber's own queue, from the API to its consumer, over a real RabbitMQ."""

import json
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pika
import pika.exceptions
import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_gateway.deliveries.amqp import AmqpCarrier
from rtp_gateway.subscriptions.leftovers import remove_leftovers
from rtp_gateway.subscriptions.queues import Queues, in_vhost
from rtp_shared.clock import utcnow
from rtp_shared.contracts import events
from tests.conftest import Api, NewClient
from tests.gateway.conftest import NewCourier
from tests.gateway.test_amqp import VHOST, management_url, queues  # noqa: F401 - fixtures
from tests.support.rabbitmq import Broker
from tests.support.webhooks import Clock, deliveries, publish

pytestmark = pytest.mark.anyio


@pytest.fixture
async def carrier(broker: Broker) -> AsyncIterator[AmqpCarrier]:
    carrier = AmqpCarrier(in_vhost(broker.url, VHOST))
    yield carrier
    await carrier.close()


@pytest.fixture
def offered(platform: Platform, queues: Queues) -> Iterator[Queues]:  # noqa: F811
    """Queues can be had from the platform that all tests share, as long as the test lasts."""
    state = platform.app.own.state
    kit = state.kit
    state.kit = replace(kit, queues=queues)
    yield queues
    state.kit = kit


async def subscribe(api: Api, **details: Any) -> dict[str, Any]:
    answer = await api.post("/v1/subscriptions", json={"protocol": "AMQP", **details})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def connect(access: dict[str, Any], password: str | None = None) -> pika.BlockingConnection:
    there = urlsplit(access["url"])
    user = f"{access['username']}:{password or access['password']}"
    return pika.BlockingConnection(pika.URLParameters(there._replace(netloc=f"{user}@{there.netloc}").geturl()))


def consumed(access: dict[str, Any], wanted: int, password: str | None = None) -> list[bytes]:
    found: list[bytes] = []
    with connect(access, password) as connection:
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
    platform: Platform, new_client: NewClient, courier: NewCourier, offered: Queues, carrier: AmqpCarrier
) -> None:
    api, cases = await new_client(), [uuid.uuid4() for _ in range(3)]
    made = await subscribe(api)
    assert made["secret"] is None
    assert made["sink"] == f"{made['queue']['url']}#{made['queue']['queue']}"
    published = [each for case_id in cases for each in await publish(platform, api, case_id, 1, 2, 3)]
    await courier(carriers={"AMQP": carrier}).drain()
    assert {each["state"] for each in await deliveries(api, made)} == {"delivered"}
    bodies = consumed(made["queue"], 9)
    assert sorted(bodies) == sorted(each.body for each in published)
    for case_id in cases:
        mine = [event.sequence for event in map(events.read, bodies) if event.subject_id == case_id]
        assert mine == [1, 2, 3]


async def test_what_a_full_queue_has_no_room_for_waits_here_in_order(
    platform: Platform, new_client: NewClient, courier: NewCourier, offered: Queues, carrier: AmqpCarrier
) -> None:
    api, clock, case_id = await new_client(), Clock(), uuid.uuid4()
    made = await subscribe(api, protocolsettings={"maxmessages": 2})
    sequences = list(range(1, 11))
    await publish(platform, api, case_id, *sequences)
    post = courier(now=clock, carriers={"AMQP": carrier})
    await post.drain()
    waiting = [each for each in await deliveries(api, made) if each["state"] == "pending"]
    assert waiting  # RabbitMQ lets a few more in than the bound says
    assert {each["lastStatus"] for each in waiting} == {429, None}
    got: list[int] = []
    while len(got) < len(sequences):
        there = sum(each["state"] == "delivered" for each in await deliveries(api, made)) - len(got)
        got += [events.read(body).sequence for body in consumed(made["queue"], there)]
        clock.forward(minutes=2)
        await post.drain()
    assert got == sequences


async def test_its_bounds_can_be_changed(
    platform: Platform, new_client: NewClient, courier: NewCourier, offered: Queues
) -> None:
    api = await new_client()
    made = await subscribe(api)
    changes = {"protocolsettings": {"maxmessages": 5, "maxbytes": 100_000}}
    answer = await api.patch(f"/v1/subscriptions/{made['id']}", json=changes, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert answer.json()["protocolsettings"] == changes["protocolsettings"]
    policy = await offered._call("GET", "policies", VHOST, made["queue"]["queue"])
    assert policy["definition"] == {"max-length": 5, "max-length-bytes": 100_000}


async def test_a_new_password_takes_the_place_of_the_old_one_at_once(
    platform: Platform, new_client: NewClient, courier: NewCourier, offered: Queues, carrier: AmqpCarrier
) -> None:
    api = await new_client()
    made = await subscribe(api)
    path = f"/v1/subscriptions/{made['id']}"
    key = {"If-Match": '"1"', "Idempotency-Key": '"rotate"'}
    answer = await api.post(f"{path}/actions/rotate-secret", json={}, headers=key)
    assert answer.status_code == 200, answer.text
    rotated = answer.json()["queue"]
    with pytest.raises(pika.exceptions.ProbableAuthenticationError):
        connect(made["queue"])
    await publish(platform, api, uuid.uuid4(), 1)
    await courier(carriers={"AMQP": carrier}).drain()
    assert len(consumed(rotated, 1)) == 1
    again = await api.post(f"{path}/actions/rotate-secret", json={}, headers=key)
    assert again.json()["queue"] == {**rotated, "password": None}
    assert rotated["password"] not in json.dumps((await api.get(path)).json())


async def test_a_subscription_that_ends_takes_its_queue_along(
    platform: Platform, new_client: NewClient, courier: NewCourier, offered: Queues
) -> None:
    api = await new_client()
    made = await subscribe(api)
    assert uuid.UUID(made["id"]) in await offered.made()
    ended = await api.delete(f"/v1/subscriptions/{made['id']}", headers={"If-Match": "*"})
    assert ended.status_code == 204
    assert uuid.UUID(made["id"]) not in await offered.made()


async def test_a_queue_without_a_subscription_is_taken_away_once_it_is_old(
    platform: Platform, new_client: NewClient, courier: NewCourier, offered: Queues
) -> None:
    kept = uuid.UUID((await subscribe(await new_client()))["id"])
    async with platform.gateway.database.transaction() as session:
        [row] = await session.execute(text("SELECT uuidv7()"))
        orphan = row[0]
        await offered.make(orphan, max_messages=10, max_bytes=100_000)
        assert await remove_leftovers(session, offered, now=utcnow()) == set()  # it may just be in the making
        later = utcnow() + timedelta(hours=2)
        assert await remove_leftovers(session, offered, now=later) == {orphan}
    assert await offered.made() == {kept}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sink": "https://hooks.example.org/x"}, "/sink"),
        ({"sinkcredential": {"credentialtype": "PLAIN", "identifier": "a", "secret": "b"}}, "/sinkcredential"),
        ({"protocolsettings": {"handshake": True}}, "/protocolsettings"),
    ],
)
async def test_what_does_not_go_with_a_queue_is_named(
    new_client: NewClient, offered: Queues, body: dict[str, Any], field: str
) -> None:
    api = await new_client()
    answer = await api.post("/v1/subscriptions", json={"protocol": "AMQP", **body})
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
