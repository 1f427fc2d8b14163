"""The two times of Localism Act 2011 s.84, day by day, in the newest version and in the first."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.deadlines.rules.running import update_deadlines
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.due import process_due
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, PROCESSES
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.version_move import VersionMove, change_version
from rtp_shared.clock import LONDON
from tests.applications.workflow import ground

CHALLENGE = COMMUNITY_RIGHT_TO_CHALLENGE
FIRST_VERSION = PROCESSES[CHALLENGE.route, 1]
TO_AUGUST = [{"fromMonth": 6, "fromDay": 1, "toMonth": 8, "toDay": 31}]
OVER_NEW_YEAR = [{"fromMonth": 11, "fromDay": 1, "toMonth": 1, "toDay": 31}]
SIX_MONTHS = {"number": 6, "unit": "months"}


def at(day: date, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second), LONDON)


def receive(moment: datetime, process: Process = CHALLENGE, **rules: Any) -> CaseSnapshot:
    """A challenge that the authority received at this moment, with rules that it has published."""
    snapshot = replace(ground.build_snapshot(Status.EOI_SUBMITTED, process=process, now=moment), deadlines={})
    for name, value in rules.items():
        snapshot = ground.with_rule(snapshot, name.replace("_", "-"), value)
    return update_deadlines(process.clocks, None, snapshot, "submit", moment)


def find_due(snapshot: CaseSnapshot, clock: str) -> date:
    return ground.get_open_deadline(snapshot, clock).due_on


@pytest.mark.parametrize(
    ("received", "last"),
    [
        (at(date(2027, 3, 1)), date(2027, 3, 30)),
        (at(date(2028, 2, 29)), date(2028, 3, 29)),
        (at(date(2026, 12, 2)), date(2026, 12, 31)),
        (at(date(2027, 3, 28)), date(2027, 4, 26)),  # the clocks go forward on that day
        (at(date(2027, 10, 31)), date(2027, 11, 29)),  # and back
        (at(date(2027, 3, 31), 23, 59, 59), date(2027, 4, 29)),
        (at(date(2027, 4, 1), 0, 0, 0), date(2027, 4, 30)),
    ],
)
def test_the_day_of_receipt_is_the_first_of_thirty(received: datetime, last: date) -> None:
    """S.84(7)(b): the period of 30 days beginning with the day on which it is received."""
    assert find_due(receive(received), "decision-date-notice") == last
    outside = receive(at(date(2027, 10, 31)), eoi_windows=TO_AUGUST)
    assert find_due(outside, "decision-date-notice") == date(2027, 11, 29)


@pytest.mark.parametrize(
    ("received", "windows", "last"),
    [
        (date(2027, 6, 1), TO_AUGUST, date(2027, 9, 30)),
        (date(2027, 8, 31), TO_AUGUST, date(2027, 9, 30)),
        (date(2026, 11, 2), OVER_NEW_YEAR, date(2027, 3, 2)),
        (date(2028, 1, 31), OVER_NEW_YEAR, date(2028, 3, 1)),  # a leap year
    ],
)
def test_in_a_period_the_thirty_days_begin_when_it_ends(received: date, windows: Any, last: date) -> None:
    """S.84(7)(a): within the period of 30 days beginning immediately after the end of the period so specified."""
    assert find_due(receive(at(received), eoi_windows=windows), "decision-date-notice") == last


@pytest.mark.parametrize("windows", [None, [{"fromMonth": 4, "fromDay": 1, "toMonth": 6, "toDay": 30}]])
def test_the_maximum_runs_from_the_receipt_whatever_period_it_came_in(windows: Any) -> None:
    """S.84(3): between the date on which it receives it and the date on which it notifies its decision."""
    rules = {"eoi_windows": windows} if windows else {}
    snapshot = receive(at(date(2027, 4, 1)), maximum_decision_period=SIX_MONTHS, **rules)
    assert find_due(snapshot, "eoi-decision") == date(2027, 10, 1)


def test_a_remittal_starts_no_spent_time_and_has_one_of_its_own() -> None:
    now = at(date(2027, 4, 1))
    snapshot = receive(now, maximum_decision_period=SIX_MONTHS)
    decided = update_deadlines(
        CHALLENGE.clocks, Status.EOI_SUBMITTED, snapshot.with_case(status=Status.REFUSED), "refuse-eoi", now
    )
    spent = {each.clock for each in decided.deadlines.values() if each.state is DeadlineState.MET}
    assert {"decision-date-notice", "eoi-decision"} <= spent
    later = at(date(2027, 9, 1))
    remitted = update_deadlines(
        CHALLENGE.clocks, Status.REFUSED, decided.with_case(status=Status.EOI_SCREENING), "remit-by-court", later
    )
    running = {each.clock for each in remitted.deadlines.values() if each.is_open}
    assert "remitted-decision" in running
    assert not running & {"decision-date-notice", "eoi-decision"}


@pytest.mark.parametrize("action", ["remit-by-court", "reopen-refusal"])
def test_a_period_published_after_the_refusal_starts_no_time_in_the_case_that_is_opened_again(action: str) -> None:
    """The decision was notified once (s.84(8)(a)); the remitted one has a time of its own, then and at every look."""
    refused = update_deadlines(
        CHALLENGE.clocks, Status.EOI_SUBMITTED, receive(at(date(2027, 4, 1))).with_case(status=Status.REFUSED),
        "refuse-eoi", at(date(2027, 5, 1)),
    )  # fmt: skip
    assert refused.find_deadline("eoi-decision") is None
    published = ground.with_rule(refused, "maximum-decision-period", SIX_MONTHS)
    later = at(date(2027, 12, 1))
    opened = update_deadlines(
        CHALLENGE.clocks, Status.REFUSED, published.with_case(status=Status.EOI_UNDER_REVIEW), action, later
    )
    assert opened.find_deadline("eoi-decision") is None
    assert opened.find_deadline("remitted-decision")
    looked = process_due(CHALLENGE, opened, later)
    assert looked is None or looked.after.find_deadline("eoi-decision") is None


def test_version_1_counts_as_it_did_until_its_cases_are_moved() -> None:
    """Its days came out one too late, or from the end of the period; moving a case counts them anew."""
    windows = [{"fromMonth": 4, "fromDay": 1, "toMonth": 6, "toDay": 30}]
    late = receive(at(date(2027, 3, 1)), FIRST_VERSION)
    assert find_due(late, "decision-date-notice") == date(2027, 3, 31)
    longer = receive(at(date(2027, 4, 1)), FIRST_VERSION, maximum_decision_period=SIX_MONTHS, eoi_windows=windows)
    assert find_due(longer, "eoi-decision") == date(2027, 12, 30)
    move = VersionMove(version=2, reasons="Counted as the Act has it")
    officer = ground.person(Role.CASE_OFFICER)
    moved = change_version(FIRST_VERSION, CHALLENGE, longer, move, officer, at(date(2027, 4, 2))).after
    assert find_due(moved, "eoi-decision") == date(2027, 10, 1)
    assert find_due(moved, "decision-date-notice") == date(2027, 7, 30)
