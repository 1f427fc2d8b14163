"""Exports and the feed of changes: the same sight as reading, for everybody, and nothing left out."""

import asyncio
import csv
import io
import json
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from rtp_applications.exports import queries
from rtp_applications.exports.commands import move_clock_ahead
from rtp_applications.exports.queries import FeedPosition
from rtp_applications.exports.schemas import ExportedCase
from rtp_applications.exports.writing import MOST_AT_ONCE
from rtp_embedded.platform import Platform
from rtp_shared.clock import today
from rtp_shared.paging import decode_cursor, encode_cursor
from tests.applications.intake.files import bring_in, find_case, make_row, write_lines
from tests.conftest import Api, NewClient
from tests.support.actors import Case
from tests.support.cases import open_case, submit_case
from tests.support.people import act, appointed, end
from tests.support.problems import name_problem
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio
Row = dict[str, Any]


async def export(api: Api) -> dict[str, Row]:
    answer = await api.get("/v1/case-exports/cases.ndjson")
    assert answer.status_code == 200, answer.text
    cases = [json.loads(line) for line in answer.text.splitlines()]
    assert [each["id"] for each in cases] == sorted(each["id"] for each in cases)
    return {each["id"]: each for each in cases}


async def follow(api: Api, after: str | None = None, *, limit: int = 200) -> tuple[list[Row], str]:
    """Follow the feed to its end; return what came, and the cursor to go on from."""
    found = []
    while True:
        params: dict[str, str | int] = {"limit": limit, **({"after": after} if after else {})}
        answer = await api.get("/v1/cases/changes", params=params)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        after = page["cursor"]
        assert after
        if page["next"] is None:
            return found, after


async def start(api: Api) -> str:
    return (await follow(api))[1]


def compare(exported: Row, read: Row) -> None:
    for name, said in exported.items():
        if name == "reference":
            continue
        if name.endswith("At") and said is not None:
            assert datetime.fromisoformat(said) == datetime.fromisoformat(read[name]), name
        else:
            assert said == read[name], name


async def test_a_case_is_exported_as_each_reader_reads_it(
    group: Api, officers: Api, overseer: Api, outside: Api, screening: Case
) -> None:
    versions = set()
    for api in (group, officers, overseer):
        exported, changed = (await export(api))[screening["id"]], (await follow(api))[0]
        read = (await api.get(f"/v1/cases/{screening['id']}")).json()
        compare(exported, read)
        [fed] = [each["case"] for each in changed if each["id"] == screening["id"]]
        compare(fed, read)
        assert exported.keys() == fed.keys()
        versions.add(exported["version"])
    assert len(versions) == 2  # the group does not know of the step that the officers alone took
    assert screening["id"] not in await export(outside)
    assert (await follow(outside))[0] == []


async def test_a_draft_is_exported_to_its_client_alone(group: Api, officers: Api, overseer: Api, case: Case) -> None:
    assert case["id"] in await export(group)
    for api in (officers, overseer):
        assert case["id"] not in await export(api)
        assert case["id"] not in {each["id"] for each in (await follow(api))[0]}


