"""A reorganisation: one of several successors is chosen, and times count anew where the predecessor resolved so."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from rtp_applications.deadlines.forecast import forecast
from rtp_applications.deadlines.rules.days import civil_date, starts_at
from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.deadlines.schemas import Supposed
from rtp_applications.deadlines.succession import list_choices, transfer
from rtp_applications.workflow.body_facts import BodyFacts, OwnRule
from rtp_applications.workflow.due import process_due
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.interest.clocks import find_receipt, find_window_end
from rtp_applications.workflow.stages.reorganisation.facts import find_windows
from rtp_applications.workflow.stages.reorganisation.payloads import (
    BodyReplaced,
    NoReorganisationResolution,
    ReorganisationResolution,
    SuccessorChoice,
)
from rtp_applications.workflow.stages.review.payloads import Acceptance
from rtp_applications.workflow.stages.screening.payloads import DecisionDate
from rtp_shared.contracts.applications import DeadlineCorrected, DeadlineMissed
from tests.applications.workflow.ground import (
    EMPLOYER,
    NOW,
    Ready,
    breaks,
    build_snapshot,
    get_open_deadline,
    on_payload,
    on_snapshot,
    party,
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

handed = with_employer(received, **{**ends, "ended_on": TODAY})
handed = put(
    handed.with_case(employer_id=WEST), BodyReplaced(body=EMPLOYER, successor=WEST, on=TODAY), role=Role.SYSTEM
)
NO_RESOLUTION = NoReorganisationResolution.model_validate(
    {"body": EMPLOYER, "checkedOn": TODAY, "reference": "Minutes of 2026/27"}
)
handed = handed.with_party(party(Role.CASE_OFFICER, holder=f"org:{WEST}"))
OF_THE_SUCCESSOR = replace(person(Role.CASE_OFFICER), identities=(f"org:{WEST}",))
ready(
    "record-no-reorganisation-resolution",
    Ready(handed, (OF_THE_SUCCESSOR,), NO_RESOLUTION, process=COMMUNITY_RIGHT_TO_CHALLENGE),
)
breaks("record-no-reorganisation-resolution", "successor-has-the-case")(on_payload(body=WEST))
breaks("record-no-reorganisation-resolution", "no-resolution-on-file")(on_snapshot(put, RESOLVED))
breaks("record-reorganisation-resolution", "not-answered-before")(on_snapshot(put, Acceptance(reasons="It is sound.")))

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


def hand_over(case: CaseSnapshot, on: datetime = LATER) -> CaseSnapshot:
    change = transfer(COMMUNITY_RIGHT_TO_CHALLENGE, case, {EMPLOYER: SUCCESSOR}, on)
    assert change
    return change.after


NONE_FOUND = NoReorganisationResolution.model_validate(
    {"body": EMPLOYER, "checkedOn": civil_date(LATER), "reference": "Minutes of 2026/27"}
)
UNSETTLED = DeadlineState.UNSETTLED


def say(action: str, case: CaseSnapshot, payload: Payload, now: datetime) -> CaseChange:
    """What the case officer of the successor puts on file."""
    return take(action, Ready(case, (OF_THE_SUCCESSOR,), payload, now, COMMUNITY_RIGHT_TO_CHALLENGE))


def say_none(case: CaseSnapshot, now: datetime) -> CaseSnapshot:
    said = NONE_FOUND.model_copy(update={"checked_on": civil_date(now)})
    return say("record-no-reorganisation-resolution", case, said, now).after


def untold(vested: datetime) -> CaseSnapshot:
    """A challenge received on 1 September, of whose decision nobody told until the reorganisation: due by the 30th."""
    case = build_snapshot(Status.EOI_SUBMITTED, process=COMMUNITY_RIGHT_TO_CHALLENGE)
    return with_employer(case, rules=(PERIOD,), ended_on=civil_date(vested), successors=(WEST,))


def list_missed(case: CaseSnapshot, now: datetime) -> list[date]:
    """The last days of the notices that are told to be missed."""
    change = process_due(COMMUNITY_RIGHT_TO_CHALLENGE, case, now)
    events = [each for each in change.events if isinstance(each, DeadlineMissed)] if change else []
    return [each.due_on for each in events if each.clock == NOTICE]


def look(case: CaseSnapshot, now: datetime) -> CaseSnapshot:
    change = process_due(COMMUNITY_RIGHT_TO_CHALLENGE, case, now)
    return change.after if change else case


def midnight(month: int, day: int) -> datetime:
    return starts_at(date(2026, month, day))


NOTICE = "decision-date-notice"
MISSED_NOTICE = [date(2026, 9, 30)]


@pytest.mark.parametrize(("vested", "missed"), [(midnight(9, 30), []), (midnight(10, 1), MISSED_NOTICE)])
def test_only_what_was_over_before_the_reorganisation_is_missed_before_it_is_known(
    vested: datetime, missed: list[date]
) -> None:
    """The last day was 30 September: the authority had all of it, or its successor had it already."""
    case = untold(vested)
    assert list_missed(case, midnight(10, 1)) == missed, "of a case that is not shared out yet"
    after = hand_over(case, max(vested, midnight(9, 30)))
    assert list_missed(after, midnight(10, 2)) == missed


@pytest.mark.parametrize("first", [False, True])
def test_a_resolution_found_late_corrects_what_was_told_to_be_missed(first: bool) -> None:
    """The successor said that there was none: the notice was missed on 30 September, and by the resolution it was due
    on 20 October, thirty days of which the 21st of September is the first.
    """
    vested = midnight(9, 21)
    case = hand_over(untold(vested), vested)
    if first:
        said = say_none(case, midnight(10, 5))
        assert list_missed(said, midnight(10, 6)) == MISSED_NOTICE
        case = look(said, midnight(10, 6))
    found = say("record-reorganisation-resolution", case, RESOLVED, midnight(10, 7))
    corrected = [(each.clock, each.done_on) for each in found.events if isinstance(each, DeadlineCorrected)]
    assert corrected == ([(NOTICE, None)] if first else [])
    states = {each.state for each in found.after.deadlines.values() if each.clock == NOTICE}
    assert states == {DeadlineState.CANCELLED, DeadlineState.RUNNING}
    assert get_open_deadline(found.after, NOTICE).due_on == date(2026, 10, 20)
    assert found.after.find(NoReorganisationResolution, str(EMPLOYER)) is None
    assert list_missed(found.after, midnight(10, 20)) == []
    assert list_missed(found.after, midnight(10, 21)) == [date(2026, 10, 20)]


@pytest.mark.parametrize(
    ("day", "resolved", "missed"),
    [
        (20, True, []),
        (21, True, [date(2026, 10, 20)]),
        (10, False, MISSED_NOTICE),
    ],
)
def test_what_the_successor_did_meanwhile_is_held_to_the_time_that_counts(
    day: int, resolved: bool, missed: list[date]
) -> None:
    """It told in October, while nobody knew by which of two days it was due: 30 September or 20 October."""
    vested, told_at = midnight(9, 21), midnight(10, day) + timedelta(hours=9)
    notice = DecisionDate(expectedOn=date(2026, 12, 1), notifiedOn=civil_date(told_at))
    told = say("notify-decision-date", hand_over(untold(vested), vested), notice, told_at).after
    assert get_open_deadline(told, NOTICE).state is UNSETTLED
    known = midnight(11, 1)
    if resolved:
        settled = say("record-reorganisation-resolution", told, RESOLVED, known).after
        assert settled.find(DecisionDate) == notice, "its own notice stands"
    else:
        settled = say_none(told, known)
    assert list_missed(settled, known) == missed


def test_told_in_time_while_unsettled_is_met() -> None:
    vested = midnight(9, 21)
    notice = DecisionDate(expectedOn=date(2026, 12, 1), notifiedOn=date(2026, 9, 30))
    now = midnight(10, 3)
    told = say("notify-decision-date", hand_over(untold(vested), vested), notice, now).after
    met = [each.state for each in told.deadlines.values() if each.clock == NOTICE]
    assert met == [DeadlineState.MET]


def test_nothing_is_missed_where_the_authority_resolved_so_and_has_not_ended_yet() -> None:
    """Reg 29(3)(d): the time counts from a day to come."""
    case = untold(LATER)
    assert list_missed(case, midnight(10, 1)) == MISSED_NOTICE
    resolved = take(
        "record-reorganisation-resolution", Ready(case, (MAKER,), RESOLVED, NOW, COMMUNITY_RIGHT_TO_CHALLENGE)
    ).after
    assert list_missed(resolved, midnight(10, 1)) == []
    assert get_open_deadline(hand_over(resolved), NOTICE).due_on == date(2026, 11, 29)


def test_a_forecast_says_that_it_is_unsettled() -> None:
    case = hand_over(untold(midnight(9, 21)), midnight(9, 21))
    told = {
        each.before.clock: each for each in forecast(COMMUNITY_RIGHT_TO_CHALLENGE, case, Supposed(), midnight(9, 22))
    }
    assert told[NOTICE].after.provisional
    assert told[NOTICE].why[0].startswith("unsettled: the authority was reorganised on 2026-09-21")


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


def test_they_are_unsettled_until_it_is_known_whether_it_did() -> None:
    """Reg 29(2), reg 6(2): the days stand provisionally, and go on once the successor said that there is none."""
    before = challenge(resolved=False)
    after = hand_over(before)
    doubted = get_open_deadline(after, "eoi-decision")
    assert (doubted.state, doubted.due_on, doubted.provisional) == (UNSETTLED, date(2027, 3, 1), True)
    assert after.find(DecisionDate) is not None
    settled = get_open_deadline(say_none(after, LATER + timedelta(days=3)), "eoi-decision")
    assert (settled.state, settled.due_on, settled.provisional) == (DeadlineState.RUNNING, date(2027, 3, 1), False)


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
