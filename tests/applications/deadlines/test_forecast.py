"""What a forecast says is what comes when it is done."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_applications.deadlines.forecast import forecast
from rtp_applications.deadlines.rules.days import civil_date, starts_at
from rtp_applications.deadlines.rules.deadline import Deadline, DeadlineState
from rtp_applications.deadlines.schemas import Supposed
from rtp_applications.workflow.common.payloads import Reasons
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.due import process_due
from rtp_applications.workflow.engine import apply_action
from rtp_applications.workflow.enums import Role, Status, Suspension
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.cross_stage.payloads import SuspensionNote
from rtp_applications.workflow.stages.extensions.payloads import DeadlineExtension
from tests.applications.deadlines.office import open_office
from tests.applications.workflow.ground import CALENDARS, NOW, build_snapshot, person
from tests.conftest import NewClient

OFFICER, DECIDER = person(Role.CASE_OFFICER), person(Role.DECISION_MAKER)
TODAY = civil_date(NOW)
WHY = "So that it can be seen."
STATUSES = (Status.EOI_SCREENING, Status.EOI_UNDER_REVIEW, Status.INFORMATION_REQUESTED, Status.BUSINESS_CASE)
CHALLENGE = build_snapshot(Status.EOI_SCREENING, process=COMMUNITY_RIGHT_TO_CHALLENGE)
FILES: list[tuple[Process, CaseSnapshot]] = [
    *((RIGHT_TO_PROVIDE, build_snapshot(status)) for status in STATUSES),
    (COMMUNITY_RIGHT_TO_CHALLENGE, CHALLENGE),
]


def foresee(process: Process, snapshot: CaseSnapshot, **supposed: Any) -> dict[str, date]:
    found = forecast(process, snapshot, Supposed.model_validate(supposed), NOW)
    return {each.before.clock: each.after.due_on for each in found}


def due(deadlines: dict[Any, Deadline]) -> dict[str, date]:
    return {each.clock: each.due_on for each in deadlines.values() if each.is_open and each.clock != "idle"}


@settings(deadline=None)
@given(at=st.sampled_from(FILES), since=st.integers(0, 8), days=st.integers(1, 200))
def test_a_forecast_suspension_is_what_a_suspension_comes_to(
    at: tuple[Process, CaseSnapshot], since: int, days: int
) -> None:
    process, snapshot = at
    begins, goes_on = TODAY + timedelta(days=since), TODAY + timedelta(days=since + days)
    foreseen = foresee(process, snapshot, suspendFrom=begins, resumeOn=goes_on)
    told_as_pause = foresee(process, snapshot, pauses=[{"since": begins, "until": goes_on}])
    note = SuspensionNote(because=Suspension.LITIGATION, reasons=WHY, reviewOn=TODAY + timedelta(days=100))
    suspended = apply_action(process, snapshot, "suspend", note, OFFICER, max(NOW, starts_at(begins))).after
    # The restless ones may end meanwhile; what is compared is what still runs then.
    resumed = apply_action(process, suspended, "resume", Reasons(reasons=WHY), OFFICER, starts_at(goes_on)).after
    did = due(dict(resumed.deadlines))
    assert {clock: foreseen[clock] for clock in did} == did
    assert foreseen == told_as_pause


@settings(deadline=None)
@given(
    number=st.integers(1, 10),
    unit=st.sampled_from(["working-days", "calendar-days"]),
    at=st.sampled_from([(FILES[0], "screening"), (FILES[1], "eoi-decision"), (FILES[3], "business-case")]),
)
def test_a_forecast_extension_is_what_an_extension_comes_to(
    number: int, unit: str, at: tuple[tuple[Process, CaseSnapshot], str]
) -> None:
    (process, snapshot), clock = at
    more = {"clock": clock, "length": {"number": number, "unit": unit}}
    given_ = DeadlineExtension.model_validate({**more, "reasons": WHY})
    found = process.find_clock(clock)
    assert found is not None
    assert found.extendable is not None
    signing = OFFICER if Role.CASE_OFFICER in found.extendable.by else DECIDER
    extended = apply_action(process, snapshot, "extend-deadline", given_, signing, NOW).after
    foreseen = foresee(process, snapshot, extensions=[more])
    did = due(dict(extended.deadlines))
    assert {name: foreseen[name] for name in did} == did
    assert foreseen[clock] > due(dict(snapshot.deadlines))[clock]


WORKING_DAYS = [
    day
    for n in range(1, 90)
    if CALENDARS["england-and-wales"].is_working_day(day := TODAY + timedelta(days=n))  # type: ignore[index]
]
HOLIDAYS = sorted(day for day in CALENDARS["england-and-wales"].holidays if day > TODAY)[:4]  # type: ignore[index]


@settings(deadline=None)
@given(
    at=st.sampled_from(FILES),
    added=st.lists(st.sampled_from(WORKING_DAYS), unique=True, max_size=6),
    removed=st.lists(st.sampled_from(HOLIDAYS), unique=True, max_size=3),
)
def test_forecast_bank_holidays_are_what_moved_bank_holidays_come_to(
    at: tuple[Process, CaseSnapshot], added: list[date], removed: list[date]
) -> None:
    process, snapshot = at
    rows = [[("england-and-wales", day) for day in days] for days in (added, removed)]
    moved = replace(snapshot, calendars=snapshot.calendars.with_changes(added=rows[0], removed=rows[1]))
    kept = process_due(process, moved, NOW, recount=True)
    supposed = {
        kind: [{"division": division, "day": day} for division, day in each]
        for kind, each in zip(("added", "removed"), rows, strict=True)
    }
    foreseen = foresee(process, snapshot, bankHolidays=supposed)
    did = due(dict((kept.after if kept else moved).deadlines))
    assert {clock: foreseen[clock] for clock in did} == did


@pytest.mark.parametrize(("process", "snapshot"), FILES)
def test_nothing_supposed_moves_nothing(process: Process, snapshot: CaseSnapshot) -> None:
    found = list(forecast(process, snapshot, Supposed(), NOW))
    assert found
    assert [(each.after, each.why) for each in found] == [(each.before, ()) for each in found]


def test_statutory_times_do_not_rest_and_say_so() -> None:
    rest = Supposed.model_validate({"pauses": [{"since": TODAY, "until": TODAY + timedelta(days=30)}]})
    found = {each.before.clock: each for each in forecast(COMMUNITY_RIGHT_TO_CHALLENGE, CHALLENGE, rest, NOW)}
    statutory = found["decision-date-notice"]
    assert (statutory.after, statutory.why) == (statutory.before, ("a statutory time does not rest",))
    assert found["screening"].after.due_on > found["screening"].before.due_on


def test_a_case_that_rests_may_be_supposed_to_go_on() -> None:
    process, snapshot = FILES[0]
    note = SuspensionNote(because=Suspension.LITIGATION, reasons=WHY, reviewOn=TODAY + timedelta(days=100))
    resting = apply_action(process, snapshot, "suspend", note, OFFICER, NOW).after
    goes_on = TODAY + timedelta(days=40)
    foreseen = foresee(process, resting, resumeOn=goes_on)
    resumed = apply_action(process, resting, "resume", Reasons(reasons=WHY), OFFICER, starts_at(goes_on)).after
    assert foreseen["screening"] == due(dict(resumed.deadlines))["screening"]
    assert {each.state for each in resting.deadlines.values() if each.clock == "screening"} == {DeadlineState.PAUSED}


def extend(clock: str, number: int = 1) -> dict[str, Any]:
    return {"extensions": [{"clock": clock, "length": {"number": number, "unit": "months"}}]}


BAD: list[tuple[dict[str, Any], str]] = [
    ({"bankHolidays": {"removed": [{"division": "scotland", "day": "2026-12-22"}]}}, "/bankHolidays/removed/0/day"),
    ({"bankHolidays": {"added": [{"division": "scotland", "day": "2026-12-25"}]}}, "/bankHolidays/added/0/day"),
    ({"bankHolidays": {"added": [{"division": "any-uk", "day": "2026-12-22"}]}}, "/bankHolidays/added/0/division"),
    ({"bankHolidays": {"added": [{"division": "mars", "day": "2026-12-22"}]}}, "/bankHolidays/added/0/division"),
    (extend("no-such"), "/extensions/0/clock"),
    (extend("screening"), "/extensions/0/clock"),
    (extend("idle"), "/extensions/0/clock"),
    (extend("acknowledgement"), "/extensions/0/clock"),
    (extend("acknowledgement", 0), "/extensions/0/length/number"),
    ({"pauses": [{"since": "2026-11-01", "until": "2026-12-01"}]}, "/pauses/0/since"),
    ({"pauses": [{"since": "2026-12-01", "until": "2026-12-01"}]}, "/pauses/0/until"),
    ({"pauses": [{"since": "2026-12-01", "until": "9999-12-31"}]}, "/pauses/0/until"),
    ({"pauses": [{"since": "2026-12-01"}]}, "/pauses/0/until"),
    ({"suspendFrom": "2026-12-01"}, "/resumeOn"),
    ({"resumeOn": "2026-12-01"}, "/resumeOn"),
    ({"suspendFrom": "2026-12-05", "resumeOn": "2026-12-01"}, "/resumeOn"),
    ({"moon": "full"}, "/moon"),
]


@pytest.mark.anyio
async def test_what_cannot_happen_is_named(new_client: NewClient) -> None:
    office = await open_office(new_client)
    for supposed, field in BAD:
        answer = await office.group.api.post(f"/v1/cases/{office.case['id']}/forecast", json=supposed)
        assert answer.status_code == 422, (supposed, answer.text)
        assert field in {each["field"] for each in answer.json()["errors"]}, supposed


@pytest.mark.anyio
async def test_a_forecast_is_told_to_readers_and_saves_nothing(new_client: NewClient) -> None:
    office = await open_office(new_client)
    reader = await new_client(scopes="cases:read", organisation=office.officer.api.organisation)
    path = f"/v1/cases/{office.case['id']}"
    before = (await reader.get(path)).json()
    supposed = {
        "suspendFrom": "2026-11-26",
        "resumeOn": "2026-12-03",
    }
    answer = await reader.post(f"{path}/forecast", json=supposed)
    assert answer.status_code == 200, answer.text
    [clock] = [each for each in answer.json()["deadlines"] if each["clock"] == "acknowledgement"]
    moved = {"dueOnBefore": "2026-12-01", "dueOn": "2026-12-08", "dueAt": "2026-12-09T00:00:00Z"}
    assert moved.items() <= clock.items()
    assert clock["why"] == ["rests 2026-11-26 to 2026-12-03"]
    assert (await reader.get(path)).json() == before
    stranger = await new_client()
    assert (await stranger.post(f"{path}/forecast", json=supposed)).status_code == 404
