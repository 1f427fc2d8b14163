"""Which deliveries a worker claims: so many at once, held for the length of a lease, and none that nobody may see."""

import asyncio
import uuid
from dataclasses import replace
from typing import Any

import pytest

from rtp_gateway.outbound.deliveries.worker import LEASE
from tests.gateway.conftest import Owner, run_sql
from tests.support.revocation import DEACTIVATE
from tests.support.webhooks import answering, no_content

pytestmark = pytest.mark.anyio


async def test_no_more_at_once_than_asked_for(owner: Owner) -> None:
    await owner.subscribe(concurrency=2)
    await owner.publish_cases(6)
    assert len(await owner.new_worker()._claim()) == 2


async def test_a_failing_subscriber_is_tried_one_by_one_until_it_is_well(owner: Owner) -> None:
    await owner.subscribe()
    owner.receiver.answer = answering(500)
    await owner.publish_cases(3)
    await owner.worker.drain()
    await owner.publish_cases(5)
    owner.clock.forward(seconds=6)
    assert len(await owner.worker._claim()) == 1
    owner.clock.forward(seconds=31)
    owner.receiver.answer = no_content
    well = owner.new_worker(now=owner.clock)
    assert await well.drain() == 8
    assert await well._claim() == []


async def test_what_a_killed_worker_held_comes_back(owner: Owner) -> None:
    subscription = await owner.subscribe()
    await owner.publish(uuid.uuid4(), 1, 2)
    killed = owner.new_worker(now=owner.clock)
    (claimed,) = await killed._claim()  # and then nothing is heard of it any more
    other = owner.new_worker(now=owner.clock)
    assert await other.drain() == 0
    owner.clock.at += LEASE
    assert await other.drain() == 2
    assert [each.sequence for each in owner.receiver.received] == [1, 2]
    await killed._run_attempt(claimed)  # it was only slow: its report comes too late and changes nothing
    shown = [(each["state"], each["attempts"]) for each in await owner.deliveries(subscription)]
    assert shown == [("delivered", 1), ("delivered", 2)]


@pytest.mark.parametrize("status", [204, 410, 500])
async def test_a_report_after_the_lease_changes_nothing(owner: Owner, status: int) -> None:
    subscription = await owner.subscribe()
    await owner.publish(uuid.uuid4(), 1, 2)
    slow, other = owner.new_worker(now=owner.clock), owner.new_worker(now=owner.clock)
    (late,) = await slow._claim()
    owner.clock.at += LEASE
    (held,) = await other._claim()
    owner.receiver.answer = answering(status)
    before = await owner.deliveries(subscription)
    await slow._run_attempt(late)
    assert await owner.deliveries(subscription) == before
    owner.receiver.answer = no_content
    await other._run_attempt(held)
    assert [each["state"] for each in await owner.deliveries(subscription)] == ["pending", "delivered"]
    assert (await owner.show(subscription))["status"] == "active"


async def test_workers_side_by_side_share_the_work(owner: Owner) -> None:
    await owner.subscribe()
    cases = await owner.publish_cases(10, 1, 2, 3)
    attempts = await asyncio.gather(*(owner.new_worker().drain() for _ in range(3)))
    while sum(attempts) < 30:
        attempts += await asyncio.gather(*(owner.new_worker().drain() for _ in range(3)))
    assert len(owner.receiver.received) == 30  # nothing twice
    for case_id in cases:
        assert owner.receiver.sequences(case_id) == [1, 2, 3]


FORGET_SCOPE = "UPDATE clients SET scopes = array_remove(scopes, :scope) WHERE client_id = :id"


async def test_workers_together_keep_the_rate_of_a_subscription(owner: Owner) -> None:
    await owner.subscribe(ratePerMinute=60)
    await owner.publish_cases(20)
    workers = [owner.new_worker(now=owner.clock) for _ in range(2)]
    for seconds in range(20):
        attempts = await asyncio.gather(*(worker.drain() for worker in workers))
        assert sum(attempts) == 1, seconds
        owner.clock.forward(seconds=1)


@pytest.mark.parametrize(
    "change",
    [DEACTIVATE, FORGET_SCOPE.replace(":scope", "'subscriptions:write'")],
    ids=["deactivated", "lost its scope"],
)
async def test_a_client_that_may_no_longer_subscribe_is_sent_nothing(owner: Owner, change: str) -> None:
    active = replace(owner, api=await owner.new_client())
    subscription = await owner.subscribe()
    await active.subscribe()
    await owner.publish(uuid.uuid4(), 1)
    await active.publish(uuid.uuid4(), 1)
    await run_sql(owner.platform, change, id=owner.api.client_id)
    assert await owner.new_worker().drain() == 2
    assert len(owner.receiver.received) == 1
    assert await list_states(owner, subscription) == ["cancelled"]


async def list_states(owner: Owner, subscription: dict[str, Any]) -> list[str]:
    """The states of the subscription's deliveries, which its client may not be let in to ask for; newest first."""
    query = "SELECT state FROM deliveries WHERE subscription_id = :id ORDER BY position DESC"
    return [row.state for row in await run_sql(owner.platform, query, id=uuid.UUID(subscription["id"]))]


async def test_the_central_team_gets_what_it_oversees_and_not_once_it_no_longer_does(owner: Owner) -> None:
    owner.api = await owner.new_client(scopes="cases:oversee events:read subscriptions:read subscriptions:write")
    subscription = await owner.subscribe()
    overseers = ["scope:cases:oversee", "system"]
    await owner.publish(uuid.uuid4(), 1, readers=overseers)
    await owner.worker.drain()
    assert len(owner.receiver.received) == 1
    await run_sql(owner.platform, FORGET_SCOPE, id=owner.api.client_id, scope="cases:oversee")
    await owner.publish(uuid.uuid4(), 1, readers=overseers)
    await owner.worker.drain()
    assert len(owner.receiver.received) == 1
    assert await list_states(owner, subscription) == ["cancelled", "delivered"]
