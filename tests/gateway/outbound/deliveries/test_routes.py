"""What the owner of a subscription is shown of it, and what it may do about what rests."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_shared.clock import utcnow
from tests.conftest import Api, NewClient
from tests.gateway.conftest import NewWorker, Owner
from tests.support.webhooks import (
    Clock,
    Received,
    Receiver,
    answering,
    ask,
    health,
    no_content,
    publish,
    receiving,
    subscribe,
)

pytestmark = pytest.mark.anyio


async def gaps(api: Api, subscription: dict[str, Any], **query: Any) -> dict[str, Any]:
    answer = await api.get(f"/v1/subscriptions/{subscription['id']}/gaps", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def attempts(api: Api, subscription: dict[str, Any], event_id: Any) -> list[dict[str, Any]]:
    answer = await api.get(f"/v1/subscriptions/{subscription['id']}/deliveries/{event_id}/attempts")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def refusing(*case_ids: uuid.UUID, status: int = 500) -> Any:
    return lambda received: web.Response(status=status if received.case_id in case_ids else 204)


async def die(new_worker: NewWorker, clock: Clock, platform: Platform, api: Api) -> None:
    """What the sink chokes on dies, while it takes other cases."""
    worker = new_worker(now=clock)
    await worker.drain()
    clock.forward(hours=76)
    await publish(platform, api, uuid.uuid4(), 1)
    await worker.drain()


# Gaps


async def test_nothing_is_missing_where_all_arrived(owner: Owner) -> None:
    subscription = await owner.subscribe()
    assert await gaps(owner.api, subscription) == {"items": [], "next": None}
    await owner.publish(uuid.uuid4(), 1, 2)
    await owner.new_worker().drain()
    assert await gaps(owner.api, subscription) == {"items": [], "next": None}


async def test_what_is_missing_is_listed_by_chain_with_its_state(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    await owner.publish(case_id, 1, 2)
    await owner.publish(case_id, 1, service="finance-directory")
    await owner.new_worker(now=owner.clock).drain()
    owner.receiver.answer = refusing(case_id)
    dead, waits = await owner.publish(case_id, 3, 4)
    (foreign,) = await owner.publish(case_id, 2, service="finance-directory")
    await die(owner.new_worker, owner.clock, owner.platform, owner.api)
    (one, other) = (await gaps(owner.api, subscription))["items"]
    type_ = "org.righttoprovide.applications.case-opened.v1"
    assert one == {
        "caseId": str(case_id),
        "source": "http://rtp.test/applications",
        "acknowledgedThrough": 2,
        "missing": [
            {"eventId": str(dead.event_id), "sequence": 3, "type": type_, "state": "dead"},
            {"eventId": str(waits.event_id), "sequence": 4, "type": type_, "state": "pending"},
        ],
        "notForYou": [],
    }
    assert (other["source"], other["acknowledgedThrough"]) == ("http://rtp.test/finance-directory", 1)
    assert [each["eventId"] for each in other["missing"]] == [str(foreign.event_id)]


async def test_what_was_skipped_stays_missing_until_it_is_replayed(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    owner.receiver.answer = refusing(case_id)
    dead, _ = await owner.publish(case_id, 1, 2)
    await die(owner.new_worker, owner.clock, owner.platform, owner.api)
    owner.receiver.answer = no_content
    await owner.ask(subscription, f"dead-letters/{dead.event_id}/actions/skip")
    await owner.new_worker(now=owner.clock).drain()
    (chain,) = (await gaps(owner.api, subscription))["items"]
    assert chain["acknowledgedThrough"] == 2
    assert [(each["sequence"], each["state"]) for each in chain["missing"]] == [(1, "skipped")]
    await owner.ask(subscription, "actions/replay", eventIds=[str(dead.event_id)])
    await owner.new_worker(now=owner.clock).drain()
    assert (await gaps(owner.api, subscription))["items"] == []


async def test_every_number_of_a_case_is_accounted_for(owner: Owner) -> None:
    case_id = uuid.uuid4()
    await owner.publish(case_id, 1)  # before the subscription
    subscription = await owner.subscribe()
    await owner.publish(case_id, 2, readers=["client:somebody-else", "system"])
    await owner.publish(case_id, 3, 4)
    await owner.new_worker().drain()
    owner.receiver.answer = answering(500)
    await owner.publish(case_id, 6)  # the fifth is still on its way to us
    await owner.publish(case_id, 7, readers=["client:somebody-else", "system"])
    await owner.new_worker().drain()
    page = await gaps(owner.api, subscription, caseId=str(case_id))
    (chain,) = page["items"]
    assert (chain["acknowledgedThrough"], chain["notForYou"]) == (4, [1, 2, 5])
    assert [each["sequence"] for each in chain["missing"]] == [6]
    assert page["next"] is None
    accounted = {
        *chain["notForYou"],
        *[each["sequence"] for each in chain["missing"]],
        *owner.receiver.sequences(case_id),
    }
    assert accounted == {1, 2, 3, 4, 5, 6}  # nothing tells that there is a seventh


async def test_of_a_case_that_is_not_ones_own_nothing_is_told(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, receiver: Receiver
) -> None:
    api, stranger, case_id = await new_client(), await new_client(), uuid.uuid4()
    subscription = await subscribe(stranger, receiver.url)
    await publish(platform, api, case_id, 1, 2)
    known = await gaps(stranger, subscription, caseId=str(case_id))
    assert known == await gaps(stranger, subscription, caseId=str(uuid.uuid4())) == {"items": [], "next": None}


async def test_gaps_are_paged_by_case(owner: Owner) -> None:
    subscription = await owner.subscribe()
    await owner.ask(subscription, "actions/pause")
    cases = sorted((uuid.uuid4() for _ in range(5)), key=str)
    for case_id in cases:
        await owner.publish(case_id, 1, 2)
        await owner.publish(case_id, 1, service="finance-directory")
    found, after = list[str](), None
    for expected in (2, 2, 1):
        page = await gaps(owner.api, subscription, limit=2, **({"after": after} if after else {}))
        assert len(page["items"]) == 2 * expected  # both chains of each case
        found += [each["caseId"] for each in page["items"]]
        after = page["next"]
    assert after is None
    assert found == [str(case_id) for case_id in cases for _ in range(2)]
    wrong = await owner.api.get(f"/v1/subscriptions/{subscription['id']}/gaps", params={"after": "nonsense"})
    assert wrong.status_code == 422


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


async def test_health_counts_what_the_log_of_attempts_holds(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, receiver: Receiver
) -> None:
    api, now = await new_client(), utcnow()
    subscription = await subscribe(api, receiver.url)
    sent = await publish(platform, api, uuid.uuid4(), *range(1, 5))
    await ask(api, subscription, "actions/pause")
    known = [  # minutes ago, milliseconds, outcome
        (1, 100.0, "delivered"),
        (2, 200.0, "delivered"),
        (3, 300.0, "delivered"),
        (4, 1000.0, "postponed"),
        (26 * 60, 5000.0, "postponed"),
    ]
    async with platform.gateway.database.transaction() as session:
        position = (
            await session.execute(text("SELECT position FROM events WHERE event_id = :id"), {"id": sent[0].event_id})
        ).scalar_one()
        for number, (minutes, ms, outcome) in enumerate(known, 1):
            await session.execute(
                text(
                    "INSERT INTO attempts (subscription_id, position, attempt, client_id, at, ms, outcome, bytes,"
                    " sink_version) VALUES (:subscription, :position, :attempt, :client, :at, :ms, :outcome, 10, 1)"
                ),
                {
                    "subscription": uuid.UUID(subscription["id"]),
                    "position": position,
                    "attempt": number,
                    "client": api.client_id,
                    "at": now - timedelta(minutes=minutes),
                    "ms": ms,
                    "outcome": outcome,
                },
            )
    told = await health(api, subscription)
    assert (told["attempts"], told["successRate"]) == (4, 0.75)
    assert told["p50Ms"] == pytest.approx(250)
    assert told["p95Ms"] == pytest.approx(300 + 0.85 * 700)
    assert told["waiting"] == 4
    assert 0 < told["oldestWaitingSeconds"] < 60
    assert told["lastDeliveredAt"] is not None
    longer = await api.get(f"/v1/subscriptions/{subscription['id']}/health", params={"hours": 48})
    assert (longer.json()["attempts"], longer.json()["successRate"]) == (5, 0.6)
    for hours in (0, 721):
        wrong = await api.get(f"/v1/subscriptions/{subscription['id']}/health", params={"hours": hours})
        assert wrong.status_code == 422


async def test_lag_is_from_the_recording_to_the_answer(owner: Owner) -> None:
    subscription = await owner.subscribe()
    await owner.publish(uuid.uuid4(), 1)
    owner.clock.forward(seconds=59)
    await owner.new_worker(now=owner.clock).drain()
    told = await owner.health(subscription)
    assert 59_000 < told["lagP50Ms"] == told["lagP95Ms"] < 65_000
    assert told["p95Ms"] < 5_000
    assert told["waiting"] == 0
    assert told["oldestWaitingSeconds"] == 0


async def test_what_rests_counts_as_the_oldest_that_waits(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    owner.receiver.answer = refusing(case_id)
    await owner.publish(case_id, 1)
    await die(owner.new_worker, owner.clock, owner.platform, owner.api)
    told = await owner.health(subscription)
    assert (told["deadLetters"], told["waiting"]) == (1, 0)
    assert told["oldestWaitingSeconds"] > 0


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
    first, second = await attempts(owner.api, subscription, sent.event_id)
    assert (first["attempt"], first["outcome"], first["status"], first["sinkVersion"]) == (1, "postponed", 500, 1)
    assert first["answer"].startswith("Überlast")
    assert 490 <= len(first["answer"]) <= 500
    assert "\x00" not in first["answer"]
    assert first["bytes"] == len(sent.body)
    assert first["error"] is None
    assert 0 < first["ms"] < 5_000
    assert (second["attempt"], second["outcome"], second["status"], second["sinkVersion"]) == (2, "delivered", 202, 2)
    assert second["answer"] == "thank you"
    assert second["at"] > first["at"]


async def test_an_attempt_without_an_answer_says_why(
    platform: Platform, new_client: NewClient, new_worker: NewWorker
) -> None:
    api = await new_client()
    async with receiving() as gone:
        pass
    subscription = await subscribe(api, gone.url)
    (sent,) = await publish(platform, api, uuid.uuid4(), 1)
    await new_worker().drain()
    (attempt,) = await attempts(api, subscription, sent.event_id)
    assert (attempt["status"], attempt["error"], attempt["answer"]) == (None, "no connection", None)


async def test_attempts_of_what_was_never_made_for_it_are_not_there(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, receiver: Receiver
) -> None:
    api, other = await new_client(), await new_client()
    subscription = await subscribe(api, receiver.url)
    (foreign,) = await publish(platform, other, uuid.uuid4(), 1)
    for event_id in (foreign.event_id, uuid.uuid4()):
        answer = await api.get(f"/v1/subscriptions/{subscription['id']}/deliveries/{event_id}/attempts")
        assert answer.status_code == 404
        assert answer.json()["type"].endswith("/problems/no-such-delivery")


# Dead letters


async def test_a_dead_letter_holds_up_its_case_until_it_is_skipped(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    owner.receiver.answer = refusing(case_id)
    dead, *_ = await owner.publish(case_id, 1, 2, 3)
    await die(owner.new_worker, owner.clock, owner.platform, owner.api)
    owner.receiver.answer = no_content
    owner.clock.forward(days=30)
    assert await owner.worker.drain() == 0
    path = f"/v1/subscriptions/{subscription['id']}/dead-letters/{dead.event_id}/actions/skip"
    answer = await owner.api.post(path)
    assert (answer.status_code, answer.content) == (204, b"")
    await owner.worker.drain()
    assert owner.receiver.sequences(case_id)[-2:] == [2, 3]
    shown = {each["sequence"]: each["state"] for each in await owner.deliveries(subscription) if each["settledAt"]}
    assert shown[2] == shown[3] == "delivered"
    (skipped,) = [each for each in await owner.deliveries(subscription) if each["state"] == "skipped"]
    assert skipped["eventId"] == str(dead.event_id)
    assert (await owner.api.get(f"/v1/subscriptions/{subscription['id']}/dead-letters")).json()["items"] == []
    again = await owner.api.post(path)
    assert again.status_code == 409


async def test_a_dead_letter_holds_up_its_case_though_an_older_event_is_sent_again(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    (delivered,) = await owner.publish(case_id, 1)
    await owner.new_worker(now=owner.clock).drain()
    owner.receiver.answer = refusing(case_id)
    await owner.publish(case_id, 2, 3)
    await die(owner.new_worker, owner.clock, owner.platform, owner.api)
    owner.receiver.answer = no_content
    owner.receiver.received.clear()
    await owner.ask(subscription, "actions/replay", eventIds=[str(delivered.event_id)], only="all")
    await owner.new_worker(now=owner.clock).drain()
    assert owner.receiver.sequences(case_id) == [1]
    assert [each["state"] for each in await owner.deliveries(subscription) if each["caseId"] == str(case_id)] == [
        "pending",
        "dead",
        "delivered",
    ]


async def test_a_dead_letter_that_is_tried_again_has_its_whole_schedule(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    owner.receiver.answer = refusing(case_id)
    (dead,) = await owner.publish(case_id, 1)
    await die(owner.new_worker, owner.clock, owner.platform, owner.api)
    await owner.ask(subscription, f"dead-letters/{dead.event_id}/actions/replay")
    assert await owner.worker.drain() == 1
    (delivery,) = [each for each in await owner.deliveries(subscription) if each["caseId"] == str(case_id)]
    assert delivery["state"] == "pending"
    owner.clock.forward(seconds=6)
    assert await owner.worker.drain() == 1
    numbers = [each["attempt"] for each in await attempts(owner.api, subscription, dead.event_id)]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("action", ["replay", "skip"])
async def test_only_dead_letters_are_skipped_or_tried_again(owner: Owner, action: str) -> None:
    subscription = await owner.subscribe()
    (delivered,) = await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    (pending,) = await owner.publish(uuid.uuid4(), 1)
    path = f"/v1/subscriptions/{subscription['id']}/dead-letters"
    for sent in (delivered, pending):
        refused = await owner.api.post(f"{path}/{sent.event_id}/actions/{action}")
        assert refused.status_code == 409
        assert refused.json()["type"].endswith("/problems/not-a-dead-letter")
    unknown = await owner.api.post(f"{path}/{uuid.uuid4()}/actions/{action}")
    assert unknown.status_code == 404
    assert [each["state"] for each in await owner.deliveries(subscription)] == ["pending", "delivered"]


async def test_dead_letters_are_paged_newest_first(owner: Owner) -> None:
    subscription = await owner.subscribe()
    cases = [uuid.uuid4() for _ in range(3)]
    owner.receiver.answer = refusing(*cases)
    sent = [(await owner.publish(case_id, 1))[0] for case_id in cases]
    await owner.worker.drain()
    for _ in range(3):
        owner.clock.forward(hours=76)
        for _ in range(4):
            await owner.publish(uuid.uuid4(), 1)
            await owner.worker.drain()
            owner.clock.forward(seconds=70)
    listed, after = list[str](), None
    for expected in (2, 1):
        page = await owner.api.get(
            f"/v1/subscriptions/{subscription['id']}/dead-letters",
            params={"limit": 2, **({"after": after} if after else {})},
        )
        assert len(page.json()["items"]) == expected
        listed += [each["eventId"] for each in page.json()["items"]]
        after = page.json()["next"]
    assert after is None
    assert listed == [str(each.event_id) for each in sent[::-1]]


async def test_what_a_sink_answers_is_shown_to_its_owner_only(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, receiver: Receiver
) -> None:
    """The same event went to both: each sees its own attempts."""
    one, other, case_id = await new_client(), await new_client(), uuid.uuid4()
    mine = await subscribe(one, receiver.url)
    async with receiving() as elsewhere:
        theirs = await subscribe(other, elsewhere.url)

        def secret(_: Received) -> web.StreamResponse:
            return web.Response(text="hush")

        receiver.answer = secret
        readers = [f"client:{one.client_id}", f"client:{other.client_id}", "system"]
        (sent,) = await publish(platform, one, case_id, 1, readers=readers)
        await new_worker().drain()
    assert [each["answer"] for each in await attempts(one, mine, sent.event_id)] == ["hush"]
    assert "hush" not in json.dumps(await attempts(other, theirs, sent.event_id))
