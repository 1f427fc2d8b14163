"""A sink that fails is left alone, asked one by one, and given up after three days; nothing that waits is lost."""

import asyncio
import json
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from rtp_embedded.platform import Platform
from rtp_gateway.outbound.deliveries.retries import GIVE_UP_AFTER
from rtp_shared.contracts.applications import CaseOpened
from rtp_shared.contracts.gateway import (
    EventDeadLettered,
    SubscriptionDisabled,
    SubscriptionEnabled,
    SubscriptionTested,
)
from tests.conftest import Api, NewClient
from tests.gateway.conftest import NewWorker, Owner, path_of
from tests.support.waiting import until_true
from tests.support.webhooks import (
    Clock,
    Received,
    Receiver,
    answering,
    ask,
    change,
    choking_on,
    deliveries,
    feed,
    health,
    no_content,
    publish,
    receiving,
    relay,
    subscribe,
)

pytestmark = pytest.mark.anyio

SECOND = timedelta(seconds=1)
BLINK = SECOND / 1000


async def publish_cases(platform: Platform, api: Api, count: int, *sequences: int) -> list[uuid.UUID]:
    cases = [uuid.uuid4() for _ in range(count)]
    for case_id in cases:
        await publish(platform, api, case_id, *(sequences or (1,)))
    return cases


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


# Opening


async def test_three_failures_in_a_row_open_it(owner: Owner) -> None:
    subscription = await owner.subscribe(concurrency=1)
    owner.receiver.answer = answering(500)
    await publish_cases(owner.platform, owner.api, 2)
    await owner.worker.drain()
    told = await owner.health(subscription)
    assert (told["circuit"], told["failures"], told["restsUntil"]) == ("closed", 2, None)
    await publish_cases(owner.platform, owner.api, 1)
    await owner.worker.drain()
    told = await owner.health(subscription)
    assert (told["circuit"], told["failures"]) == ("open", 3)
    await publish_cases(owner.platform, owner.api, 1)
    assert await owner.worker.drain() == 0  # open: nothing before its rest is over
    assert 5 * SECOND <= instant(told["restsUntil"]) - owner.clock() <= 5.5 * SECOND


async def test_a_success_in_between_keeps_it_closed(owner: Owner) -> None:
    subscription = await owner.subscribe(concurrency=1)
    for status in (500, 500, 204, 500, 500, 204):
        owner.receiver.answer = answering(status)
        await publish_cases(owner.platform, owner.api, 1)
        assert await owner.worker.drain() == 1
    told = await owner.health(subscription)
    assert (told["circuit"], told["failures"], told["failingSince"]) == ("closed", 0, None)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_an_answer_that_asks_to_slow_down_opens_it_at_once(owner: Owner, status: int) -> None:
    subscription = await owner.subscribe(concurrency=1)
    owner.receiver.answer = answering(status)
    await publish_cases(owner.platform, owner.api, 2)
    assert await owner.new_worker(now=owner.clock).drain() == 1
    assert (await owner.health(subscription))["circuit"] == "open"


async def test_what_was_under_way_when_it_opened_makes_no_pause_longer(owner: Owner) -> None:
    """Sixteen at once meet an outage of a second: that is one outage, not sixteen."""
    subscription = await owner.subscribe(concurrency=16)
    owner.receiver.answer = answering(502)
    await publish_cases(owner.platform, owner.api, 16)
    assert await owner.new_worker(now=owner.clock).drain() == 16
    told = await owner.health(subscription)
    assert instant(told["restsUntil"]) - owner.clock() <= 5.5 * SECOND


# Open


async def test_while_it_is_open_one_at_a_time_is_tried_at_growing_pauses(owner: Owner) -> None:
    began = owner.clock()
    subscription = await owner.subscribe()
    owner.receiver.answer = answering(502)
    await publish_cases(owner.platform, owner.api, 20)
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
    """Or a short outage would be noticed to be over only when the one event that met it is due again."""
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    owner.receiver.answer = answering(500)
    await owner.publish(case_id, 1)
    for seconds in (0, 6, 331):
        owner.clock.forward(seconds=seconds)
        assert await owner.worker.drain() == 1
    (waits,) = await owner.deliveries(subscription)
    assert instant(waits["nextAttemptAt"]) - owner.clock() >= timedelta(minutes=30)
    owner.receiver.answer = no_content
    owner.clock.forward(seconds=6)
    assert await owner.worker.drain() == 1
    assert (await owner.health(subscription))["circuit"] == "closed"


