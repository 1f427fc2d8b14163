"""A subscriber that is away for an hour, three days, and longer than its events are tried: by a clock that is moved."""

import asyncio
import json
import uuid

import pytest
from aiohttp import web

from rtp_embedded.platform import Platform
from rtp_shared.contracts.applications import CaseOpened
from rtp_shared.contracts.gateway import SubscriptionDisabled, SubscriptionEnabled, SubscriptionTested
from tests.gateway.conftest import NewWorker
from tests.gateway.outbound.deliveries.conftest import Outage
from tests.resilience.long_outages import DAY, HOUR, run_long_outage
from tests.resilience.subscribers import Behaviour
from tests.support.waiting import PATIENCE, until_true
from tests.support.webhooks import Received, answering, feed, no_content, receiving, relay

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("behaviour", "seconds", "at_most"),
    [(Behaviour.REFUSES, HOUR, 2 * 60), (Behaviour.FAILS, 3 * DAY, 17 * 60)],
    ids=["an hour", "three days"],
)
async def test_all_arrives_soon_after(
    behaviour: Behaviour, seconds: float, at_most: float, platform: Platform, new_worker: NewWorker
) -> None:
    row, types = await run_long_outage(platform, behaviour, seconds)
    assert row.good, row
    assert SubscriptionDisabled.TYPE not in types
    ill, well = row.delays.values()
    assert seconds < ill < seconds + at_most
    assert well == 0


async def test_a_disabled_subscription_passes_its_health_probe_and_gets_all_that_waited(
    platform: Platform, new_worker: NewWorker
) -> None:
    row, types = await run_long_outage(platform, Behaviour.BEHIND, 4 * DAY)
    assert row.good, row
    assert types.count(SubscriptionDisabled.TYPE) == types.count(SubscriptionEnabled.TYPE) == 1
    ill, well = row.delays.values()
    assert 4 * DAY < ill < 4 * DAY + 1.1 * HOUR
    assert well == 0


# What a probe is, and what its answer does


async def test_a_test_every_hour_is_its_health_probe(outage: Outage) -> None:
    await outage.happen()
    for _ in range(3):
        outage.clock.forward(minutes=59)
        await outage.worker.drain()
        assert outage.receiver.received == []
        outage.clock.forward(minutes=1)
        await outage.worker.drain()
        (probe,) = outage.receiver.received
        event = probe.verified_at_its_time(outage.subscription["secret"])
        assert (event["id"], event["type"]) == (probe.id, SubscriptionTested.TYPE)
        assert event["data"]["subscriptionId"] == outage.subscription["id"]
        outage.receiver.received.clear()
        assert (await outage.show_health())["status"] == "disabled"
    assert len(await outage.deliveries(outage.subscription)) == 9  # nothing is deleted, and tests leave no trace


async def test_a_health_probe_that_succeeds_enables_it_and_nothing_is_lost(outage: Outage) -> None:
    await outage.happen()
    late = uuid.uuid4()
    await outage.publish(late, 1)
    await outage.publish(outage.cases[0], 4)
    outage.receiver.answer = no_content
    outage.clock.forward(hours=1)
    assert await outage.worker.drain() == 1 + 9 + 2
    test = json.loads(outage.receiver.received[0].body)
    assert test["subject"] == f"subscriptions/{outage.subscription['id']}"
    assert (test["sequence"], test.get("previoushash")) == ("0000000001", None)  # a chain of its own: none has a hole
    assert outage.receiver.sequences(outage.cases[0]) == [1, 2, 3, 4]
    assert all(outage.receiver.sequences(case_id) == [1, 2, 3] for case_id in outage.cases[1:])
    assert outage.receiver.sequences(late) == [1]
    health = await outage.show_health()
    assert (health["status"], health["circuit"], health["deadLetters"], health["waiting"]) == ("active", "closed", 0, 0)
    assert (health["disabledAt"], health["nextProbeAt"], health["failingSince"]) == (None, None, None)
    await relay(outage.platform)
    enabled = (await feed(outage.api))[-1]
    assert (enabled["type"], enabled["sequence"]) == (SubscriptionEnabled.TYPE, f"{3:010d}")


async def test_what_a_former_sink_answers_to_a_test_enables_nothing(outage: Outage) -> None:
    await outage.happen()
    async with receiving() as moved:
        moved.answer = answering(500)
        outage.move_sink_meanwhile(outage.subscription, moved.url, status=204)
        await outage.pass_hours(1)
        assert (await outage.show_health())["status"] == "disabled"
        assert (await outage.show_health())["deadLetters"] == 1
        await outage.worker.drain()
        assert len(moved.received) == 1  # a new sink is asked without waiting for the hour
        assert (await outage.show_health())["status"] == "disabled"
        moved.answer = no_content
        await outage.pass_hours(1)
        outage.receiver.received = moved.received
        assert outage.has_received_all()


async def test_gone_to_a_test_ends_it(outage: Outage) -> None:
    await outage.happen()
    outage.receiver.answer = answering(410)
    await outage.pass_hours(1)
    await outage.worker.drain()
    assert (await outage.show_health())["status"] == "ended"
    assert {each["state"] for each in await outage.deliveries(outage.subscription)} == {"cancelled"}


async def test_one_that_hangs_keeps_no_other_from_its_health_probe(outage: Outage) -> None:
    release = asyncio.Event()

    async def hang(_: Received) -> web.StreamResponse:
        await release.wait()
        return web.Response(status=500)

    well = outage.receiver
    async with receiving() as hanging:
        for sink in (hanging, hanging, hanging, hanging, well):
            each = Outage(outage.platform, outage.new_client, outage.new_worker, sink, outage.api)
            await each.happen(types=[CaseOpened.TYPE])
        hanging.answer, well.answer = hang, no_content
        outage.clock.forward(hours=80)
        task = asyncio.create_task(outage.new_worker(now=outage.clock, seconds=2 * PATIENCE).drain())
        await until_true(lambda: well.received, "its own test")
        assert not task.done()  # the others hang yet
        release.set()
        await task
