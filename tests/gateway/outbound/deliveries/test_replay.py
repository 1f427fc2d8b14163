"""Sending again: what is asked for, no more than the client may see, and in order as ever."""

import asyncio
import json
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiohttp import web

from rtp_embedded.postgres import Postgres
from rtp_shared import contracts
from rtp_shared.clock import utcnow
from rtp_shared.contracts import About
from rtp_shared.contracts.applications import CaseOpened, CaseSubmitted
from rtp_shared.contracts.gateway import SubscriptionTested
from tests.gateway.conftest import Owner, assert_refused, path_of, run_sql
from tests.support.webhooks import Received, answering, no_content, receiving, relay

pytestmark = pytest.mark.anyio

EXAMPLE = Path(contracts.__file__).parent / "examples" / f"{CaseSubmitted.TYPE}.json"
NOTHING = {"events": 0, "neverOffered": 0, "unacknowledged": 0, "acknowledged": 0, "waiting": 0}


async def replay(owner: Owner, subscription: dict[str, Any], **wanted: Any) -> dict[str, int]:
    counted: dict[str, int] = await owner.ask(subscription, "actions/replay", **wanted)
    return counted


async def preview(owner: Owner, subscription: dict[str, Any], **wanted: Any) -> dict[str, int]:
    """What a replay would send, without it."""
    path = path_of(subscription) + "/actions/replay"
    answer = await owner.api.post(path, json=wanted, params={"dryRun": True})
    assert answer.status_code == 202, answer.text
    counted: dict[str, int] = answer.json()
    return counted


async def list_due(owner: Owner, subscription: dict[str, Any]) -> list[int]:
    """The positions of the deliveries that have a time: the first of each case."""
    find = "SELECT position FROM deliveries WHERE subscription_id = :id AND next_attempt_at IS NOT NULL"
    return [row.position for row in await run_sql(owner.platform, find, id=uuid.UUID(subscription["id"]))]


async def make_dead(owner: Owner) -> None:
    """The first of each case dies, while the sink takes nothing."""
    owner.receiver.answer = answering(500)
    owner.clock.catch_up()
    await owner.worker.drain()
    owner.clock.forward(hours=76)
    while await owner.worker.drain():
        pass
    owner.receiver.answer = no_content


# What is chosen


async def test_by_events(owner: Owner) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    subscription = await owner.subscribe()
    sent = await owner.publish(one, 1, 2, 3) + await owner.publish(other, 1, 2)
    await owner.new_worker().drain()
    ids = [str(sent[number].event_id) for number in (4, 2, 0)]
    counted = await replay(owner, subscription, eventIds=ids, only="all")
    assert counted == {**NOTHING, "events": 3, "acknowledged": 3}
    assert await owner.new_worker().drain() == 3
    again = owner.receiver.received[5:]
    assert owner.receiver.sequences(one) == [1, 2, 3, 1, 3]
    assert owner.receiver.sequences(other) == [1, 2, 2]
    first = {each.id: each for each in owner.receiver.received[:5]}
    for each in again:  # the same event by the same id, so that who has it can drop it
        assert each.body == first[each.id].body
        each.verified(subscription["secret"])


async def test_a_replay_can_be_told_from_a_duplicate_and_one_subscription_from_another(owner: Owner) -> None:
    """Or who receives for two would drop one's event as the other's, and what it asked for as a duplicate."""
    subscriptions = [await owner.subscribe(), await owner.subscribe()]
    (event,) = await owner.publish(uuid.uuid4(), 1)
    await owner.worker.drain()
    for _ in range(2):
        await replay(owner, subscriptions[0], eventIds=[str(event.event_id)], only="all")
        owner.receiver.answer = answering(500)
        await owner.worker.drain()
        owner.receiver.answer = no_content
        owner.clock.forward(seconds=6)
        await owner.worker.drain()
    arrived = [
        (each.headers["webhook-subscription"], each.headers.get("webhook-replay")) for each in owner.receiver.received
    ]
    assert len({each.id for each in owner.receiver.received}) == 1
    first, second = (each["id"] for each in subscriptions)
    assert set(arrived[:2]) == {(first, None), (second, None)}
    assert arrived[2:] == [(first, "1")] * 2 + [(first, "2")] * 2  # what is tried again is the same replay
    assert [each["replays"] for each in await owner.deliveries(subscriptions[0])] == [2]


