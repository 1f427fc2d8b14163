"""A sink that fails is left alone and asked one by one; nothing that waits is lost."""

import asyncio
import uuid
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.gateway.conftest import Owner, run_sql
from tests.support.waiting import PATIENCE
from tests.support.webhooks import answering, choking_on, no_content, receiving, relay

pytestmark = pytest.mark.anyio

NEXT = timedelta(seconds=1)
POSTPONE_ALL = "UPDATE deliveries SET next_attempt_at = next_attempt_at + interval '1 hour' WHERE subscription_id = :id"
BLINK = NEXT / 1000


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


# Opening


async def test_three_events_that_fail_in_a_row_open_it(owner: Owner) -> None:
    subscription = await owner.subscribe(concurrency=1)
    owner.receiver.answer = answering(500)
    await owner.publish_cases(2)
    await owner.worker.drain()
    health = await owner.health(subscription)
    assert (health["circuit"], health["failures"], health["restsUntil"]) == ("closed", 2, None)
    await owner.publish_cases(1)
    await owner.worker.drain()
    health = await owner.health(subscription)
    assert (health["circuit"], health["failures"]) == ("open", 3)
    await owner.publish_cases(1)
    assert await owner.worker.drain() == 0  # open: nothing before its rest is over
    assert 5 * NEXT <= instant(health["restsUntil"]) - owner.clock() <= 5.5 * NEXT


async def test_a_success_in_between_keeps_it_closed(owner: Owner) -> None:
    subscription = await owner.subscribe(concurrency=1)
    for status, sent in ((500, 1), (500, 1), (204, 3)) * 2:
        owner.receiver.answer = answering(status)
        await owner.publish_cases(1)
        assert await owner.worker.drain() == sent
    health = await owner.health(subscription)
    assert (health["circuit"], health["failures"], health["failingSince"]) == ("closed", 0, None)


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_one_event_that_fails_alone_opens_nothing(owner: Owner, status: int) -> None:
    """On a quiet subscription nothing else comes to tell that its sink takes the others."""
    stuck = uuid.uuid4()
    subscription = await owner.subscribe()
    owner.receiver.answer = choking_on(stuck, status=status)
    await owner.publish(stuck, 1, 2)
    for _ in range(8):
        await owner.worker.drain()
        owner.clock.forward(minutes=2)
    health = await owner.health(subscription)
    assert (health["circuit"], health["failures"], health["restsUntil"]) == ("closed", 1, None)
    others = await owner.publish_cases(3)
    assert len(await owner.worker._claim()) == 4
    owner.clock.forward(seconds=31)
    await owner.worker.drain()
    assert {*others} < {each.case_id for each in owner.receiver.received}
    await owner.publish_cases(1)
    for _ in range(3):  # it failed while others got through, and is alone again
        await owner.worker.drain()
        owner.clock.forward(minutes=10)
    health = await owner.health(subscription)
    assert (health["circuit"], health["failures"]) == ("closed", 1)
    assert set(owner.receiver.sequences(stuck)) == {1}


async def test_what_failed_before_a_success_counts_once_more_after_it(owner: Owner) -> None:
    """Or a sink that goes up and down would be sent everything, each time it is down."""
    subscription = await owner.subscribe()
    owner.receiver.answer = choking_on(*await owner.publish_cases(2))
    await owner.worker.drain()
    await owner.publish_cases(1)
    owner.clock.forward(seconds=1)
    await owner.worker.drain()
    assert (await owner.health(subscription))["failures"] == 2
    owner.receiver.answer = answering(500)
    await owner.publish_cases(1)
    await owner.worker.drain()
    health = await owner.health(subscription)
    assert (health["circuit"], health["failures"]) == ("open", 3)


@pytest.mark.parametrize("status", [429, 503])
async def test_an_answer_that_asks_to_slow_down_opens_it_at_once(owner: Owner, status: int) -> None:
    subscription = await owner.subscribe(concurrency=1)
    owner.receiver.answer = answering(status)
    await owner.publish_cases(2)
    assert await owner.worker.drain() == 1
    assert (await owner.health(subscription))["circuit"] == "open"