async def test_probes_go_round_the_cases(owner: Owner) -> None:
    await owner.subscribe()
    owner.receiver.answer = answering(502)
    cases = await publish_cases(owner.platform, owner.api, 4, 1, 2)
    await owner.worker.drain()
    owner.receiver.received.clear()
    for _ in range(8):
        owner.clock.forward(seconds=67)
        assert await owner.worker.drain() == 1
    probed = [each.case_id for each in owner.receiver.received]
    assert set(probed[:4]) == set(probed[4:]) == set(cases)
    assert {each.sequence for each in owner.receiver.received} == {1}


async def test_retry_after_is_obeyed_for_every_case(owner: Owner) -> None:
    subscription = await owner.subscribe()
    owner.receiver.answer = answering(503, Retry_After="1800")
    await publish_cases(owner.platform, owner.api, 1)
    await owner.worker.drain()
    assert instant((await owner.health(subscription))["restsUntil"]) == owner.clock() + timedelta(seconds=1800)
    owner.receiver.answer = no_content
    await publish_cases(owner.platform, owner.api, 3)
    owner.clock.forward(seconds=1799)
    assert await owner.worker.drain() == 0
    owner.clock.forward(seconds=1)
    assert await owner.worker.drain() == 4


@pytest.mark.parametrize("wanted", ["0", "Tue, 15 Nov 1994 08:12:31 GMT"])
async def test_a_sink_that_asks_for_no_rest_is_not_hammered(owner: Owner, wanted: str) -> None:
    await owner.subscribe(concurrency=1)
    owner.receiver.answer = answering(429, Retry_After=wanted)
    await publish_cases(owner.platform, owner.api, 5)
    async with asyncio.timeout(10):
        assert await owner.worker.drain() == 1
        owner.clock.forward(seconds=4.9)
        assert await owner.worker.drain() == 0


# Closing


async def test_a_success_closes_it_and_everything_is_sent_at_once_in_order(owner: Owner) -> None:
    subscription = await owner.subscribe()
    owner.receiver.answer = answering(500)
    cases = await publish_cases(owner.platform, owner.api, 5, 1, 2, 3)
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
    told = await owner.health(subscription)
    assert (told["circuit"], told["failures"], told["failingSince"], told["restsUntil"]) == ("closed", 0, None, None)
    assert {each["state"] for each in await owner.deliveries(subscription)} == {"delivered"}


async def test_an_event_that_its_sink_chokes_on_holds_up_no_other_case(owner: Owner) -> None:
    stuck = uuid.uuid4()
    subscription = await owner.subscribe()
    owner.receiver.answer = choking_on(stuck)
    await owner.publish(stuck, 1, 2)
    for _ in range(30):  # nothing else comes, so the sink seems to fail for everything
        await owner.worker.drain()
        owner.clock.forward(minutes=2)
    await owner.worker.drain()
    assert (await owner.health(subscription))["circuit"] == "open"
    (other,) = await publish_cases(owner.platform, owner.api, 1)
    owner.clock.at = instant((await owner.health(subscription))["restsUntil"])
    await owner.worker.drain()
    assert owner.receiver.sequences(other) == [1]  # the next probe is another case, and closes it
    assert (await owner.health(subscription))["circuit"] == "closed"
    for _ in range(20):
        (other,) = await publish_cases(owner.platform, owner.api, 1)
        await owner.worker.drain()
        assert owner.receiver.sequences(other) == [1]
        owner.clock.forward(seconds=30)
    assert set(owner.receiver.sequences(stuck)) == {1}