async def test_row_level_security_alone_holds_both(
    platform: Platform, group: Api, officers: Api, outside: Api, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The query is told that its caller is the system; the transaction knows who it is."""
    monkeypatch.setattr(
        queries,
        "_list_parameters",
        lambda _: {"readers": ["system"], "organisation": outside.organisation, "client": ""},
    )
    queries._select_lines.cache_clear()
    for api in (officers, outside):
        assert case["id"] not in await export(api)
        assert case["id"] not in {each["id"] for each in (await follow(api))[0]}
    assert await export(outside) == {}


async def test_a_table_is_the_same_and_no_cell_of_it_is_calculated(group: Api) -> None:
    case = await open_case(group, serviceName='=HYPERLINK("http://evil.example")', summary='+1\nsecond line, "quoted"')
    answer = await group.get("/v1/case-exports/cases.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    [row] = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert row["serviceName"] == "'" + case["serviceName"]
    assert row["summary"] == "'" + case["summary"]
    assert (row["id"], row["conflictsDeclared"], row["supportNeeds"]) == (case["id"], "true", "legal;financial")
    dictionary = (await group.get("/v1/case-exports/dictionary")).json()["columns"]
    assert [each["name"] for each in dictionary] == list(row)
    assert all(each["description"] for each in dictionary)
    assert len(row) == len(ExportedCase.model_fields)


async def test_an_export_can_be_narrowed_and_an_unknown_filter_is_refused(group: Api, submitted: Case) -> None:
    draft = await open_case(group)
    lines = (await group.get("/v1/case-exports/cases.ndjson", params={"status": "draft"})).text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [draft["id"]]
    assert (await group.get("/v1/case-exports/cases.ndjson", params={"state": "draft"})).status_code == 422


async def test_an_export_is_longer_than_a_page_and_says_where_to_follow_on(
    platform: Platform, officers: Api, new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtp_applications.exports.writing.PAGE", 3)
    rows = [make_row() for _ in range(8)]
    await bring_in(platform, officers, write_lines(rows))
    answer = await officers.get("/v1/case-exports/cases.ndjson")
    references = {json.loads(line)["reference"] for line in answer.text.splitlines()}
    assert {row["reference"] for row in rows} <= references
    later = make_row()
    await bring_in(platform, officers, write_lines([later]))
    changes, _ = await follow(officers, answer.headers["changes-cursor"])
    assert later["reference"] in {each["case"]["reference"] for each in changes}


async def test_more_exports_than_may_be_are_asked_to_wait(platform: Platform, group: Api) -> None:
    slots = platform.runtimes["applications"].resources.export_slots
    with slots.take(), slots.take():
        refused = await group.get("/v1/case-exports/cases.ndjson")
        assert name_problem(refused) == (503, "too-many-exports")
        assert refused.headers["retry-after"] == "30"
    assert MOST_AT_ONCE == 2
    assert (await group.get("/v1/case-exports/cases.ndjson")).status_code == 200


async def test_the_feed_tells_each_case_once_as_it_is_now_and_goes_on(group: Api, officers: Api) -> None:
    cursors = {api: await start(api) for api in (group, officers)}
    case = await open_case(group)
    other = await open_case(group)
    await group.patch(f"/v1/cases/{case['id']}", json={"headcount": 5}, headers={"If-Match": "*"})
    changes, cursor = await follow(group, cursors[group], limit=1)
    assert [(each["id"], each["change"]) for each in changes] == [(other["id"], "current"), (case["id"], "current")]
    assert changes[1]["case"]["headcount"] == 5
    assert await follow(group, cursor) == ([], cursor)
    assert case["id"] not in {each["id"] for each in (await follow(officers, cursors[officers]))[0]}
    await submit_case(group, await _read(group, case))
    assert case["id"] in {each["id"] for each in (await follow(officers, cursors[officers]))[0]}


async def _read(api: Api, case: Case) -> Case:
    read: Case = (await api.get(f"/v1/cases/{case['id']}")).json()
    return read


async def test_a_step_of_the_bodies_alone_moves_their_feed_alone(group: Api, officers: Api, submitted: Case) -> None:
    await appointed(officers, submitted, "case-officer", "p-one")
    await act(officers, submitted, "acknowledge", {"sentOn": str(today())}, by="p-one")
    await act(officers, submitted, "begin-screening", by="p-one")
    cursors = {api: await start(api) for api in (group, officers)}
    before = {api: (await _read(api, submitted))["version"] for api in (group, officers)}
    await act(officers, submitted, "find-not-eligible", {"reasons": "Not in scope"}, by="p-one")
    after = {api: (await _read(api, submitted))["version"] for api in (group, officers)}
    assert after[group] == before[group]
    assert after[officers] > before[officers]
    assert (await follow(group, cursors[group]))[0] == []
    assert submitted["id"] in {each["id"] for each in (await follow(officers, cursors[officers]))[0]}


async def test_who_is_let_in_is_told_and_who_leaves_is_told_that_it_is_gone(
    group: Api, outside: Api, officers: Api, submitted: Case
) -> None:
    cursor = await start(outside)
    party = await appointed(group, submitted, "adviser", "p-adviser", holder={"client": outside.client_id})
    changes, cursor = await follow(outside, cursor)
    assert [(each["id"], each["change"]) for each in changes] == [(submitted["id"], "current")]
    assert (await end(group, submitted, party)).status_code == 200
    gone, later = await follow(outside, cursor)
    assert gone == [{"id": submitted["id"], "change": "gone", "case": None}]
    assert await follow(outside, later) == ([], later)
    assert "gone" not in {each["change"] for each in (await follow(officers))[0] if each["id"] == submitted["id"]}


async def test_a_change_that_commits_late_is_never_left_out(platform: Platform, group: Api, case: Case) -> None:
    """A transaction that began first and commits last comes behind all that others were told meanwhile."""
    runtime = platform.runtimes["applications"]
    cursor = await start(group)
    touch = text("UPDATE cases SET version = version + 1 WHERE id = :id")
    other = await open_case(group)
    async with open_as(runtime, "owner") as slow:
        await slow.execute(touch, {"id": case["id"]})
        await group.patch(f"/v1/cases/{other['id']}", json={"headcount": 5}, headers={"If-Match": "*"})
        meanwhile, cursor = await follow(group, cursor)
        assert case["id"] not in {each["id"] for each in meanwhile}
    told, cursor = await follow(group, cursor)
    assert {each["id"] for each in [*meanwhile, *told]} == {case["id"], other["id"]}
    assert case["id"] in {each["id"] for each in told}


async def test_a_follower_beside_many_writers_misses_nothing(group: Api) -> None:
    cursor, seen, cases = await start(group), {}, [await open_case(group) for _ in range(6)]
    done = asyncio.Event()

    async def write(case: Case) -> None:
        for number in range(1, 6):
            changed = await group.patch(
                f"/v1/cases/{case['id']}", json={"headcount": number}, headers={"If-Match": "*"}
            )
            assert changed.status_code == 200

    async def read() -> None:
        nonlocal cursor
        while True:
            last = done.is_set()
            changes, cursor = await follow(group, cursor, limit=2)
            seen.update({each["id"]: each["case"]["headcount"] for each in changes})
            if last and not changes:
                return
            await asyncio.sleep(0)

    reading = asyncio.create_task(read())
    await asyncio.gather(*map(write, cases))
    done.set()
    await reading
    assert seen == {case["id"]: 5 for case in cases}


async def test_a_cursor_is_ours_or_refused(platform: Platform, group: Api) -> None:
    for wrong in ("x", encode_cursor(-1, "0" * 32), encode_cursor(2**63, "0" * 32), encode_cursor(1)):
        assert (await group.get("/v1/cases/changes", params={"after": wrong})).status_code == 422
    ahead = encode_cursor(*FeedPosition(2**62))
    refused = await group.get("/v1/cases/changes", params={"after": ahead})
    assert name_problem(refused) == (422, "cursor-of-another-past")


async def test_positions_go_on_growing_where_the_server_counts_from_the_start_again(
    platform: Platform, group: Api, case: Case
) -> None:
    runtime = platform.runtimes["applications"]
    async with open_as(runtime, "owner") as session:
        await move_clock_ahead(session)
        assert (await session.execute(text("SELECT ahead FROM change_clock"))).scalar_one() == 0
        far = text("UPDATE case_changes SET position = position + 10^9::bigint WHERE case_id = :id")
        await session.execute(far, {"id": case["id"]})
        await move_clock_ahead(session)
        horizon = await queries.find_horizon(session)
        newest = (await session.execute(text("SELECT max(position) FROM case_changes"))).scalar_one()
        assert horizon >= newest - 10
        await session.execute(text("UPDATE cases SET version = version + 1 WHERE id = :id"), {"id": case["id"]})
        now = (await session.execute(text("SELECT max(position) FROM case_changes"))).scalar_one()
        assert now > newest
        await session.rollback()


async def test_a_reference_is_shown_to_the_clients_of_its_body_alone(
    platform: Platform, officers: Api, overseer: Api, new_client: NewClient
) -> None:
    row = make_row()
    await bring_in(platform, officers, write_lines([row]))
    case = await find_case(officers, row["reference"])
    colleague = await new_client(organisation=officers.organisation)
    assert (await export(colleague))[case["id"]]["reference"] == row["reference"]
    assert (await export(overseer))[case["id"]]["reference"] is None
    group = await new_client(organisation=officers.organisation)  # a group's client within the council
    await appointed(officers, case, "applicant-lead", "p-lead", holder={"client": group.client_id})
    assert (await export(group))[case["id"]]["reference"] is None
    assert decode_cursor(await start(group), int, str)