async def test_what_was_under_way_when_it_opened_makes_no_pause_longer(owner: Owner) -> None:
    """Sixteen at once meet an outage of a second: that is one outage, not sixteen."""
    subscription = await owner.subscribe(concurrency=16)
    owner.receiver.answer = answering(502)
    await owner.publish_cases(16)
    assert await owner.worker.drain() == 16
    health = await owner.health(subscription)
    assert instant(health["restsUntil"]) - owner.clock() <= 5.5 * NEXT


# Open


async def test_while_it_is_open_one_at_a_time_is_tried_at_growing_pauses(owner: Owner) -> None:
    began = owner.clock()
    subscription = await owner.subscribe()
    owner.receiver.answer = answering(502)
    await owner.publish_cases(20)
    await owner.worker.drain()

    async def pauses(count: int) -> list[float]:
        """Seconds from one probe to the next; jitter taken out, which is a tenth at the most."""
        found = []
        for _ in range(count):
            cooldown_until = instant((await owner.health(subscription))["restsUntil"])
            found.append((cooldown_until - owner.clock()).total_seconds())
            owner.clock.at = cooldown_until - BLINK
            assert await owner.worker.drain() == 0
            owner.clock.at = cooldown_until
            assert await owner.worker.drain() == 1
        return found

    assert await pauses(6) == [pytest.approx(pause * 1.05, rel=0.05) for pause in (5, 10, 20, 40, 60, 60)]
    owner.clock.at = began + timedelta(hours=1)
    await owner.worker.drain()
    assert (await pauses(4))[-1] == pytest.approx(300 * 1.05, rel=0.05)
    owner.clock.at = began + timedelta(hours=24)
    await owner.worker.drain()
    assert (await pauses(4))[-1] == pytest.approx(900 * 1.05, rel=0.05)


async def test_what_is_postponed_for_longer_serves_as_the_probe(owner: Owner) -> None:
    """Or a short outage would be noticed to be over only when the events that met it are due again."""
    subscription = await owner.subscribe()
    owner.receiver.answer = answering(500)
    await owner.publish_cases(3)
    assert await owner.worker.drain() == 3
    await run_sql(owner.platform, POSTPONE_ALL, id=uuid.UUID(subscription["id"]))
    owner.receiver.answer = no_content
    owner.clock.forward(seconds=6)
    assert await owner.worker.drain() == 3
    assert (await owner.health(subscription))["circuit"] == "closed"


async def test_probes_go_round_the_cases(owner: Owner) -> None:
    await owner.subscribe()
    owner.receiver.answer = answering(502)
    cases = await owner.publish_cases(4, 1, 2)
    await owner.worker.drain()
    owner.receiver.received.clear()
    for _ in range(8):
        owner.clock.forward(seconds=67)
        assert await owner.worker.drain() == 1
    probed = [each.case_id for each in owner.receiver.received]
    assert set(probed[:4]) == set(probed[4:]) == set(cases)
    assert {each.sequence for each in owner.receiver.received} == {1}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("as_date", [False, True])
async def test_retry_after_is_obeyed_for_every_case(owner: Owner, status: int, as_date: bool) -> None:
    owner.clock.at = owner.clock.at.replace(microsecond=0) + NEXT
    subscription = await owner.subscribe()
    until = owner.clock() + timedelta(hours=1)
    owner.receiver.answer = answering(status, Retry_After=format_datetime(until, usegmt=True) if as_date else "3600")
    await owner.publish_cases(1)
    assert await owner.worker.drain() == 1
    assert instant((await owner.health(subscription))["restsUntil"]) == until
    owner.receiver.answer = no_content
    await owner.publish_cases(3)
    owner.clock.forward(seconds=3599)
    assert await owner.worker.drain() == 0
    owner.clock.forward(seconds=1)
    assert await owner.worker.drain() == 4


async def test_an_absurd_retry_after_is_bounded(owner: Owner) -> None:
    await owner.subscribe()
    owner.receiver.answer = answering(429, Retry_After="99999999999999999999")
    await owner.publish(uuid.uuid4(), 1)
    await owner.worker.drain()
    owner.clock.forward(hours=27)
    assert await owner.worker.drain() == 1