async def test_resuming_tries_at_once_whatever_the_schedule_says(owner: Owner) -> None:
    """Its owner knows that the sink is well again."""
    subscription = await owner.subscribe()
    owner.receiver.answer = answering(503, Retry_After="7200")
    cases = await publish_cases(owner.platform, owner.api, 4, 1, 2)
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

        async def moves(_: Received) -> web.StreamResponse:
            await owner.change(subscription, sink=moved.url)
            return web.Response(status=503, headers={"Retry-After": "3600"})

        owner.receiver.answer = moves
        await owner.publish(case_id, 1, 2)
        assert await owner.new_worker(now=owner.clock).drain() == 3  # at the new one without delay
        assert (owner.receiver.sequences(case_id), moved.sequences(case_id)) == ([1], [1, 2])
    told = await owner.health(subscription)
    assert (told["failures"], told["failingSince"], told["restsUntil"]) == (0, None, None)
    attempts = await attempts_of(owner.api, subscription, (await owner.deliveries(subscription))[-1])
    assert [(each["outcome"], each["sinkVersion"]) for each in attempts] == [("postponed", 1), ("delivered", 2)]


async def test_gone_from_a_former_sink_ends_nothing(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    async with receiving() as moved:

        async def moves(_: Received) -> web.StreamResponse:
            await owner.change(subscription, sink=moved.url)
            return web.Response(status=410)

        owner.receiver.answer = moves
        await owner.publish(case_id, 1, 2)
        await owner.new_worker(now=owner.clock).drain()
        assert moved.sequences(case_id) == [1, 2]
    assert (await owner.health(subscription))["status"] == "active"


async def test_what_waited_for_a_dead_sink_is_sent_to_the_new_one_at_once(owner: Owner) -> None:
    subscription = await owner.subscribe()
    cases = await publish_cases(owner.platform, owner.api, 2, 1, 2)
    owner.receiver.answer = choking_on(*cases)
    for _ in range(12):
        await publish_cases(owner.platform, owner.api, 1)  # it is well otherwise, so theirs is the schedule of hours
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
    await publish_cases(owner.platform, owner.api, 1)
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


# After three days


async def attempts_of(api: Api, subscription: dict[str, Any], delivery: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await api.get(path_of(subscription) + f"/deliveries/{delivery['eventId']}/attempts")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


class Outage:
    """A subscription that failed for three days: disabled, one dead letter, and more that waits."""

    def __init__(self, platform: Platform, api: Api, new_worker: NewWorker, receiver: Receiver) -> None:
        self.platform, self.api, self.receiver = platform, api, receiver
        self.clock = Clock()
        self.worker = new_worker(now=self.clock)
        self.cases: list[uuid.UUID] = []
        self.subscription: dict[str, Any] = {}

    async def happens(self, **details: Any) -> "Outage":
        self.subscription = await subscribe(self.api, self.receiver.url, **details)
        self.receiver.answer = answering(500)
        self.cases = await publish_cases(self.platform, self.api, 3, 1, 2, 3)
        await self.worker.drain()
        self.clock.forward(seconds=GIVE_UP_AFTER.total_seconds() - 60)
        await self.worker.drain()
        assert (await self.health())["status"] == "active"
        self.clock.forward(seconds=3600)
        await self.worker.drain()
        await relay(self.platform)
        self.receiver.received.clear()
        return self

    async def health(self) -> dict[str, Any]:
        return await health(self.api, self.subscription)

    def everything_arrived(self) -> bool:
        """In order, each once."""
        return all(self.receiver.sequences(case_id) == [1, 2, 3] for case_id in self.cases)


@pytest.fixture
async def outage(platform: Platform, new_client: NewClient, new_worker: NewWorker, receiver: Receiver) -> Outage:
    return Outage(platform, await new_client(), new_worker, receiver)


async def test_after_three_days_it_is_disabled_and_its_owner_told(outage: Outage) -> None:
    await outage.happens()
    told = await outage.health()
    assert (told["status"], told["deadLetters"], told["waiting"]) == ("disabled", 1, 8)
    assert instant(told["disabledAt"]) == outage.clock()
    assert instant(told["nextProbeAt"]) == outage.clock() + timedelta(hours=1)
    dead = [each for each in await deliveries(outage.api, outage.subscription) if each["state"] == "dead"]
    lettered, disabled = (await feed(outage.api))[-2:]
    assert (lettered["type"], disabled["type"]) == (EventDeadLettered.TYPE, SubscriptionDisabled.TYPE)
    assert lettered["data"]["eventId"] == dead[0]["eventId"]
    assert lettered["data"]["eventType"] == CaseOpened.TYPE
    assert lettered["data"]["lastStatus"] == disabled["data"]["lastStatus"] == 500
    assert disabled["data"]["failingSince"] == told["failingSince"]
    for event in (lettered, disabled):
        assert event["subject"] == f"subscriptions/{outage.subscription['id']}"
        assert event["data"]["subscriptionId"] == outage.subscription["id"]
    assert disabled["sequence"] == f"{2:010d}"
    assert "caseid" not in disabled


async def test_nobody_else_is_told_and_its_own_sink_is_not_either(outage: Outage, new_client: NewClient) -> None:
    stranger = await new_client(organisation=outage.api.organisation)
    async with receiving() as elsewhere:
        other = await subscribe(outage.api, elsewhere.url, types=[SubscriptionDisabled.TYPE])
        await outage.happens()
        types = {each["type"] for each in await deliveries(outage.api, outage.subscription)}
        assert types == {CaseOpened.TYPE}
        assert [each["type"] for each in await deliveries(outage.api, other)] == [SubscriptionDisabled.TYPE]
        assert await feed(stranger) == []


async def test_a_test_every_hour_is_its_proof_of_life(outage: Outage) -> None:
    await outage.happens()
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
        assert (await outage.health())["status"] == "disabled"
    assert len(await deliveries(outage.api, outage.subscription)) == 9  # nothing is deleted, and tests leave no trace


async def test_proof_of_life_enables_it_and_nothing_is_lost(outage: Outage) -> None:
    await outage.happens()
    late = uuid.uuid4()
    await publish(outage.platform, outage.api, late, 1)
    await publish(outage.platform, outage.api, outage.cases[0], 4)
    outage.receiver.answer = no_content
    outage.clock.forward(hours=1)
    assert await outage.worker.drain() == 1 + 9 + 2
    test = json.loads(outage.receiver.received[0].body)
    assert test["subject"] == f"subscriptions/{outage.subscription['id']}"
    assert (test["sequence"], test.get("previoushash")) == ("0000000001", None)  # a chain of its own: none has a hole
    assert outage.receiver.sequences(outage.cases[0]) == [1, 2, 3, 4]
    assert all(outage.receiver.sequences(case_id) == [1, 2, 3] for case_id in outage.cases[1:])
    assert outage.receiver.sequences(late) == [1]
    told = await outage.health()
    assert (told["status"], told["circuit"], told["deadLetters"], told["waiting"]) == ("active", "closed", 0, 0)
    assert (told["disabledAt"], told["nextProbeAt"], told["failingSince"]) == (None, None, None)
    await relay(outage.platform)
    enabled = (await feed(outage.api))[-1]
    assert (enabled["type"], enabled["sequence"]) == (SubscriptionEnabled.TYPE, f"{3:010d}")


async def test_its_owner_can_resume_it(outage: Outage) -> None:
    await outage.happens()
    outage.receiver.answer = no_content
    assert (await ask(outage.api, outage.subscription, "actions/resume"))["status"] == "active"
    assert await outage.worker.drain() == 9
    assert outage.everything_arrived()
    await relay(outage.platform)
    assert (await feed(outage.api))[-1]["type"] == SubscriptionEnabled.TYPE


async def test_what_is_resumed_though_its_sink_still_fails_has_three_days_again(outage: Outage) -> None:
    await outage.happens()
    await ask(outage.api, outage.subscription, "actions/resume")
    for _ in range(3):
        await outage.worker.drain()
        outage.clock.forward(hours=25)
    told = await outage.health()
    assert (told["status"], told["deadLetters"]) == ("active", 0)
    await outage.worker.drain()
    outage.clock.forward(hours=1)
    await outage.worker.drain()
    assert (await outage.health())["status"] == "disabled"


async def test_paused_and_resumed_its_dead_letters_are_tried_again_too(outage: Outage) -> None:
    await outage.happens()
    await ask(outage.api, outage.subscription, "actions/pause")
    outage.clock.forward(hours=3)
    await outage.worker.drain()
    assert outage.receiver.received == []  # who pauses wants nothing, not even tests
    outage.receiver.answer = no_content
    await ask(outage.api, outage.subscription, "actions/resume")
    await outage.worker.drain()
    assert outage.everything_arrived()


@pytest.mark.parametrize("policy", ["follow", "hold"])
async def test_a_new_sink_of_a_disabled_one_gets_everything(outage: Outage, policy: str) -> None:
    await outage.happens(onSinkChange=policy)
    async with receiving() as moved:
        await change(outage.api, outage.subscription, sink=moved.url)
        await outage.worker.drain()
        if policy == "hold":
            assert moved.received == []
            await ask(outage.api, outage.subscription, "actions/resume")
            await outage.worker.drain()
        outage.receiver.received = moved.received
        assert outage.everything_arrived()
        assert (await outage.health())["status"] == "active"


async def test_what_a_former_sink_answers_to_a_test_enables_nothing(outage: Outage) -> None:
    await outage.happens()
    async with receiving() as moved:
        moved.answer = answering(500)

        async def moves(_: Received) -> web.StreamResponse:
            await change(outage.api, outage.subscription, sink=moved.url)
            return web.Response(status=204)

        outage.receiver.answer = moves
        outage.clock.forward(hours=1)
        await outage.worker.drain()
        assert (await outage.health())["status"] == "disabled"
        assert (await outage.health())["deadLetters"] == 1
        await outage.worker.drain()
        assert len(moved.received) == 1  # a new sink is asked without waiting for the hour
        assert (await outage.health())["status"] == "disabled"
        moved.answer = no_content
        outage.clock.forward(hours=1)
        await outage.worker.drain()
        outage.receiver.received = moved.received
        assert outage.everything_arrived()


async def test_gone_to_a_test_ends_it(outage: Outage) -> None:
    await outage.happens()
    outage.receiver.answer = answering(410)
    outage.clock.forward(hours=1)
    await outage.worker.drain()
    await outage.worker.drain()
    assert (await outage.health())["status"] == "ended"
    assert {each["state"] for each in await deliveries(outage.api, outage.subscription)} == {"cancelled"}


async def test_one_that_hangs_keeps_no_other_from_its_proof_of_life(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, receiver: Receiver
) -> None:
    async def hangs(_: Received) -> web.StreamResponse:
        await asyncio.sleep(60)
        return web.Response(status=204)

    owner = await new_client()
    async with receiving() as hanging:
        for sink in (hanging, hanging, hanging, hanging, receiver):
            await Outage(platform, owner, new_worker, sink).happens(types=[CaseOpened.TYPE])
        hanging.answer, receiver.answer = hangs, no_content
        clock = Clock()
        clock.forward(hours=80)
        task = asyncio.create_task(new_worker(now=clock, seconds=3).drain())

        await until_true(lambda: receiver.received, "its own test", seconds=2)
        await task


async def test_a_dead_letter_about_a_subscription_tells_nobody(owner: Owner) -> None:
    """Or each would make the next, for ever."""
    owner.receiver.answer = answering(500)
    first = await owner.subscribe(types=[CaseOpened.TYPE])
    second = await owner.subscribe(types=[EventDeadLettered.TYPE])
    await publish_cases(owner.platform, owner.api, 1)
    for _ in range(2):
        for hours in (0, 76, 80):
            owner.clock.forward(hours=hours)
            await owner.worker.drain()
            await relay(owner.platform)
    assert [each["state"] for each in await owner.deliveries(second)] == ["dead"]
    told = [(each["type"], each["data"]["subscriptionId"]) for each in await feed(owner.api) if "caseid" not in each]
    assert told == [
        (EventDeadLettered.TYPE, first["id"]),
        (SubscriptionDisabled.TYPE, first["id"]),
        (SubscriptionDisabled.TYPE, second["id"]),
    ]
