"""What the owner of a subscription is shown of it, and what it may do about what rests."""

import json
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web
from sqlalchemy import insert, select

from rtp_gateway.outbound.backlog.models import Attempt
from rtp_gateway.outbound.events.models import Event
from rtp_shared.clock import utcnow
from tests.gateway.conftest import Owner, assert_refused, path_of, read_pages
from tests.support.webhooks import answering, choking_on, no_content, publish, receiving

pytestmark = pytest.mark.anyio


# Deliveries


async def test_deliveries_tell_what_happened(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    sent = await owner.publish(case_id, 1)
    await owner.new_worker().drain()
    owner.receiver.answer = answering(418)
    sent += await owner.publish(case_id, 2, 3)
    await owner.new_worker().drain()
    newest, tried, done = await owner.deliveries(subscription)
    assert [each["eventId"] for each in (done, tried, newest)] == [str(each.event_id) for each in sent]
    assert (done["state"], done["attempts"], done["lastStatus"], done["nextAttemptAt"]) == ("delivered", 1, 204, None)
    assert (tried["state"], tried["attempts"], tried["lastStatus"]) == ("pending", 1, 418)
    assert tried["nextAttemptAt"] > tried["attemptedAt"]
    assert (newest["state"], newest["attempts"], newest["nextAttemptAt"]) == ("pending", 0, None)
    path = path_of(subscription) + "/deliveries"
    assert await read_pages(owner.api, path, limit=1, state="pending") == [[newest], [tried]]
    assert await read_pages(owner.api, path, limit=2) == [[newest, tried], [done]]
    assert (await owner.api.get(path, params={"after": "nonsense"})).status_code == 422


# Health


async def test_health_of_one_that_never_sent_anything(owner: Owner) -> None:
    subscription = await owner.subscribe()
    assert await owner.health(subscription) == {
        "status": "active",
        "circuit": "closed",
        "failures": 0,
        "failingSince": None,
        "restsUntil": None,
        "disabledAt": None,
        "nextProbeAt": None,
        "waiting": 0,
        "deadLetters": 0,
        "oldestWaitingSeconds": 0,
        "lastDeliveredAt": None,
        "hours": 24,
        "attempts": 0,
        "successRate": None,
        "p50Ms": None,
        "p95Ms": None,
        "lagP50Ms": None,
        "lagP95Ms": None,
    }


async def test_health_counts_what_the_log_of_attempts_holds(owner: Owner) -> None:
    now = utcnow()
    subscription = await owner.subscribe()
    sent = await owner.publish(uuid.uuid4(), *range(1, 5))
    await owner.ask(subscription, "actions/pause")
    known = [  # minutes ago, milliseconds, outcome
        (1, 100.0, "delivered"),
        (2, 200.0, "delivered"),
        (3, 300.0, "delivered"),
        (4, 1000.0, "postponed"),
        (26 * 60, 5000.0, "postponed"),
    ]
    async with owner.platform.background["gateway"].database.transaction() as session:
        position = await session.scalar(select(Event.position).where(Event.event_id == sent[0].event_id))
        for number, (minutes, ms, outcome) in enumerate(known, 1):
            columns = {
                "subscription_id": uuid.UUID(subscription["id"]),
                "position": position,
                "attempt": number,
                "client_id": owner.api.client_id,
                "at": now - timedelta(minutes=minutes),
                "ms": ms,
                "outcome": outcome,
                "bytes": 10,
                "sink_version": 1,
            }
            await session.execute(insert(Attempt).values(columns))
    health = await owner.health(subscription)
    assert (health["attempts"], health["successRate"]) == (4, 0.75)
    assert health["p50Ms"] == pytest.approx(250)
    assert health["p95Ms"] == pytest.approx(300 + 0.85 * 700)
    assert health["waiting"] == 4
    assert 0 < health["oldestWaitingSeconds"] < 60
    assert health["lastDeliveredAt"] is not None
    longer = await owner.api.get(path_of(subscription) + "/health", params={"hours": 48})
    assert (longer.json()["attempts"], longer.json()["successRate"]) == (5, 0.6)
    for hours in (0, 721):
        wrong = await owner.api.get(path_of(subscription) + "/health", params={"hours": hours})
        assert wrong.status_code == 422


async def test_lag_is_from_the_recording_to_the_answer(owner: Owner) -> None:
    subscription = await owner.subscribe()
    await owner.publish(uuid.uuid4(), 1)
    owner.clock.forward(seconds=59)
    await owner.worker.drain()
    health = await owner.health(subscription)
    assert 59_000 < health["lagP50Ms"] == health["lagP95Ms"] < 65_000
    assert health["p95Ms"] < 5_000
    assert (health["waiting"], health["oldestWaitingSeconds"]) == (0, 0)


async def test_what_rests_counts_as_the_oldest_that_waits(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    owner.receiver.answer = choking_on(case_id)
    await owner.publish(case_id, 1)
    await owner.let_die()
    health = await owner.health(subscription)
    assert (health["deadLetters"], health["waiting"]) == (1, 0)
    assert health["oldestWaitingSeconds"] > 0


# Attempts


async def test_every_attempt_is_logged_with_what_was_answered(owner: Owner) -> None:
    subscription = await owner.subscribe()
    (sent,) = await owner.publish(uuid.uuid4(), 1)
    long = "Überlast\x00\x07 " + "é" * 3000
    owner.receiver.answer = lambda _: web.Response(status=500, text=long)
    await owner.worker.drain()
    await owner.change(subscription, protocolsettings={"headers": {"X-Team": "b"}})
    owner.clock.forward(seconds=6)
    owner.receiver.answer = lambda _: web.Response(status=202, text="thank you")
    await owner.worker.drain()
    first, second = await owner.attempts(subscription, sent.event_id)
    begins = {"attempt": 1, "outcome": "postponed", "status": 500, "error": None, "bytes": len(sent.body)}
    assert first.items() >= {**begins, "sinkVersion": 1}.items()
    assert first["answer"].startswith("Überlast")
    assert 490 <= len(first["answer"]) <= 500
    assert "\x00" not in first["answer"]
    assert 0 < first["ms"] < 5_000
    ends = {"attempt": 2, "outcome": "delivered", "status": 202, "answer": "thank you"}
    assert second.items() >= {**ends, "sinkVersion": 2}.items()
    assert second["at"] > first["at"]


async def test_attempts_of_what_was_never_made_for_it_are_not_there(owner: Owner) -> None:
    other = await owner.new_client()
    subscription = await owner.subscribe()
    (foreign,) = await publish(owner.platform, other, uuid.uuid4(), 1)
    for event_id in (foreign.event_id, uuid.uuid4()):
        answer = await owner.api.get(path_of(subscription) + f"/deliveries/{event_id}/attempts")
        assert_refused(answer, 404, "no-such-delivery")


# Dead letters


async def test_a_dead_letter_holds_up_its_case_until_it_is_skipped(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    owner.receiver.answer = choking_on(case_id)
    dead, *_ = await owner.publish(case_id, 1, 2, 3)
    await owner.let_die()
    owner.receiver.answer = no_content
    owner.clock.forward(days=30)
    assert await owner.worker.drain() == 0
    path = path_of(subscription) + f"/dead-letters/{dead.event_id}/actions/skip"
    answer = await owner.api.post(path)
    assert (answer.status_code, answer.content) == (204, b"")
    await owner.worker.drain()
    assert owner.receiver.sequences(case_id)[-2:] == [2, 3]
    shown = {each["sequence"]: each["state"] for each in await owner.deliveries(subscription) if each["settledAt"]}
    assert shown[2] == shown[3] == "delivered"
    (skipped,) = [each for each in await owner.deliveries(subscription) if each["state"] == "skipped"]
    assert skipped["eventId"] == str(dead.event_id)
    assert (await owner.api.get(path_of(subscription) + "/dead-letters")).json()["items"] == []
    again = await owner.api.post(path)
    assert again.status_code == 409


async def test_a_dead_letter_holds_up_its_case_though_an_older_event_is_sent_again(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    (delivered,) = await owner.publish(case_id, 1)
    await owner.worker.drain()
    owner.receiver.answer = choking_on(case_id)
    await owner.publish(case_id, 2, 3)
    await owner.let_die()
    owner.receiver.answer = no_content
    owner.receiver.received.clear()
    await owner.ask(subscription, "actions/replay", eventIds=[str(delivered.event_id)], only="all")
    await owner.worker.drain()
    assert owner.receiver.sequences(case_id) == [1]
    assert [each["state"] for each in await owner.deliveries(subscription) if each["caseId"] == str(case_id)] == [
        "pending",
        "dead",
        "delivered",
    ]


async def test_a_dead_letter_that_is_tried_again_has_its_whole_schedule(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    owner.receiver.answer = choking_on(case_id)
    (dead,) = await owner.publish(case_id, 1)
    await owner.let_die()
    await owner.ask(subscription, f"dead-letters/{dead.event_id}/actions/replay")
    assert await owner.worker.drain() == 1
    (delivery,) = [each for each in await owner.deliveries(subscription) if each["caseId"] == str(case_id)]
    assert delivery["state"] == "pending"
    owner.clock.forward(seconds=6)
    assert await owner.worker.drain() == 1
    numbers = [each["attempt"] for each in await owner.attempts(subscription, dead.event_id)]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("action", ["replay", "skip"])
async def test_only_dead_letters_are_skipped_or_tried_again(owner: Owner, action: str) -> None:
    subscription = await owner.subscribe()
    (delivered,) = await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    (pending,) = await owner.publish(uuid.uuid4(), 1)
    path = path_of(subscription) + "/dead-letters"
    for sent in (delivered, pending):
        refused = await owner.api.post(f"{path}/{sent.event_id}/actions/{action}")
        assert_refused(refused, 409, "not-a-dead-letter")
    unknown = await owner.api.post(f"{path}/{uuid.uuid4()}/actions/{action}")
    assert unknown.status_code == 404
    assert [each["state"] for each in await owner.deliveries(subscription)] == ["pending", "delivered"]


async def test_dead_letters_are_paged_newest_first(owner: Owner) -> None:
    subscription = await owner.subscribe()
    cases = [uuid.uuid4() for _ in range(3)]
    owner.receiver.answer = choking_on(*cases)
    sent = [(await owner.publish(case_id, 1))[0] for case_id in cases]
    await owner.worker.drain()
    for _ in range(3):
        owner.clock.forward(hours=76)
        for _ in range(4):
            await owner.publish(uuid.uuid4(), 1)
            await owner.worker.drain()
            owner.clock.forward(seconds=70)
    pages = await read_pages(owner.api, path_of(subscription) + "/dead-letters", limit=2)
    assert [[each["eventId"] for each in page] for page in pages] == [
        [str(sent[2].event_id), str(sent[1].event_id)],
        [str(sent[0].event_id)],
    ]


async def test_what_a_sink_answers_is_shown_to_its_owner_only(owner: Owner) -> None:
    """The same event went to both: each sees its own attempts."""
    async with receiving() as elsewhere:
        other = replace(owner, api=await owner.new_client(), receiver=elsewhere)
        mine, theirs = await owner.subscribe(), await other.subscribe()
        owner.receiver.answer = lambda _: web.Response(text="hush")
        readers = [f"client:{owner.api.client_id}", f"client:{other.api.client_id}", "system"]
        (sent,) = await owner.publish(uuid.uuid4(), 1, readers=readers)
        await owner.new_worker().drain()
    assert [each["answer"] for each in await owner.attempts(mine, sent.event_id)] == ["hush"]
    assert "hush" not in json.dumps(await other.attempts(theirs, sent.event_id))