async def test_by_case_publisher_and_number(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    await owner.publish(uuid.uuid4(), 1)
    await owner.publish(case_id, 1, 2, 3)
    await owner.publish(case_id, 1, 2, service="finance-directory")
    await owner.new_worker().drain()

    async def count(**more: Any) -> int:
        return (await preview(owner, subscription, caseId=str(case_id), only="all", **more))["events"]

    assert await count() == 5
    assert await count(source="http://rtp.test/finance-directory") == 2
    assert await count(fromSequence=2) == 3
    assert await count(source="http://rtp.test/applications", fromSequence=3) == 1
    assert await count(source="http://rtp.test/nobody") == 0
    assert await count(fromSequence=4) == 0
    assert await owner.new_worker().drain() == 0  # counting changes nothing
    owner.receiver.received.clear()
    chosen = {"caseId": str(case_id), "source": "http://rtp.test/applications", "fromSequence": 2}
    await replay(owner, subscription, only="all", **chosen)
    await owner.new_worker().drain()
    assert owner.receiver.sequences(case_id) == [2, 3]


async def test_by_time_from_included_to_not(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    await owner.publish(case_id, 1, 2, 3)
    await owner.new_worker().drain()
    times = [each["recordedAt"] for each in await owner.deliveries(subscription)][::-1]

    async def sequences(**window: str) -> list[int]:
        owner.receiver.received.clear()
        await replay(owner, subscription, only="all", **window)
        await owner.new_worker().drain()
        return owner.receiver.sequences(case_id)

    assert await sequences(**{"from": times[1], "to": times[2]}) == [2]
    assert await sequences(**{"from": times[1]}) == [2, 3]
    assert await sequences(**{"from": (utcnow() + timedelta(hours=1)).isoformat()}) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"eventIds": []},
        {"only": "all"},
        {"caseId": str(uuid.UUID(int=1)), "from": "2026-01-01T00:00:00Z"},
        {"eventIds": [str(uuid.UUID(int=1))], "caseId": str(uuid.UUID(int=1))},
        {"from": "2026-01-01T00:00:00Z", "source": "http://rtp.test/applications"},
        {"eventIds": [str(uuid.UUID(int=1))], "fromSequence": 1},
        {"caseId": str(uuid.UUID(int=1)), "to": "2026-01-01T00:00:00Z"},
        {"from": "2026-01-01T00:00:00"},
        {"caseId": str(uuid.UUID(int=1)), "only": "some"},
        {"caseId": str(uuid.UUID(int=1)), "fromSequence": 0},
        {"caseId": str(uuid.UUID(int=1)), "source": "a\u0000b"},
        {"caseId": str(uuid.UUID(int=1)), "fromSequence": 2**40},
        {"eventIds": [str(uuid.UUID(int=1))] * 1001},
    ],
)
async def test_what_is_asked_for_must_be_clear(owner: Owner, body: dict[str, Any]) -> None:
    subscription = await owner.subscribe()
    answer = await owner.api.post(path_of(subscription) + "/actions/replay", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]


async def test_only_what_was_never_acknowledged_unless_all_is_asked_for(owner: Owner) -> None:
    fine, stuck, before = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    await owner.publish(before, 1)
    since = utcnow() - timedelta(minutes=5)
    subscription = await owner.subscribe()
    await owner.publish(fine, 1, 2)
    await owner.new_worker().drain()
    await owner.publish(stuck, 1, 2)
    await make_dead(owner)
    owner.receiver.received.clear()

    window = {"from": since.isoformat()}
    unacknowledged = {**NOTHING, "events": 2, "neverOffered": 1, "unacknowledged": 1, "waiting": 1}
    assert await preview(owner, subscription, only="unacknowledged", **window) == unacknowledged
    everything = {**unacknowledged, "events": 4, "acknowledged": 2}
    assert await preview(owner, subscription, only="all", **window) == everything
    assert (await owner.health(subscription))["deadLetters"] == 1  # counting changes nothing
    await owner.ask(subscription, "actions/resume")
    # Going on had tried the dead letter again already.
    assert await replay(owner, subscription, **window) == {**NOTHING, "events": 1, "neverOffered": 1, "waiting": 2}
    await owner.new_worker().drain()
    assert owner.receiver.sequences(before) == [1]
    assert owner.receiver.sequences(fine) == []
    assert owner.receiver.sequences(stuck) == [1, 2]
    assert {each["state"] for each in await owner.deliveries(subscription)} == {"delivered"}
    assert await replay(owner, subscription, **window) == NOTHING


