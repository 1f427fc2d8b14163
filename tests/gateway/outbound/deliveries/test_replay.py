"""Sending again: what is asked for, no more than the client may see, and in order as ever."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from aiohttp import web
from sqlalchemy import text

from rtp_embedded.postgres import Postgres
from rtp_shared.clock import utcnow
from rtp_shared.contracts import About
from rtp_shared.contracts.applications import CaseOpened, CaseSubmitted
from rtp_shared.contracts.gateway import SubscriptionTested
from tests.conftest import Api
from tests.gateway.conftest import NewWorker, Owner, assert_refused, path_of
from tests.support.webhooks import (
    Clock,
    Received,
    Receiver,
    answering,
    ask,
    no_content,
    publish,
    receiving,
    relay,
    subscribe,
)

pytestmark = pytest.mark.anyio

NOTHING = {"events": 0, "neverOffered": 0, "unacknowledged": 0, "acknowledged": 0, "waiting": 0}


async def replay(api: Api, subscription: dict[str, Any], **wanted: Any) -> dict[str, int]:
    counted: dict[str, int] = await ask(api, subscription, "actions/replay", **wanted)
    return counted


async def make_dead(api: Api, subscription: dict[str, Any], receiver: Receiver, new_worker: NewWorker) -> Clock:
    """The first of each line dies, while the sink takes nothing; the subscription is active afterwards."""
    clock = Clock()
    receiver.answer = answering(500)
    worker = new_worker(now=clock)
    await worker.drain()
    clock.forward(hours=76)
    while await worker.drain():
        pass
    receiver.answer = no_content
    return clock


# What is chosen


async def test_by_events(owner: Owner) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    subscription = await owner.subscribe()
    sent = await owner.publish(one, 1, 2, 3) + await owner.publish(other, 1, 2)
    await owner.new_worker().drain()
    ids = [str(sent[number].event_id) for number in (4, 2, 0)]
    counted = await replay(owner.api, subscription, eventIds=ids, only="all")
    assert counted == {**NOTHING, "events": 3, "acknowledged": 3}
    assert await owner.new_worker().drain() == 3
    again = owner.receiver.received[5:]
    assert owner.receiver.sequences(one) == [1, 2, 3, 1, 3]
    assert owner.receiver.sequences(other) == [1, 2, 2]
    first = {each.id: each for each in owner.receiver.received[:5]}
    for each in again:  # the same event by the same id, so that who has it can drop it
        assert each.body == first[each.id].body
        each.verified(subscription["secret"])


async def test_by_case_publisher_and_number(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    await owner.publish(uuid.uuid4(), 1)
    await owner.publish(case_id, 1, 2, 3)
    await owner.publish(case_id, 1, 2, service="finance-directory")
    await owner.new_worker().drain()

    async def count(**more: Any) -> int:
        path = path_of(subscription) + "/actions/replay"
        body = {"caseId": str(case_id), "only": "all", **more}
        answer = await owner.api.post(path, json=body, params={"dryRun": True})
        assert answer.status_code == 202, answer.text
        counted: int = answer.json()["events"]
        return counted

    assert await count() == 5
    assert await count(source="http://rtp.test/finance-directory") == 2
    assert await count(fromSequence=2) == 3
    assert await count(source="http://rtp.test/applications", fromSequence=3) == 1
    assert await count(source="http://rtp.test/nobody") == 0
    assert await count(fromSequence=4) == 0
    assert await owner.new_worker().drain() == 0  # counting changes nothing
    owner.receiver.received.clear()
    await replay(
        owner.api, subscription, caseId=str(case_id), source="http://rtp.test/applications", fromSequence=2, only="all"
    )
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
        await replay(owner.api, subscription, only="all", **window)
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
    await make_dead(owner.api, subscription, owner.receiver, owner.new_worker)
    owner.receiver.received.clear()

    path = path_of(subscription) + "/actions/replay"
    for only, expected in (
        ("unacknowledged", {"events": 2, "neverOffered": 1, "unacknowledged": 1, "acknowledged": 0, "waiting": 1}),
        ("all", {"events": 4, "neverOffered": 1, "unacknowledged": 1, "acknowledged": 2, "waiting": 1}),
    ):
        body = {"from": since.isoformat(), "only": only}
        counted = (await owner.api.post(path, json=body, params={"dryRun": True})).json()
        assert counted == expected
    assert (await owner.health(subscription))["deadLetters"] == 1  # counting changes nothing
    await owner.ask(subscription, "actions/resume")
    assert await replay(owner.api, subscription, **{"from": since.isoformat()}) == {
        "events": 1,
        "neverOffered": 1,
        "unacknowledged": 0,
        "acknowledged": 0,
        "waiting": 2,  # going on had tried the dead letter again already
    }
    await owner.new_worker().drain()
    assert owner.receiver.sequences(before) == [1]
    assert owner.receiver.sequences(fine) == []
    assert owner.receiver.sequences(stuck) == [1, 2]
    assert {each["state"] for each in await owner.deliveries(subscription)} == {"delivered"}
    assert await replay(owner.api, subscription, **{"from": since.isoformat()}) == NOTHING


async def test_what_was_cancelled_or_skipped_can_be_had_again(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe(onSinkChange="cancel")
    await owner.publish(case_id, 1, 2)
    await owner.change(subscription, sink=owner.receiver.url + "?new")
    assert {each["state"] for each in await owner.deliveries(subscription)} == {"cancelled"}
    assert await replay(owner.api, subscription, caseId=str(case_id)) == {**NOTHING, "events": 2, "unacknowledged": 2}
    await owner.new_worker().drain()
    assert owner.receiver.sequences(case_id) == [1, 2]


# What is not


async def test_types_source_and_filters_hold_for_what_was_never_offered(owner: Owner) -> None:
    case_id = uuid.uuid4()
    submitted = CaseSubmitted.model_validate(example(CaseSubmitted.TYPE) | {"caseId": str(case_id)})
    await owner.publish(case_id, 1, about=About(region="E12000001"))
    await owner.publish(case_id, 2, data=submitted, about=About(region="E12000001"))
    await owner.publish(case_id, 3, data=submitted, about=About(region="E12000002"))
    await publish(
        owner.platform,
        owner.api,
        case_id,
        1,
        data=submitted,
        service="finance-directory",
        about=About(region="E12000001"),
    )
    subscription = await subscribe(
        owner.api,
        owner.receiver.url,
        types=[CaseSubmitted.TYPE],
        source="http://rtp.test/applications",
        filters=[{"exact": {"region": "E12000001"}}],
    )
    counted = await replay(owner.api, subscription, caseId=str(case_id))
    assert counted == {**NOTHING, "events": 1, "neverOffered": 1}
    await owner.new_worker().drain()
    assert owner.receiver.sequences(case_id) == [2]
    # What was offered once is its own, whatever it takes today.
    await owner.change(subscription, types=[CaseOpened.TYPE], filters=[])
    counted = await replay(owner.api, subscription, caseId=str(case_id), only="all")
    assert counted == {**NOTHING, "events": 2, "neverOffered": 1, "acknowledged": 1}


async def test_nobody_replays_what_is_not_for_its_eyes(owner: Owner) -> None:
    stranger, case_id = await owner.new_client(), uuid.uuid4()
    sent = await owner.publish(case_id, 1, 2)
    subscription, own = await owner.subscribe(), await subscribe(stranger, owner.receiver.url)
    path = path_of(subscription) + "/actions/replay"
    foreign = await stranger.post(path, json={"caseId": str(case_id)})
    unknown = await stranger.post(f"/v1/subscriptions/{uuid.uuid4()}/actions/replay", json={"caseId": str(case_id)})
    assert foreign.status_code == unknown.status_code == 404
    assert {**foreign.json(), "instance": ""} == {**unknown.json(), "instance": ""}
    since = (utcnow() - timedelta(minutes=5)).isoformat()
    for wanted in ({"caseId": str(case_id)}, {"eventIds": [str(sent[0].event_id)]}, {"from": since}):
        assert await replay(stranger, own, only="all", **wanted) == NOTHING  # as if there were no such case
    await owner.new_worker().drain()
    assert owner.receiver.received == []


async def test_only_its_own_tests_and_nothing_of_how_it_fares(owner: Owner) -> None:
    since = (utcnow() - timedelta(minutes=5)).isoformat()
    async with receiving() as elsewhere:
        failing = await subscribe(owner.api, elsewhere.url)
        other = await owner.subscribe()
        await owner.ask(failing, "actions/test")
        await relay(owner.platform)
        await owner.publish(uuid.uuid4(), 1)
        await make_dead(owner.api, failing, elsewhere, owner.new_worker)
        await relay(owner.platform)
        await owner.ask(failing, "actions/resume")
        await owner.new_worker().drain()
        elsewhere.received.clear()
        owner.receiver.received.clear()
        await replay(owner.api, failing, only="all", **{"from": since})
        await replay(owner.api, other, only="all", **{"from": since})
        await owner.new_worker().drain()
        about = uuid.UUID(failing["id"])
        assert [each.verified(failing["secret"])["type"] for each in elsewhere.received if each.case_id == about] == [
            SubscriptionTested.TYPE
        ]
        assert SubscriptionTested.TYPE not in [
            each.verified(other["secret"])["type"] for each in owner.receiver.received
        ]
        assert owner.receiver.sequences(about)  # the client's other subscription is told how that one fares


def example(type_: str) -> dict[str, Any]:
    import json
    from pathlib import Path

    from rtp_shared import contracts

    path = Path(contracts.__file__).parent / "examples" / f"{type_}.json"
    found: dict[str, Any] = json.loads(path.read_text())["data"]
    return found


@pytest.mark.parametrize("too_many", [False, True])
async def test_at_most_ten_thousand_at_once(owner: Owner, database_server: Postgres, too_many: bool) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    await owner.ask(subscription, "actions/pause")
    admin = await asyncpg.connect(database_server.url("rtp_gateway"))
    try:
        await admin.execute(
            """
            INSERT INTO events (event_id, type, case_id, source, sequence, readers, body, hash, about)
            SELECT gen_random_uuid(), $1, $2, 'http://rtp.test/applications', n, ARRAY[$3, 'system'], '{}', '', '{}'
            FROM generate_series(1, $4) n
            """,
            CaseOpened.TYPE,
            case_id,
            f"client:{owner.api.client_id}",
            10_001 if too_many else 10_000,
        )
        answer = await owner.api.post(path_of(subscription) + "/actions/replay", json={"caseId": str(case_id)})
        if too_many:
            assert_refused(answer, 422, "too-much-to-replay")
            assert "10000" in answer.json()["errors"][0]["reason"] or "10000" in answer.text
            assert await owner.deliveries(subscription) == []
        else:
            assert answer.json() == {**NOTHING, "events": 10_000, "neverOffered": 10_000}
            due = await admin.fetchval(
                "SELECT count(*) FROM deliveries WHERE case_id = $1 AND next_attempt_at IS NOT NULL", case_id
            )
            assert due == 1  # one line: the first of it is due
    finally:
        await admin.close()


async def test_what_has_ended_is_not_replayed(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    path = path_of(subscription)
    await owner.api.delete(path, headers={"If-Match": "*"})
    answer = await owner.api.post(f"{path}/actions/replay", json={"caseId": str(case_id)})
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
    counted = await replay(owner.api, subscription, caseId=str(case_id), fromSequence=2, only="all")
    assert counted == {**NOTHING, "events": 2, "acknowledged": 2, "waiting": 2}
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
        await replay(owner.api, subscription, caseId=str(case_id), only="all")
        return web.Response(status=204)

    owner.receiver.answer = meanwhile
    await owner.publish(case_id, 3, 4)
    await owner.new_worker().drain()
    assert owner.receiver.sequences(case_id) == [1, 2, 3, 1, 2, 3, 4]
    shown = await owner.deliveries(subscription)
    assert {each["state"] for each in shown} == {"delivered"}


async def test_a_replay_while_events_are_recorded_leaves_one_line(owner: Owner, database_server: Postgres) -> None:
    """A new event and a replay of older ones of its case, each not yet committed when the other begins."""
    admin = await asyncpg.connect(database_server.url("rtp_gateway"))
    try:
        for _ in range(15):
            case_id = uuid.uuid4()
            await owner.publish(case_id, *range(1, 4))
            subscription = await owner.subscribe()
            await asyncio.gather(
                publish(owner.platform, owner.api, case_id, 4),
                replay(owner.api, subscription, caseId=str(case_id), only="all"),
            )
            due = await admin.fetch(
                "SELECT position FROM deliveries WHERE subscription_id = $1 AND next_attempt_at IS NOT NULL",
                uuid.UUID(subscription["id"]),
            )
            assert len(due) == 1
            await owner.api.delete(path_of(subscription), headers={"If-Match": "*"})
    finally:
        await admin.close()


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
        asked = asyncio.create_task(replay(owner.api, subscription, caseId=str(case_id)))
        await asyncio.sleep(0.1)
        await transaction.commit()
        await asked
        due = await admin.fetch(
            "SELECT position FROM deliveries WHERE subscription_id = $1 AND next_attempt_at IS NOT NULL",
            uuid.UUID(subscription["id"]),
        )
        assert len(due) == 1
        assert due[0]["position"] < position
    finally:
        await admin.close()


async def test_what_was_called_back_stays_behind_when_all_is_tried_again(owner: Owner) -> None:
    """It failed before, so it has a place in the schedule, but an earlier one of its line is open now."""
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    await owner.publish(case_id, 1)
    await owner.worker.drain()
    owner.receiver.answer = answering(500)
    await owner.publish(case_id, 2)
    await owner.worker.drain()
    await replay(owner.api, subscription, caseId=str(case_id), only="all")
    owner.clock.forward(hours=1)
    await owner.worker.drain()
    owner.clock.forward(hours=76)
    await owner.worker.drain()
    assert (await owner.health(subscription))["status"] == "disabled"
    await owner.ask(subscription, "actions/resume")
    async with owner.platform.gateway.database.transaction() as session:
        due = (
            await session.execute(
                text("SELECT count(*) FROM deliveries WHERE subscription_id = :id AND next_attempt_at IS NOT NULL"),
                {"id": uuid.UUID(subscription["id"])},
            )
        ).scalar_one()
    assert due == 1
    owner.receiver.received.clear()
    owner.receiver.answer = no_content
    await owner.worker.drain()
    assert owner.receiver.sequences(case_id) == [1, 2]