@pytest.mark.parametrize("wanted", ["0", "Tue, 15 Nov 1994 08:12:31 GMT"])
async def test_a_sink_that_asks_for_no_rest_is_not_hammered(owner: Owner, wanted: str) -> None:
    await owner.subscribe(concurrency=1)
    owner.receiver.answer = answering(429, Retry_After=wanted)
    await owner.publish_cases(5)
    async with asyncio.timeout(PATIENCE):
        assert await owner.worker.drain() == 1
        owner.clock.forward(seconds=4.9)
        assert await owner.worker.drain() == 0


# Closing


@pytest.mark.parametrize("cases", [1, 2, 3])
@pytest.mark.parametrize(("away", "late"), [(8, 10), (60, 36)])
async def test_an_outage_of_seconds_costs_seconds(owner: Owner, cases: int, away: float, late: float) -> None:
    """Whether its circuit opened or not: while nothing gets through, what waits is tried as a probe is."""
    await owner.subscribe()
    owner.receiver.answer = answering(500)
    published = await owner.publish_cases(cases, 1, 2)
    for _ in range(int(away)):
        await owner.worker.drain()
        owner.clock.forward(seconds=1)
    owner.receiver.received.clear()
    owner.receiver.answer = no_content
    owner.clock.forward(seconds=late)
    await owner.worker.drain()
    assert [owner.receiver.sequences(each) for each in published] == [[1, 2]] * cases


@pytest.mark.parametrize("success", ["delivery", "test"])
async def test_any_success_makes_due_what_waits(owner: Owner, success: str) -> None:
    """Also where too little failed to open the circuit."""
    subscription = await owner.subscribe()
    owner.receiver.answer = answering(500)
    (waits,) = await owner.publish_cases(1)
    assert await owner.worker.drain() == 1
    owner.receiver.answer = no_content
    if success == "test":
        await owner.ask(subscription, "actions/test")
        await relay(owner.platform)
        owner.clock.forward(seconds=1)
    else:
        await owner.publish_cases(1)
    assert await owner.worker.drain() == 2
    assert owner.receiver.sequences(waits) == [1, 1]
    assert (await owner.health(subscription))["failingSince"] is None


async def test_what_fails_though_others_get_through_keeps_its_schedule(owner: Owner) -> None:
    """Or each success would have the one event that its sink chokes on sent again."""
    stuck = uuid.uuid4()
    subscription = await owner.subscribe()
    owner.receiver.answer = choking_on(stuck)
    await owner.publish(stuck, 1)
    for _ in range(10):
        await owner.worker.drain()
        owner.clock.forward(seconds=0.1)
        await owner.publish_cases(1)
    await owner.worker.drain()
    assert owner.receiver.sequences(stuck) == [1, 1]  # once more, because it might have been an outage
    assert (await owner.health(subscription))["circuit"] == "closed"


async def test_a_success_closes_it_and_everything_is_sent_at_once_in_order(owner: Owner) -> None:
    subscription = await owner.subscribe()
    owner.receiver.answer = answering(500)
    cases = await owner.publish_cases(5, 1, 2, 3)
    await owner.worker.drain()
    for _ in range(20):  # long enough for some of them to be postponed for minutes
        owner.clock.forward(minutes=2)
        await owner.worker.drain()
    owner.receiver.received.clear()
    owner.receiver.answer = no_content
    owner.clock.forward(seconds=67)
    assert await owner.worker.drain() == 15
    for case_id in cases:
        assert owner.receiver.sequences(case_id) == [1, 2, 3]
    health = await owner.health(subscription)
    assert (health["circuit"], health["failures"], health["failingSince"], health["restsUntil"]) == (
        "closed",
        0,
        None,
        None,
    )
    assert {each["state"] for each in await owner.deliveries(subscription)} == {"delivered"}