async def test_what_was_cancelled_or_skipped_can_be_had_again(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe(onSinkChange="cancel")
    await owner.publish(case_id, 1, 2)
    await owner.change(subscription, sink=owner.receiver.url + "?new")
    assert {each["state"] for each in await owner.deliveries(subscription)} == {"cancelled"}
    assert await replay(owner, subscription, caseId=str(case_id)) == {**NOTHING, "events": 2, "unacknowledged": 2}
    await owner.new_worker().drain()
    assert owner.receiver.sequences(case_id) == [1, 2]


# What is not


async def test_types_source_and_filters_hold_for_what_was_never_offered(owner: Owner) -> None:
    case_id = uuid.uuid4()
    submitted = CaseSubmitted.model_validate(json.loads(EXAMPLE.read_text())["data"] | {"caseId": str(case_id)})
    await owner.publish(case_id, 1, about=About(region="E12000001"))
    await owner.publish(case_id, 2, data=submitted, about=About(region="E12000001"))
    await owner.publish(case_id, 3, data=submitted, about=About(region="E12000002"))
    await owner.publish(case_id, 1, data=submitted, service="finance-directory", about=About(region="E12000001"))
    subscription = await owner.subscribe(
        types=[CaseSubmitted.TYPE],
        source="http://rtp.test/applications",
        filters=[{"exact": {"region": "E12000001"}}],
    )
    counted = await replay(owner, subscription, caseId=str(case_id))
    assert counted == {**NOTHING, "events": 1, "neverOffered": 1}
    await owner.new_worker().drain()
    assert owner.receiver.sequences(case_id) == [2]
    # What was offered once is its own, whatever it takes today.
    await owner.change(subscription, types=[CaseOpened.TYPE], filters=[])
    counted = await replay(owner, subscription, caseId=str(case_id), only="all")
    assert counted == {**NOTHING, "events": 2, "neverOffered": 1, "acknowledged": 1}


async def test_nobody_replays_what_is_not_for_its_eyes(owner: Owner) -> None:
    """It is answered as if there were no such case."""
    case_id = uuid.uuid4()
    sent = await owner.publish(case_id, 1, 2)
    stranger = replace(owner, api=await owner.new_client())
    subscription = await stranger.subscribe()
    since = (utcnow() - timedelta(minutes=5)).isoformat()
    for wanted in ({"caseId": str(case_id)}, {"eventIds": [str(sent[0].event_id)]}, {"from": since}):
        assert await replay(stranger, subscription, only="all", **wanted) == NOTHING
    await owner.new_worker().drain()
    assert owner.receiver.received == []


async def test_only_its_own_tests_and_nothing_of_how_it_fares(owner: Owner) -> None:
    since = (utcnow() - timedelta(minutes=5)).isoformat()
    async with receiving() as elsewhere:
        other = replace(owner, receiver=elsewhere)
        failing, watching = await other.subscribe(), await owner.subscribe()
        await owner.ask(failing, "actions/test")
        await relay(owner.platform)
        await owner.publish(uuid.uuid4(), 1)
        await make_dead(other)
        await relay(owner.platform)
        await owner.ask(failing, "actions/resume")
        await owner.new_worker().drain()
        elsewhere.received.clear()
        owner.receiver.received.clear()
        for subscription in (failing, watching):
            await replay(owner, subscription, only="all", **{"from": since})
        await owner.new_worker().drain()
        about = uuid.UUID(failing["id"])
        told = [each.verified(failing["secret"])["type"] for each in elsewhere.received if each.case_id == about]
        assert told == [SubscriptionTested.TYPE]
        heard = [each.verified(watching["secret"])["type"] for each in owner.receiver.received]
        assert SubscriptionTested.TYPE not in heard
        assert owner.receiver.sequences(about)  # the client's other subscription is told how that one fares


@pytest.mark.parametrize("too_many", [False, True])
async def test_at_most_ten_thousand_at_once(owner: Owner, too_many: bool) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    await owner.ask(subscription, "actions/pause")
    record = """
        INSERT INTO events (event_id, type, case_id, source, sequence, readers, body, hash, about)
        SELECT gen_random_uuid(), :type, :case_id, 'http://rtp.test/applications', n, ARRAY[:reader, 'system'], '{}',
            '', '{}'
        FROM generate_series(1, :count) n
    """
    reader, count = f"client:{owner.api.client_id}", 10_001 if too_many else 10_000
    await run_sql(owner.platform, record, type=CaseOpened.TYPE, case_id=case_id, reader=reader, count=count)
    answer = await owner.api.post(path_of(subscription) + "/actions/replay", json={"caseId": str(case_id)})
    if too_many:
        assert_refused(answer, 422, "too-much-to-replay")
        assert "10000" in answer.text
        assert await owner.deliveries(subscription) == []
    else:
        assert answer.json() == {**NOTHING, "events": 10_000, "neverOffered": 10_000}
        assert len(await list_due(owner, subscription)) == 1  # the first of the case


async def test_what_has_ended_is_not_replayed(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    await owner.end(subscription)
    answer = await owner.api.post(path_of(subscription) + "/actions/replay", json={"caseId": str(case_id)})
    assert_refused(answer, 409, "subscription-ended")


# While other things happen


async def test_what_waits_comes_after_what_is_replayed_of_its_case(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    await owner.publish(case_id, 1, 2, 3)
    await owner.worker.drain()
    owner.receiver.answer = answering(500)
    await owner.publish(case_id, 4, 5)
    await owner.worker.drain()
    owner.receiver.received.clear()
    owner.receiver.answer = no_content
    counted = await replay(owner, subscription, caseId=str(case_id), fromSequence=2, only="all")
    assert counted == {**NOTHING, "events": 2, "acknowledged": 2, "waiting": 2}
    owner.clock.catch_up()
    await owner.worker.drain()
    assert owner.receiver.sequences(case_id) == [2, 3, 4, 5]


async def test_what_is_under_way_is_called_back(owner: Owner) -> None:
    """Its report comes too late, whatever it says, and it is sent again in its turn."""
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    await owner.publish(case_id, 1, 2)
    await owner.new_worker().drain()

    async def meanwhile(received: Received) -> web.StreamResponse:
        owner.receiver.answer = no_content
        await replay(owner, subscription, caseId=str(case_id), only="all")
        return web.Response(status=204)

    owner.receiver.answer = meanwhile
    await owner.publish(case_id, 3, 4)
    await owner.new_worker().drain()
    assert owner.receiver.sequences(case_id) == [1, 2, 3, 1, 2, 3, 4]
    shown = await owner.deliveries(subscription)
    assert {each["state"] for each in shown} == {"delivered"}


async def test_a_replay_while_events_are_recorded_leaves_one_due(owner: Owner) -> None:
    """A new event and a replay of older ones of its case, each not yet committed when the other begins."""
    for _ in range(15):
        case_id = uuid.uuid4()
        await owner.publish(case_id, *range(1, 4))
        subscription = await owner.subscribe()
        await asyncio.gather(owner.publish(case_id, 4), replay(owner, subscription, caseId=str(case_id), only="all"))
        assert len(await list_due(owner, subscription)) == 1
        await owner.end(subscription)


async def test_a_replay_waits_for_what_is_being_recorded(owner: Owner, database_server: Postgres) -> None:
    """Recording stopped in the middle, as it may be at any time: the replay must not overtake it."""
    case_id = uuid.uuid4()
    await owner.publish(case_id, 1, 2)
    subscription = await owner.subscribe()
    admin = await asyncpg.connect(database_server.url("rtp_gateway"))
    try:
        transaction = admin.transaction()
        await transaction.start()
        position = await admin.fetchval(
            """
            INSERT INTO events (event_id, type, case_id, source, sequence, readers, body, hash, about)
            SELECT gen_random_uuid(), type, case_id, source, 3, readers, body, hash, about
            FROM events WHERE case_id = $1 LIMIT 1 RETURNING position
            """,
            case_id,
        )
        await admin.execute(
            "INSERT INTO deliveries (subscription_id, position, case_id, client_id, next_attempt_at)"
            " VALUES ($1, $2, $3, $4, now())",
            uuid.UUID(subscription["id"]),
            position,
            case_id,
            owner.api.client_id,
        )
        asked = asyncio.create_task(replay(owner, subscription, caseId=str(case_id)))
        await asyncio.sleep(0.1)
        await transaction.commit()
        await asked
        (due,) = await list_due(owner, subscription)
        assert due < position
    finally:
        await admin.close()


async def test_what_was_called_back_stays_behind_when_all_is_tried_again(owner: Owner) -> None:
    """It failed before, so it has a place in the schedule, but an earlier one of its case is open now."""
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    await owner.publish(case_id, 1)
    await owner.worker.drain()
    owner.receiver.answer = answering(500)
    await owner.publish(case_id, 2)
    await owner.worker.drain()
    await replay(owner, subscription, caseId=str(case_id), only="all")
    owner.clock.forward(hours=1)
    await owner.worker.drain()
    owner.clock.forward(hours=76)
    await owner.worker.drain()
    assert (await owner.health(subscription))["status"] == "disabled"
    await owner.ask(subscription, "actions/resume")
    assert len(await list_due(owner, subscription)) == 1
    owner.receiver.received.clear()
    owner.receiver.answer = no_content
    await owner.worker.drain()
    assert owner.receiver.sequences(case_id) == [1, 2]
