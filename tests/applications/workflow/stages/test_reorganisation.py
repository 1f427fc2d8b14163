"""A reorganisation: one of several successors is chosen, and times count anew where the predecessor resolved so."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.deadlines.succession import list_choices, transfer
from rtp_applications.workflow.body_facts import BodyFacts, OwnRule
from rtp_applications.workflow.due import process_due
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.interest.clocks import find_receipt, find_window_end
from rtp_applications.workflow.stages.reorganisation.facts import find_windows
from rtp_applications.workflow.stages.reorganisation.payloads import (
    BodyReplaced,
    ReorganisationResolution,
    SuccessorChoice,
)
from rtp_applications.workflow.stages.screening.payloads import DecisionDate
from tests.applications.workflow.ground import (
    EMPLOYER,
    NOW,
    Ready,
    breaks,
    build_snapshot,
    get_open_deadline,
    on_payload,
    on_snapshot,
    person,
    put,
    ready,
    take,
    with_employer,
    with_rule,
)

TODAY = civil_date(NOW)
EAST, WEST = UUID(int=101), UUID(int=102)
MAKER = person(Role.DECISION_MAKER)
ENDS_ON = TODAY + timedelta(days=30)
ends = {"ended_on": ENDS_ON, "successors": (EAST, WEST)}
ending = with_employer(build_snapshot(Status.EOI_SCREENING), **ends)
AGREED = {"decidedOn": TODAY, "document": "Agreement, schedule 4"}
CHOICE = SuccessorChoice.model_validate({"body": EMPLOYER, "successor": WEST, **AGREED})
ready("choose-successor", Ready(ending, (MAKER,), CHOICE))
breaks("choose-successor", "body-is-shared-out")(on_snapshot(with_employer, successors=(WEST,)))
breaks("choose-successor", "successor-follows")(on_payload(successor=UUID(int=103)))

received = build_snapshot(Status.EOI_SCREENING, process=COMMUNITY_RIGHT_TO_CHALLENGE)
RESOLVED = ReorganisationResolution.model_validate(
    {"body": EMPLOYER, "resolvedOn": TODAY, "reference": "Cabinet, minute 88"}
)
ready(
    "record-reorganisation-resolution",
    Ready(with_employer(received, **ends), (MAKER,), RESOLVED, process=COMMUNITY_RIGHT_TO_CHALLENGE),
)
breaks("record-reorganisation-resolution", "authority-was-reorganised")(on_snapshot(with_employer, ended_on=None))

SIX_MONTHS = {"number": 6, "unit": "months"}
PERIOD = OwnRule("maximum-decision-period", SIX_MONTHS, "Notice 1", date(2026, 1, 1))
SUCCESSOR = BodyFacts(WEST, "West", "unitary", None, rules=(PERIOD,))
LATER = NOW + timedelta(days=60)
"""The reorganisation takes place on this day."""


def challenge(*, resolved: bool) -> CaseSnapshot:
    """A challenge under review to a council that ends on a day to come, told already when to expect a decision."""
    told = DecisionDate(expectedOn=TODAY + timedelta(days=90), notifiedOn=TODAY)
    case = build_snapshot(Status.EOI_SUBMITTED, process=COMMUNITY_RIGHT_TO_CHALLENGE)
    case = with_employer(case, rules=(PERIOD,), ended_on=civil_date(LATER), successors=(WEST,))
    due = process_due(COMMUNITY_RIGHT_TO_CHALLENGE, case, NOW)
    assert due
    officer = person(Role.CASE_OFFICER)
    taken = take("notify-decision-date", Ready(due.after, (officer,), told, NOW, COMMUNITY_RIGHT_TO_CHALLENGE))
    return put(taken.after, RESOLVED) if resolved else taken.after


def hand_over(case: CaseSnapshot) -> CaseSnapshot:
    change = transfer(COMMUNITY_RIGHT_TO_CHALLENGE, case, {EMPLOYER: SUCCESSOR}, LATER)
    assert change
    return change.after


def test_both_times_count_anew_where_the_predecessor_resolved_so() -> None:
    """SI 2018/1128 reg 29(3)(d): six months from the reorganisation date; thirty days of which that is the first."""
    after = hand_over(challenge(resolved=True))
    notice, decision = (get_open_deadline(after, clock) for clock in ("decision-date-notice", "eoi-decision"))
    assert (civil_date(LATER), notice.due_on) == (date(2026, 10, 31), date(2026, 11, 29))
    assert decision.due_on == date(2027, 4, 30)
    former = [
        each.state for each in after.deadlines.values() if each.clock == "decision-date-notice" and not each.is_open
    ]
    assert former == [DeadlineState.MET]
    assert after.find(DecisionDate) is None, "the successor owes a notice of its own"


def test_they_run_on_where_it_did_not() -> None:
    """Reg 6(2): what was in the process of being done may be continued by the successor."""
    before = challenge(resolved=False)
    after = hand_over(before)
    assert after.deadlines == before.deadlines
    assert get_open_deadline(after, "eoi-decision").due_on == date(2027, 3, 1)
    assert after.find(DecisionDate) is not None


def test_a_resolution_put_on_file_after_the_succession_begins_them_anew_then() -> None:
    case = hand_over(challenge(resolved=False))
    officer = replace(MAKER, identities=(f"org:{WEST}",))
    taken = take(
        "record-reorganisation-resolution",
        Ready(case, (officer,), RESOLVED, LATER + timedelta(days=3), COMMUNITY_RIGHT_TO_CHALLENGE),
    )
    assert get_open_deadline(taken.after, "eoi-decision").due_on == date(2027, 4, 30)
    assert get_open_deadline(taken.after, "decision-date-notice").due_on == date(2026, 11, 29)


def test_the_periods_in_which_it_was_received_stay_those_of_the_authority_that_received_it() -> None:
    """Reg 29(3)(b): s.82(1) to (3) is read of the predecessor council."""
    autumn = [{"fromMonth": 9, "fromDay": 1, "toMonth": 10, "toDay": 31}]
    case = with_rule(challenge(resolved=True), "eoi-windows", autumn)
    after = hand_over(case)
    assert list(find_windows(after) or ()) == autumn
    assert find_window_end(after, find_receipt(after, TODAY)) == date(2026, 10, 31)


def test_people_and_sight_go_over_and_what_was_signed_stays() -> None:
    before = with_employer(put(ending, CHOICE, role=Role.DECISION_MAKER), ended_on=TODAY)
    assert list_choices(before, TODAY) == {EMPLOYER: WEST}
    change = transfer(COMMUNITY_RIGHT_TO_CHALLENGE, before, {EMPLOYER: SUCCESSOR}, NOW)
    assert change
    old, new = f"org:{EMPLOYER}", f"org:{WEST}"
    assert old not in change.after.case.readers
    assert new in change.after.case.readers
    assert old not in {each.holder for each in change.after.parties.values() if each.holds(TODAY)}
    replaced = change.after.find(BodyReplaced, str(EMPLOYER))
    assert replaced
    assert (replaced.successor, replaced.on, replaced.document) == (WEST, TODAY, "Agreement, schedule 4")
    chosen = change.after.find_record(SuccessorChoice, str(EMPLOYER))
    assert chosen
    assert [each.holder for each in chosen.signed] == [old]


@pytest.mark.parametrize(("day", "chosen"), [(-1, {}), (0, {EMPLOYER: WEST})])
def test_a_choice_counts_from_the_day_on_which_the_body_ends(day: int, chosen: dict[UUID, UUID]) -> None:
    before = put(ending, CHOICE, role=Role.DECISION_MAKER)
    assert list_choices(before, ENDS_ON + timedelta(days=day)) == chosen
