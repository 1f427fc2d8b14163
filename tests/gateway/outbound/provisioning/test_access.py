"""What stands in a subscriber's queue is shut away within two seconds from a client that may no longer have it."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from rtp_embedded.platform import Platform
from rtp_gateway.outbound.provisioning import access
from rtp_gateway.outbound.provisioning.access import AccessKeeper, run_access
from rtp_gateway.outbound.transports.amqp import AmqpTransport
from rtp_gateway.outbound.transports.errors import QueuesUnavailable
from rtp_gateway.outbound.transports.queues import QueueProvisioner
from tests.conftest import Api
from tests.gateway.conftest import Owner, path_of, run_sql
from tests.gateway.outbound.conftest import ProvisionDue
from tests.gateway.outbound.provisioning.test_worker import can_read, connect, consume, show_status, subscribe
from tests.support.revocation import DEACTIVATE, PROMISED_SECONDS
from tests.support.waiting import until
from tests.support.webhooks import ask

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("new_worker")]  # what is subscribed to ends with the test

ACTIVATE = "UPDATE clients SET active = true WHERE client_id = :id"
LOSSES = {
    "deactivated": DEACTIVATE,
    "lost its scope": "UPDATE clients SET scopes = array_remove(scopes, 'subscriptions:write') WHERE client_id = :id",
}
MOVE = "UPDATE clients SET organisation = gen_random_uuid() WHERE client_id = :id"


@pytest.fixture
def keeper(platform: Platform, offered: QueueProvisioner) -> AccessKeeper:
    return AccessKeeper(platform.background["gateway"], offered)


@pytest.fixture
async def running(
    platform: Platform, offered: QueueProvisioner, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[None]:
    """The loop that every delivery worker runs, as it is."""
    monkeypatch.setattr(access, "build_provisioner", lambda _: offered)
    loop = asyncio.create_task(run_access(platform.gateway))
    yield
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def wait_until_shut(subscription: dict[str, Any]) -> None:
    async def shut() -> bool:
        return not await asyncio.to_thread(can_read, subscription["queue"])

    await until(shut, "shutting the queue away", seconds=PROMISED_SECONDS)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())
async def test_a_client_that_may_not_have_it_reads_its_queue_no_more(
    owner: Owner, transport: AmqpTransport, provision_queues: ProvisionDue, running: None, loss: str
) -> None:
    subscription = await subscribe(owner.api)
    await provision_queues()
    await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker(transports={"AMQP": transport}).drain()
    assert can_read(subscription["queue"])
    await run_sql(owner.platform, loss, id=owner.api.client_id)
    await wait_until_shut(subscription)


async def test_a_connection_that_is_open_is_closed(
    platform: Platform, api: Api, provision_queues: ProvisionDue, running: None
) -> None:
    subscription = await subscribe(api)
    await provision_queues()
    with connect(subscription["queue"]) as connection:
        channel = connection.channel()
        channel.basic_consume(subscription["queue"]["queue"], lambda *_: None)
        await run_sql(platform, DEACTIVATE, id=api.client_id)
        began = time.monotonic()

        def read_to_the_end() -> None:
            while connection.is_open:
                connection.process_data_events(time_limit=1)

        with pytest.raises(Exception, match="CONNECTION_FORCED"):
            await asyncio.to_thread(read_to_the_end)
        assert time.monotonic() - began < PROMISED_SECONDS


async def test_it_is_opened_again_with_what_waited_and_the_same_password(
    owner: Owner, transport: AmqpTransport, provision_queues: ProvisionDue, keeper: AccessKeeper
) -> None:
    subscription = await subscribe(owner.api)
    await provision_queues()
    [sent] = await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker(transports={"AMQP": transport}).drain()
    await run_sql(owner.platform, DEACTIVATE, id=owner.api.client_id)
    await keeper.enforce()
    assert not can_read(subscription["queue"])
    await run_sql(owner.platform, ACTIVATE, id=owner.api.client_id)
    await keeper.enforce()
    assert consume(subscription["queue"], 1) == [sent.body]


async def test_a_new_password_that_was_asked_for_before_opens_nothing_after(
    platform: Platform, api: Api, provision_queues: ProvisionDue, keeper: AccessKeeper
) -> None:
    subscription = await subscribe(api)
    await provision_queues()
    rotated = await ask(api, subscription, "actions/rotate-secret", overlapHours=0)
    await run_sql(platform, DEACTIVATE, id=api.client_id)
    await keeper.enforce()
    await provision_queues()
    await keeper.enforce()
    assert not can_read(rotated["queue"])


async def test_a_broker_that_is_away_is_asked_again(
    platform: Platform, api: Api, provision_queues: ProvisionDue, keeper: AccessKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = await subscribe(api)
    await provision_queues()
    await run_sql(platform, DEACTIVATE, id=api.client_id)

    async def fail(*_: object) -> None:
        raise QueuesUnavailable

    with monkeypatch.context() as broken:
        broken.setattr(QueueProvisioner, "close_to_user", fail)
        with pytest.raises(QueuesUnavailable):
            await keeper.enforce()
    await keeper.enforce()
    assert not can_read(subscription["queue"])


async def test_a_subscription_ends_with_its_queue_when_its_client_moves(
    platform: Platform, api: Api, offered: QueueProvisioner, provision_queues: ProvisionDue, keeper: AccessKeeper
) -> None:
    subscription = await subscribe(api)
    await provision_queues()
    await run_sql(platform, MOVE, id=api.client_id)
    await keeper.enforce()
    await provision_queues()
    assert await offered.list_provisioned() == set()
    await api.sign_in()
    assert await show_status(api, subscription) == "ended"


async def test_a_paused_one_ends_too_and_tells_nothing_of_what_waited(owner: Owner, keeper: AccessKeeper) -> None:
    subscription = await owner.subscribe()
    await owner.ask(subscription, "actions/pause")
    [secret] = await owner.publish(uuid.uuid4(), 1, readers=[f"org:{owner.api.organisation}", "system"])
    await run_sql(owner.platform, MOVE, id=owner.api.client_id)
    await keeper.enforce()
    await owner.api.sign_in()
    refused = await owner.api.post(f"{path_of(subscription)}/actions/resume", headers={"If-Match": "*"})
    assert refused.status_code == 409
    assert str(secret.event_id) not in json.dumps(await owner.deliveries(subscription))
    await owner.new_worker().drain()
    assert owner.receiver.received == []
