"""An answer to a challenge around a reorganisation: it may settle by itself which time counts."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.body_facts import OwnRule
from rtp_applications.workflow.due import process_due
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.contracts.applications import DeadlineMissed
from tests.applications.workflow import ground
from tests.applications.workflow.ground import NOW, Ready, attempt, giving, person, put, take
from tests.applications.workflow.stages.decided_cases import at
from tests.applications.workflow.stages.test_reorganisation import (
    NOTICE,
    OF_THE_SUCCESSOR,
    RESOLVED,
    UNSETTLED,
    WEST,
    hand_over,
    look,
    midnight,
    say,
)

CHALLENGE = COMMUNITY_RIGHT_TO_CHALLENGE
DECISION = "eoi-decision"
THE_SUCCESSORS_MAKER = replace(person(Role.DECISION_MAKER), identities=(f"org:{WEST}",))


def under_review(vested: datetime, days: int) -> CaseSnapshot:
    """A challenge received on 1 September, to be answered within so many days, by a council that another follows."""
    period = OwnRule("maximum-decision-period", {"number": days, "unit": "calendar-days"}, "", date(2026, 1, 1))
    fresh = ground.build_snapshot(Status.EOI_SUBMITTED, process=CHALLENGE)
    ruled = ground.with_employer(fresh, rules=(period,), ended_on=civil_date(vested), successors=(WEST,))
    counted = ground.process_due_now(CHALLENGE, ruled, NOW)
    return replace(attempt(CHALLENGE, "accept-eoi").snapshot, bodies=counted.bodies, deadlines=counted.deadlines)


def answer(case: CaseSnapshot, entered: date, **said: Any) -> CaseSnapshot:
    """Accept the challenge: for the successor, once it has the case."""
    usual = attempt(CHALLENGE, "accept-eoi")
    signers = (THE_SUCCESSORS_MAKER,) if case.case.employer_id == WEST else usual.signers
    return take("accept-eoi", giving(replace(usual, snapshot=case, signers=signers, now=at(entered)), **said)).after


def list_missed(case: CaseSnapshot, now: datetime) -> list[date]:
    change = process_due(CHALLENGE, case, now)
    events = [each for each in change.events if isinstance(each, DeadlineMissed)] if change else []
    return [each.due_on for each in events if each.clock == DECISION]


def test_the_predecessor_s_answer_in_time_meets_a_time_of_which_it_resolved() -> None:
    """SI 2018/1128 reg 29(1): answered on 20 September, before the reorganisation; it was due on 1 October."""
    case = look(put(under_review(midnight(11, 1), 30), RESOLVED), midnight(9, 2))
    assert ground.get_deadline(case, DECISION).state is UNSETTLED
    answered = answer(case, date(2026, 9, 20))
    assert ground.get_deadline(answered, DECISION).state is DeadlineState.MET
    assert list_missed(answered, midnight(10, 2)) == []


ON_THE_18TH = {"decided_on": date(2026, 9, 18), "notified_on": date(2026, 9, 18)}


@pytest.mark.parametrize("days", [20, 30])
def test_an_answer_before_the_reorganisation_counts_by_its_day_and_not_by_its_entry(days: int) -> None:
    """Reg 29(1): notified on the 18th, reorganised on the 21st, entered on the 25th; due on the 21st, or 1 October."""
    case = look(hand_over(under_review(midnight(9, 21), days), midnight(9, 21)), midnight(9, 24))
    assert ground.get_deadline(case, DECISION).state is UNSETTLED
    answered = answer(case, date(2026, 9, 25), **ON_THE_18TH)
    assert [each.state for each in answered.deadlines.values() if each.clock == DECISION] == [DeadlineState.MET]
    assert list_missed(answered, midnight(10, 2)) == []
    resolving = Ready(answered, (OF_THE_SUCCESSOR,), RESOLVED, midnight(9, 26), CHALLENGE)
    assert ground.refused_for("record-reorganisation-resolution", resolving) == ["not-answered-before"]


def test_an_answer_that_settles_and_came_too_late_is_told_to_be_missed_once() -> None:
    """Decided on the 18th, notified on the 23rd: a day after the last of 21 days (Localism Act 2011 s.84(3)(b))."""
    case = look(hand_over(under_review(midnight(9, 21), 21), midnight(9, 21)), midnight(9, 24))
    late = answer(case, date(2026, 9, 25), decided_on=date(2026, 9, 18), notified_on=date(2026, 9, 23))
    assert list_missed(late, midnight(9, 26)) == [date(2026, 9, 22)]
    assert list_missed(look(late, midnight(9, 26)), midnight(9, 27)) == []


@pytest.mark.parametrize(("notified", "missed"), [(11, []), (12, [date(2026, 10, 11)])])
def test_the_successor_s_answer_is_in_time_if_it_notified_in_time(notified: int, missed: list[date]) -> None:
    """Decided on 5 October; from the reorganisation on 21 September it had 20 days, which the resolution began."""
    case = look(hand_over(under_review(midnight(9, 21), 20), midnight(9, 21)), midnight(9, 24))
    period = OwnRule("maximum-decision-period", {"number": 20, "unit": "calendar-days"}, "", date(2026, 1, 1))
    case = replace(case, bodies={**case.bodies, WEST: replace(case.bodies[WEST], rules=(period,))})
    entered = date(2026, 10, 13)
    answered = answer(
        case, entered, decided_on=date(2026, 10, 5), notified_on=date(2026, 10, notified), taken_from="M 1"
    )
    resolved = say("record-reorganisation-resolution", answered, RESOLVED, midnight(10, 15)).after
    assert list_missed(resolved, midnight(10, 16)) == missed


@pytest.mark.parametrize("day", [20, 25])
def test_a_withdrawal_ends_a_doubt_that_nobody_will_settle(day: int) -> None:
    """Withdrawn before or after 21 September, the provisional last day of both: it is neither met nor missed."""
    case = look(hand_over(under_review(midnight(9, 20), 20), midnight(9, 20)), midnight(9, 20))
    usual = attempt(CHALLENGE, "withdraw")
    case = replace(case, parties={**case.parties, **usual.snapshot.parties})
    withdrawn = take("withdraw", replace(usual, snapshot=case, now=at(date(2026, 9, day)))).after
    ended = {each.clock: each.state for each in withdrawn.deadlines.values() if each.clock in (DECISION, NOTICE)}
    assert ended == dict.fromkeys((DECISION, NOTICE), DeadlineState.CANCELLED)
    assert list_missed(withdrawn, midnight(11, 1)) == []