async def test_events_that_its_sink_chokes_on_hold_up_no_other_case(owner: Owner) -> None:
    subscription = await owner.subscribe()
    stuck = await owner.publish_cases(3, 1, 2)
    owner.receiver.answer = choking_on(*stuck)
    for _ in range(30):  # nothing else comes, so the sink seems to fail for everything
        await owner.worker.drain()
        owner.clock.forward(minutes=2)
    await owner.worker.drain()
    assert (await owner.health(subscription))["circuit"] == "open"
    (other,) = await owner.publish_cases(1)
    owner.clock.at = instant((await owner.health(subscription))["restsUntil"])
    await owner.worker.drain()
    assert owner.receiver.sequences(other) == [1]  # the next probe is another case, and closes it
    for _ in range(10):
        (other,) = await owner.publish_cases(1)
        owner.clock.forward(seconds=6)
        await owner.worker.drain()
        assert owner.receiver.sequences(other) == [1]
    assert {each.sequence for each in owner.receiver.received if each.case_id in stuck} == {1}


async def test_resuming_tries_at_once_whatever_the_schedule_says(owner: Owner) -> None:
    """Its owner knows that the sink is well again."""
    subscription = await owner.subscribe()
    owner.receiver.answer = answering(503, Retry_After="7200")
    cases = await owner.publish_cases(4, 1, 2)
    await owner.worker.drain()
    owner.receiver.answer = no_content
    owner.clock.forward(seconds=60)
    await owner.ask(subscription, "actions/resume")
    await owner.worker.drain()
    for case_id in cases:
        assert owner.receiver.sequences(case_id)[-2:] == [1, 2]
    assert (await owner.health(subscription))["waiting"] == 0


# A change of the way to the sink


async def test_a_change_of_sink_during_an_attempt_makes_its_failure_count_for_nothing(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    async with receiving() as moved:
        owner.move_sink_meanwhile(subscription, moved.url, status=503, Retry_After="3600")
        await owner.publish(case_id, 1, 2)
        assert await owner.worker.drain() == 3  # at the new one without delay
        assert (owner.receiver.sequences(case_id), moved.sequences(case_id)) == ([1], [1, 2])
    health = await owner.health(subscription)
    assert (health["failures"], health["failingSince"], health["restsUntil"]) == (0, None, None)
    attempts = await owner.attempts(subscription, (await owner.deliveries(subscription))[-1]["eventId"])
    assert [(each["outcome"], each["sinkVersion"]) for each in attempts] == [("postponed", 1), ("delivered", 2)]


async def test_gone_from_a_former_sink_ends_nothing(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    async with receiving() as moved:
        owner.move_sink_meanwhile(subscription, moved.url, status=410)
        await owner.publish(case_id, 1, 2)
        await owner.worker.drain()
        assert moved.sequences(case_id) == [1, 2]
    assert (await owner.health(subscription))["status"] == "active"


async def test_what_waited_for_a_dead_sink_is_sent_to_the_new_one_at_once(owner: Owner) -> None:
    subscription = await owner.subscribe()
    cases = await owner.publish_cases(2, 1, 2)
    owner.receiver.answer = choking_on(*cases)
    for _ in range(12):
        await owner.publish_cases(1)  # it is well otherwise, so theirs is the schedule of hours
        await owner.worker.drain()
        owner.clock.forward(minutes=20)
    await owner.worker.drain()
    assert await owner.worker.drain() == 0
    async with receiving() as moved:
        await owner.change(subscription, sink=moved.url)
        assert await owner.worker.drain() == 4
        for case_id in cases:
            assert moved.sequences(case_id) == [1, 2]


async def test_three_days_of_a_former_sink_are_not_held_against_the_new_one(owner: Owner) -> None:
    subscription = await owner.subscribe()
    owner.receiver.answer = answering(500)
    await owner.publish_cases(1)
    await owner.worker.drain()
    owner.clock.forward(hours=75)
    await owner.worker.drain()
    async with receiving() as moved:
        moved.answer = answering(500)
        await owner.change(subscription, sink=moved.url)
        await owner.worker.drain()
        owner.clock.forward(hours=1)
        await owner.worker.drain()
        assert len(moved.received) == 2
        assert (await owner.deliveries(subscription))[0]["state"] == "pending"
    assert (await owner.health(subscription))["status"] == "active"
