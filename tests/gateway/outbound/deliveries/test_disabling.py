"""A sink that fails for three days is given up: its owner is told, and gets everything once it is well again."""

import uuid
from datetime import datetime, timedelta

import pytest

from rtp_shared.contracts.applications import CaseOpened
from rtp_shared.contracts.gateway import EventDeadLettered, SubscriptionDisabled, SubscriptionEnabled
from tests.conftest import NewClient
from tests.gateway.conftest import Owner, run_sql
from tests.gateway.outbound.deliveries.conftest import Outage
from tests.support.webhooks import answering, choking_on, feed, no_content, receiving, relay, subscribe

pytestmark = pytest.mark.anyio


NEXT = timedelta(seconds=1)
BLINK = NEXT / 1000


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_after_three_days_it_is_disabled_and_its_owner_told(outage: Outage) -> None:
    await outage.happen()
    health = await outage.show_health()
    assert (health["status"], health["deadLetters"], health["waiting"]) == ("disabled", 1, 8)
    assert instant(health["disabledAt"]) == outage.clock()
    assert instant(health["nextProbeAt"]) == outage.clock() + timedelta(hours=1)
    dead = [each for each in await outage.deliveries(outage.subscription) if each["state"] == "dead"]
    lettered, disabled = (await feed(outage.api))[-2:]
    assert (lettered["type"], disabled["type"]) == (EventDeadLettered.TYPE, SubscriptionDisabled.TYPE)
    assert lettered["data"]["eventId"] == dead[0]["eventId"]
    assert lettered["data"]["eventType"] == CaseOpened.TYPE
    assert lettered["data"]["lastStatus"] == disabled["data"]["lastStatus"] == 500
    assert disabled["data"]["failingSince"] == health["failingSince"]
    for event in (lettered, disabled):
        assert event["subject"] == f"subscriptions/{outage.subscription['id']}"
        assert event["data"]["subscriptionId"] == outage.subscription["id"]
    assert disabled["sequence"] == f"{2:010d}"
    assert "caseid" not in disabled


async def test_where_few_events_failed_a_test_event_asks_at_once_if_the_sink_takes_others(owner: Owner) -> None:
    """Or other cases would wait an hour because of the one that it chokes on."""
    stuck = uuid.uuid4()
    subscription = await owner.subscribe()
    owner.receiver.answer = choking_on(stuck)
    await owner.publish(stuck, 1)
    await owner.worker.drain()
    owner.clock.forward(hours=76)
    await owner.worker.drain()
    assert (await owner.health(subscription))["status"] == "disabled"
    (other,) = await owner.publish_cases(1)
    await owner.worker.drain()
    assert owner.receiver.sequences(other) == [1]
    assert (await owner.health(subscription))["status"] == "active"


async def test_nobody_else_is_told_and_its_own_sink_is_not_either(outage: Outage, new_client: NewClient) -> None:
    stranger = await new_client(organisation=outage.api.organisation)
    async with receiving() as elsewhere:
        other = await subscribe(outage.api, elsewhere.url, types=[SubscriptionDisabled.TYPE])
        await outage.happen()
        types = {each["type"] for each in await outage.deliveries(outage.subscription)}
        assert types == {CaseOpened.TYPE}
        assert [each["type"] for each in await outage.deliveries(other)] == [SubscriptionDisabled.TYPE]
        assert await feed(stranger) == []


async def test_its_owner_can_resume_it(outage: Outage) -> None:
    await outage.happen()
    outage.receiver.answer = no_content
    assert (await outage.ask(outage.subscription, "actions/resume"))["status"] == "active"
    assert await outage.worker.drain() == 9
    assert outage.has_received_all()
    await relay(outage.platform)
    assert (await feed(outage.api))[-1]["type"] == SubscriptionEnabled.TYPE


async def test_what_is_resumed_though_its_sink_still_fails_has_three_days_again(outage: Outage) -> None:
    await outage.happen()
    await outage.ask(outage.subscription, "actions/resume")
    for _ in range(3):
        await outage.worker.drain()
        outage.clock.forward(hours=25)
    health = await outage.show_health()
    assert (health["status"], health["deadLetters"]) == ("active", 0)
    await outage.worker.drain()
    await outage.pass_hours(1)
    assert (await outage.show_health())["status"] == "disabled"


async def test_paused_and_resumed_its_dead_letters_are_tried_again_too(outage: Outage) -> None:
    await outage.happen()
    await outage.ask(outage.subscription, "actions/pause")
    await outage.pass_hours(3)
    assert outage.receiver.received == []  # who pauses wants nothing, not even tests
    outage.receiver.answer = no_content
    await outage.ask(outage.subscription, "actions/resume")
    await outage.worker.drain()
    assert outage.has_received_all()


@pytest.mark.parametrize("policy", ["follow", "hold"])
async def test_a_new_sink_of_a_disabled_one_gets_everything(outage: Outage, policy: str) -> None:
    await outage.happen(onSinkChange=policy)
    async with receiving() as moved:
        await outage.change(outage.subscription, sink=moved.url)
        await outage.worker.drain()
        if policy == "hold":
            assert moved.received == []
            await outage.ask(outage.subscription, "actions/resume")
            await outage.worker.drain()
        outage.receiver.received = moved.received
        assert outage.has_received_all()
        assert (await outage.show_health())["status"] == "active"


async def test_a_dead_letter_about_a_subscription_tells_nobody(owner: Owner) -> None:
    """Or each would make the next, for ever."""
    owner.receiver.answer = answering(500)
    first = await owner.subscribe(types=[CaseOpened.TYPE])
    second = await owner.subscribe(types=[EventDeadLettered.TYPE])
    await owner.publish_cases(1)
    for _ in range(2):
        for hours in (0, 76, 80):
            owner.clock.forward(hours=hours)
            await owner.worker.drain()
            await relay(owner.platform)
    assert [each["state"] for each in await owner.deliveries(second)] == ["dead"]
    health = [(each["type"], each["data"]["subscriptionId"]) for each in await feed(owner.api) if "caseid" not in each]
    assert health == [
        (EventDeadLettered.TYPE, first["id"]),
        (SubscriptionDisabled.TYPE, first["id"]),
        (SubscriptionDisabled.TYPE, second["id"]),
    ]


async def test_a_failure_of_weeks_ago_does_not_disable(owner: Owner) -> None:
    """Its event was cancelled, and nothing was sent since."""
    subscription = await owner.subscribe()
    owner.receiver.answer = answering(500)
    await owner.publish(uuid.uuid4(), 1)
    await owner.worker.drain()
    cancel = "UPDATE deliveries SET state = 'cancelled', next_attempt_at = NULL WHERE subscription_id = :id"
    await run_sql(owner.platform, cancel, id=uuid.UUID(subscription["id"]))
    owner.clock.forward(days=21)
    await owner.publish(uuid.uuid4(), 1)
    await owner.worker.drain()
    health = await owner.health(subscription)
    assert health["status"] == "active"
    assert datetime.fromisoformat(health["failingSince"]) == owner.clock()


async def test_a_success_that_was_under_way_before_the_first_failure_counts(owner: Owner) -> None:
    subscription = await owner.subscribe()
    fails, works = await owner.publish_cases(2)
    owner.receiver.answer = choking_on(fails)
    claims = {each.subject_id: each for each in await owner.worker._claim()}
    for case_id in (fails, works):
        await owner.worker._run_attempt(claims[case_id])
    health = await owner.health(subscription)
    assert (health["failures"], health["failingSince"]) == (0, None)
