"""What waits for whom: by role and by person, in the status in which a case is, inside the walls of cases."""

from datetime import timedelta
from typing import Any

import pytest

from rtp_applications.workflow.clock_answers import GENERAL, list_clock_answers
from rtp_applications.workflow.processes import Processes
from rtp_embedded.clock import MovableClock
from rtp_embedded.platform import Platform
from tests.applications.deadlines.conftest import START
from tests.applications.deadlines.test_listing import open_caseload
from tests.conftest import Api, NewClient
from tests.support.actors import Office
from tests.support.cases import open_case
from tests.support.people import acting, appointed

pytestmark = pytest.mark.anyio

LINES = ["acknowledgement", "decision-date-notice"]


async def list_work(api: Api, person: str | None = None, **query: Any) -> list[dict[str, Any]]:
    answer = await api.get("/v1/worklist", params=query, headers=acting(person) if person else {})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def name_clocks(items: list[dict[str, Any]]) -> list[str]:
    return sorted(each["clock"] for each in items)


async def test_a_line_says_what_answers_it_and_who_may(clock: MovableClock, new_client: NewClient) -> None:
    portal, council, [case] = await open_caseload(new_client, clock, 1)
    items = await list_work(council)
    assert name_clocks(items) == LINES
    assert await list_work(portal) == items
    [line] = [each for each in items if each["clock"] == "acknowledgement"]
    assert (line["caseId"], line["overdue"], line["window"]) == (case["id"], False, False)
    assert [(each["name"], each["roles"]) for each in line["actions"]] == [("acknowledge", ["case-officer"])]
    assert line["says"]


async def test_it_follows_the_case_from_status_to_status(clock: MovableClock, new_client: NewClient) -> None:
    _, council, [case] = await open_caseload(new_client, clock, 1)
    await appointed(council, case, "case-officer", "o-1")
    now = {**acting("o-1"), "If-Match": "*"}
    day = clock().date().isoformat()
    await council.post(f"/v1/cases/{case['id']}/actions/acknowledge", json={"sentOn": day}, headers=now)
    assert name_clocks(await list_work(council)) == ["decision-date-notice"]
    await council.post(f"/v1/cases/{case['id']}/actions/begin-screening", headers=now)
    items = await list_work(council)
    assert name_clocks(items) == ["decision-date-notice", "screening"]
    [screening] = [each for each in items if each["clock"] == "screening"]
    assert {each["name"] for each in screening["actions"]} == {"begin-review", "find-not-eligible"}


async def test_by_role(clock: MovableClock, new_client: NewClient) -> None:
    _, council, _ = await open_caseload(new_client, clock, 1)
    assert name_clocks(await list_work(council, role="case-officer")) == LINES
    assert await list_work(council, role="applicant-lead") == []
    assert name_clocks(await list_work(council, role=["applicant-lead", "case-officer"])) == LINES


async def test_mine_are_those_in_which_i_have_a_part_today(clock: MovableClock, new_client: NewClient) -> None:
    portal, council, cases = await open_caseload(new_client, clock, 2)
    await appointed(council, cases[0], "case-officer", "o-1")
    await appointed(council, cases[1], "decision-maker", "d-1")
    mine = await list_work(council, "o-1", mine=True)
    assert {each["caseId"] for each in mine} == {cases[0]["id"]}
    assert name_clocks(mine) == LINES
    assert await list_work(council, "d-1", mine=True) == []
    assert await list_work(council, "nobody", mine=True) == []
    # The same name at another client's desk is another person.
    assert await list_work(portal, "o-1", mine=True) == []


async def test_what_was_missed_waits_on(platform: Platform, clock: MovableClock, new_client: NewClient) -> None:
    _, council, [case] = await open_caseload(new_client, clock, 1)
    clock.move_to(START + timedelta(days=8))
    [late] = [each for each in await list_work(council) if each["clock"] == "acknowledgement"]
    assert (late["state"], late["overdue"]) == ("running", True)
    await platform.tick()
    [missed] = [each for each in await list_work(council) if each["clock"] == "acknowledgement"]
    assert (missed["state"], missed["overdue"]) == ("missed", True)
    await appointed(council, case, "case-officer", "o-1")
    body = {"sentOn": clock().date().isoformat()}
    path = f"/v1/cases/{case['id']}/actions/acknowledge"
    assert (await council.post(path, json=body, headers={**acting("o-1"), "If-Match": "*"})).status_code == 200
    assert "acknowledgement" not in name_clocks(await list_work(council))


async def test_pages_hold_everything_once(clock: MovableClock, new_client: NewClient) -> None:
    _, council, _ = await open_caseload(new_client, clock, 3)
    whole = await list_work(council, limit=200)
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = (await council.get("/v1/worklist", params={"limit": 2, **after})).json()
        found += page["items"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert found == whole
    assert len({each["id"] for each in whole}) == len(whole) == 6


async def test_its_walls_are_those_of_the_cases(clock: MovableClock, new_client: NewClient) -> None:
    portal, council, cases = await open_caseload(new_client, clock, 1)
    draft = await open_case(portal, employer=cases[0]["employer"])
    assert draft["id"] not in {each["caseId"] for each in await list_work(council)}
    assert await list_work(await new_client(organisation=portal.organisation)) == []
    assert await list_work(await new_client(organisation=portal.organisation), "applicant", mine=True) == []
    assert (await (await new_client(scopes="events:read")).get("/v1/worklist")).status_code == 403


@pytest.mark.parametrize("query", [{"role": "king"}, {"mine": "perhaps"}, {"state": "missed"}, {"after": "x"}], ids=str)
async def test_a_query_that_makes_no_sense_is_refused(new_client: NewClient, query: dict[str, Any]) -> None:
    assert (await (await new_client()).get("/v1/worklist", params=query)).status_code == 422


@pytest.mark.parametrize("process", Processes().list_all(), ids=lambda each: f"{each.route}-{each.version}")
def test_every_duty_is_answered_by_somebody(process: Any) -> None:
    """A clock that nobody but the platform can answer, and that is a duty, would be missed by nobody's fault."""
    answers = list_clock_answers()[process.route, process.version]
    answered = {answer.clock for answer in answers}
    duties = {
        each.name
        for each in process.clocks
        if each.runs_in & process.statuses and not each.window and not each.idle and each.on_end is None
    }
    assert duties <= answered
    assert not {answer.action.name for answer in answers} & GENERAL


async def test_work_is_narrowed_by_what_each_line_shows(office: Office) -> None:
    """By route, status, clock, basis, and whether its time is up."""
    lines = (await office.officer.get("/v1/worklist", caseId=office.case["id"])).json()["items"]
    assert lines
    line = lines[0]
    for path in ("/v1/worklist", "/v1/deadlines"):
        for name in ("route", "status", "clock", "basis"):
            found = (await office.officer.get(path, **{"caseId": office.case["id"], name: line[name]})).json()["items"]
            assert line["id"] in {each["id"] for each in found}, (path, name)
            assert {each[name] for each in found} == {line[name]}, (path, name)
        for query in ({"route": "right-to-request"}, {"status": "launched"}, {"clock": "none"}, {"overdue": "true"}):
            answer = await office.officer.get(path, caseId=office.case["id"], **query)
            assert answer.json()["items"] == [], (path, query)
