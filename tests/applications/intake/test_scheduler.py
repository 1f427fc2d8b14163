"""Living cases that come in: each row by itself, once, with times that count from the true days."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from rtp_applications.intake import commands, scheduler
from rtp_embedded.platform import Platform
from rtp_shared.clock import today
from tests.applications.history.stories import history_of, verdict_on
from tests.applications.intake.files import (
    CSV,
    bring_in,
    find_case,
    finish,
    list_problems,
    make_row,
    send,
    write_lines,
    write_table,
)
from tests.conftest import Api, NewClient
from tests.support.cases import TRUST, open_case
from tests.support.people import appoint
from tests.support.problems import list_fields, name_problem
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio
SIX = ["/status", "/statusSince", "/employer", "/sector", "/serviceName", "/colour"]


async def test_a_case_comes_in_where_it_stands_and_its_times_count_from_the_true_days(
    platform: Platform, officers: Api, overseer: Api
) -> None:
    row = make_row(status="eoi-submitted", submittedOn="2026-10-05", statusSince="2026-10-05")
    done = await bring_in(platform, officers, write_lines([row]))
    assert (done["made"], done["known"], done["refused"]) == (1, 0, 0)
    case = await find_case(officers, row["reference"])
    assert case["status"] == "eoi-submitted"
    assert case["submittedAt"].startswith("2026-10-04T23:00")  # the midnight in London that begins 5 October
    started = {each["clock"]: each["startedOn"] for each in case["deadlines"]}
    assert started["acknowledgement"] == started["decision-date-notice"] == "2026-10-05"
    assert [each["action"] for each in await history_of(officers, case)] == ["import"]
    for api in (officers, overseer):
        assert (await verdict_on(api, case))["holds"]


async def test_a_time_that_began_before_the_present_status_counts_from_then(platform: Platform, officers: Api) -> None:
    since = str(today() - timedelta(days=3))
    submitted = str(today() - timedelta(days=20))
    row = make_row(status="eoi-screening", submittedOn=submitted, statusSince=since)
    await bring_in(platform, officers, write_lines([row]))
    case = await find_case(officers, row["reference"])
    started = {each["clock"]: each["startedOn"] for each in case["deadlines"]}
    assert (started["screening"], started["decision-date-notice"]) == (since, submitted)
    assert "acknowledgement" not in started


async def test_the_bodies_and_the_central_team_see_it_and_nobody_else(
    platform: Platform, officers: Api, overseer: Api, outside: Api, new_client: NewClient
) -> None:
    row = make_row(commissioner=TRUST)
    await bring_in(platform, officers, write_lines([row]))
    case = await find_case(officers, row["reference"])
    assert (await overseer.get(f"/v1/cases/{case['id']}")).status_code == 200
    assert (await outside.get(f"/v1/cases/{case['id']}")).status_code == 404


async def test_every_broken_row_is_reported_and_the_good_ones_come_in(platform: Platform, officers: Api) -> None:
    good = [make_row() for _ in range(3)]
    broken = [
        make_row(status="draft"),
        make_row(statusSince="2026-09-01"),
        make_row(employer="GB-NOT-1"),
        make_row(sector="piracy"),
        make_row(serviceName=None),
        make_row(colour="red"),
    ]
    lines = write_lines([good[0], *broken, good[1]]) + b"{no json\n[1]\n\xff\n" + write_lines([good[2]])
    done = await bring_in(platform, officers, lines)
    assert (done["rows"], done["done"], done["made"], done["refused"]) == (12, 12, 3, 9)
    problems = await list_problems(officers, done)
    assert [(row, field) for row, field, _ in problems] == [
        *zip(range(2, 8), SIX, strict=True),
        *((row, "") for row in (9, 10, 11)),
    ]
    assert [reason for *_, reason in problems[6:]] == ["is no JSON", "is no JSON object", "is not UTF-8"]
    for row in good:
        assert (await find_case(officers, row["reference"]))["serviceName"] == row["serviceName"]


async def test_a_file_that_is_sent_again_makes_nothing_twice(platform: Platform, officers: Api) -> None:
    rows = [make_row() for _ in range(4)]
    first = await bring_in(platform, officers, write_lines(rows))
    table = await bring_in(platform, officers, write_table(rows), CSV)  # the same, otherwise written
    changed = await bring_in(
        platform, officers, write_lines([{**rows[0], "headcount": 9}, rows[1], make_row(), rows[1]])
    )
    assert (first["made"], table["made"], table["known"]) == (4, 0, 4)
    assert (changed["made"], changed["known"], changed["refused"]) == (1, 2, 1)
    assert [(row, field) for row, field, _ in await list_problems(officers, changed)] == [(1, "/reference")]


async def test_a_dry_run_says_the_same_and_puts_nothing_on_file(platform: Platform, officers: Api) -> None:
    rows = [make_row(), make_row(status="draft")]
    dry = await bring_in(platform, officers, write_lines(rows), dryRun="true")
    assert (dry["dryRun"], dry["made"], dry["refused"]) == (True, 1, 1)
    listed = await officers.get("/v1/case-references", params={"reference": rows[0]["reference"]})
    assert listed.json()["items"] == []
    wet = await bring_in(platform, officers, write_lines(rows))
    assert (wet["made"], wet["refused"]) == (1, 1)
    assert await list_problems(officers, wet) == await list_problems(officers, dry)


async def test_workers_side_by_side_and_files_side_by_side_make_each_case_once(
    platform: Platform, officers: Api
) -> None:
    rows = [make_row() for _ in range(120)]
    sent = [await send(officers, write_lines(rows)), await send(officers, write_lines(reversed(rows)))]
    await asyncio.gather(*(finish(platform) for _ in range(4)))
    done = [(await officers.get(f"/v1/case-imports/{each['id']}")).json() for each in sent]
    assert sum(each["made"] for each in done) == 120
    assert sum(each["known"] for each in done) == 120
    assert {each["state"] for each in done} == {"finished"}


async def test_a_batch_that_fails_in_the_middle_leaves_nothing_and_is_done_again(
    platform: Platform, officers: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [make_row() for _ in range(60)]
    sent = await send(officers, write_lines(rows))
    assert await scheduler.import_batch(platform.background["applications"])

    async def fail(*_: object, **__: object) -> None:
        raise OSError("the database went away")

    with monkeypatch.context() as patched:
        patched.setattr(commands, "count_batch", fail)
        with pytest.raises(OSError, match="went away"):
            await scheduler.import_batch(platform.background["applications"])
    half = (await officers.get(f"/v1/case-imports/{sent['id']}")).json()
    assert (half["state"], half["done"], half["made"]) == ("waiting", 50, 50)
    await finish(platform)
    whole = (await officers.get(f"/v1/case-imports/{sent['id']}")).json()
    assert (whole["state"], whole["made"], whole["refused"]) == ("finished", 60, 0)


async def test_a_body_brings_in_its_own_cases_alone(platform: Platform, officers: Api, new_client: NewClient) -> None:
    reference = make_row()["reference"]
    rival = await new_client()
    done = await bring_in(platform, rival, write_lines([make_row(reference)]))
    assert [(row, field) for row, field, _ in await list_problems(rival, done)] == [(1, "/employer")]
    assert (await bring_in(platform, officers, write_lines([make_row(reference)])))["made"] == 1


async def test_records_are_put_on_file_and_start_the_times_that_their_action_starts(
    platform: Platform, officers: Api
) -> None:
    good = {"action": "describe-interest", "on": "2026-10-01", "given": {"service": "The whole day service"}}
    row = make_row(records=[good])
    wrong = make_row(
        records=[
            {**good, "action": "sing"},
            {**good, "on": "2026-09-01"},
            {**good, "given": {"service": 7}},
            {"action": "find-not-eligible", "on": "2026-10-12", "given": {}},
        ]
    )
    done = await bring_in(platform, officers, write_lines([row, wrong]))
    case = await find_case(officers, row["reference"])
    records = (await officers.get(f"/v1/cases/{case['id']}/records")).json()["items"]
    assert [each["content"] for each in records] == [{"service": "The whole day service", "partners": []}]
    problems = await list_problems(officers, done)
    assert [field for _, field, _ in problems] == [
        "/records/0/action",
        "/records/1/on",
        "/records/2/given/service",
        "/records/3/action",
    ]


async def test_an_import_neither_sees_nor_takes_a_draft(platform: Platform, officers: Api, group: Api) -> None:
    draft = await open_case(group)
    row = make_row(serviceName=draft["serviceName"])
    await bring_in(platform, officers, write_lines([row, make_row(number=draft["number"])]))
    assert (await find_case(officers, row["reference"]))["id"] != draft["id"]
    assert (await officers.get(f"/v1/cases/{draft['id']}")).status_code == 404
    assert (await group.get(f"/v1/cases/{draft['id']}")).json()["status"] == "draft"


async def test_the_employer_lets_the_groups_client_in_once_and_it_speaks_for_the_group_from_then(
    platform: Platform, officers: Api, new_client: NewClient
) -> None:
    row = make_row()
    await bring_in(platform, officers, write_lines([row]))
    case, group = await find_case(officers, row["reference"]), await new_client()
    own = await appoint(officers, case, "applicant-lead", "p-lead", holder={"client": officers.client_id})
    assert name_problem(own) == (422, "not-a-holder")
    body = await appoint(officers, case, "applicant-lead", "p-lead")
    assert list_fields(body) == {"/holder/client"}
    assert (await appoint(group, case, "applicant-lead", "p-lead")).status_code == 404
    let_in = await appoint(officers, case, "applicant-lead", "p-lead", holder={"client": group.client_id})
    assert let_in.status_code == 201, let_in.text
    shown = (await group.get(f"/v1/cases/{case['id']}", headers={"On-Behalf-Of": "p-lead"})).json()
    assert {each["action"]: each["allowed"] for each in shown["allowedActions"]}["withdraw"]
    again = await appoint(officers, case, "applicant-lead", "p-2", holder={"client": "another-client"})
    assert again.status_code == 403
    member = await appoint(group, case, "applicant-member", "p-3", by="p-lead")
    assert member.status_code == 201, member.text
    assert (await verdict_on(group, case))["holds"]
    assert (await group.get("/v1/case-references", params={"case": case["id"]})).json()["items"] == []
    [own] = (await officers.get("/v1/case-references", params={"case": case["id"]})).json()["items"]
    for api, seen in ((officers, [case["id"]]), (group, [])):
        listed = (await api.get("/v1/cases", params={"reference": own["reference"]})).json()["items"]
        assert [each["id"] for each in listed] == seen


async def test_an_upload_that_broke_off_is_let_go(platform: Platform, officers: Api) -> None:
    sent = await send(officers, write_lines([make_row()]))
    change = "UPDATE case_imports SET state = 'receiving', begun_at = begun_at - interval '2 days' WHERE id = :id"
    runtime = platform.background["applications"]
    async with open_as(runtime, "owner") as session:
        await session.execute(text(change), {"id": sent["id"]})
    async with runtime.database.transaction() as session:
        await commands.let_abandoned_go(session, runtime.clock())
    assert (await officers.get(f"/v1/case-imports/{sent['id']}")).status_code == 404
