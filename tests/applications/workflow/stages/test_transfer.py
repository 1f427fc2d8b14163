"""Informing and consulting on the transfer of staff: cases worked by hand, disputes, and the clocks beside them."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import reduce
from typing import Any

import pytest
from pydantic import ValidationError

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.errors import GuardsNotMet, NotFromHere, NotYourRole
from rtp_applications.workflow.processes import PROCESSES, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.monitoring.guards import find_launch_day
from rtp_applications.workflow.stages.transition.payloads import ConsultedWith, DisputeAnswer, GoLiveDate
from rtp_applications.workflow.stages.transition.transfer import (
    LiabilityInformation,
    MeasuresLetter,
    RepresentativesElection,
    RepresentativesInPlace,
    SpecialCircumstances,
    TransferConsultation,
    TransferDay,
    TransferDuty,
)
from rtp_shared.clock import LONDON
from tests.applications.workflow import ground
from tests.applications.workflow.ground import NOW, Ready, attempt, get_deadline, person, process_due_now, put, take
from tests.applications.workflow.stages import transfer_worked as worked
from tests.applications.workflow.stages import transition_cases as transfers
from tests.applications.workflow.stages.transfer_worked import Given, Recorded, Reviewed, Worked
from tests.applications.workflow.stages.transition_cases import ANSWER, DISPUTE, OFFICER, TODAY

LATER = date(2028, 6, 1)
REP, MEMBER, LEAD = (person(each) for each in (Role.STAFF_REP, Role.APPLICANT_MEMBER, Role.APPLICANT_LEAD))


def each_of(cases: tuple[Worked, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.because)


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), LONDON)


def consulted(**said: Any) -> TransferConsultation:
    usual = {"begunOn": "2027-03-01", "employerMeasures": False, "employerHeadcount": 4200, "transferring": 62}
    return TransferConsultation.model_validate({**usual, "takenFrom": "Minutes 1 to 4", **said})


def elected(said: worked.Facts | None) -> list[Payload]:
    return [RepresentativesElection.model_validate(said)] if said else []


@each_of(worked.RECORDED)
def test_a_consultation_is_with_those_whom_the_regulations_name(case: Recorded) -> None:
    snapshot = reduce(put, elected(case.election), transfers.preparing)
    taken = Ready(snapshot, (OFFICER,), consulted(**case.given), at(LATER))
    assert ground.refused_for("record-tupe-consultation", taken) == list(case.refused)


@each_of(worked.REVIEWED)
def test_a_transfer_is_ready_once_it_was_consulted_on(case: Reviewed) -> None:
    letter = {"sentOn": f"{case.letter}", "measuresEnvisaged": case.letter_envisages}
    records = (
        GoLiveDate(on=case.go_live),
        consulted(**case.consultation),
        transfers.GIVEN,
        transfers.SNAPSHOT.model_copy(update={"headcount": case.counted}),
        *(each.model_copy(update={"valid_from": TODAY}) for each in transfers.COVERS),
        *([MeasuresLetter.model_validate(letter)] if case.letter else []),
        *elected(case.election),
    )
    ready = attempt(RIGHT_TO_PROVIDE, "begin-readiness-review")
    snapshot = reduce(put, records, ground.without(ready.snapshot, MeasuresLetter))
    for name, rule in case.rules.items():
        snapshot = ground.with_rule(snapshot, name, rule)
    review = replace(ready, snapshot=snapshot, now=at(case.go_live))
    assert ground.refused_for("begin-readiness-review", review) == list(case.refused)


@each_of(worked.GIVEN)
def test_liability_information_is_on_file_with_its_true_day_and_why_it_was_late(case: Given) -> None:
    said = {"givenOn": f"{case.given_on}", "asAt": f"{case.given_on}", **case.more}
    snapshot = put(transfers.preparing, GoLiveDate(on=case.go_live)) if case.go_live else transfers.preparing
    taken = Ready(snapshot, (OFFICER,), LiabilityInformation.model_validate(said), at(case.given_on))
    assert ground.refused_for("record-employee-liability-information", taken) == list(case.refused)


def dispute(snapshot: CaseSnapshot, now: datetime = NOW, **changes: Any) -> CaseSnapshot:
    raised = DISPUTE.model_copy(update=changes)
    return take("dispute-consultation", Ready(snapshot, (REP,), raised, now)).after


def answer(snapshot: CaseSnapshot, now: datetime, **changes: Any) -> CaseSnapshot:
    said = ANSWER.model_copy(update=changes)
    return take("answer-consultation-dispute", Ready(snapshot, (OFFICER,), said, now)).after


def end(snapshot: CaseSnapshot, now: datetime = NOW) -> list[str]:
    """What keeps the consultation from being put on file as ended."""
    return ground.refused_for("record-tupe-consultation", Ready(snapshot, (OFFICER,), transfers.CONSULTATION, now))


def test_a_consultation_does_not_end_while_a_representative_disputes_it() -> None:
    """Reg 13(7): representations are considered, and replied to."""
    open_still = transfers.CONSULTATION.model_copy(update={"ended_on": None})
    disputed = dispute(put(transfers.preparing, open_still))
    assert end(disputed) == ["ends-without-open-dispute"]
    begun = Ready(disputed, (OFFICER,), open_still, NOW)
    assert ground.refused_for("record-tupe-consultation", begun) == []
    assert end(answer(disputed, NOW + timedelta(hours=1)), NOW + timedelta(hours=2)) == []


def test_a_dispute_is_raised_until_the_launch_and_holds_it_up() -> None:
    launch = attempt(RIGHT_TO_PROVIDE, "launch")
    disputed = dispute(put(launch.snapshot, transfers.CONSULTED))
    assert disputed.status is Status.READINESS_REVIEW
    assert ground.refused_for("launch", replace(launch, snapshot=disputed)) == ["disputes-answered"]
    answered = answer(disputed, NOW + timedelta(hours=1))
    assert ground.refused_for("launch", replace(launch, snapshot=answered)) == []


def test_in_an_earlier_version_it_is_raised_before_the_review_alone() -> None:
    process = PROCESSES[RIGHT_TO_PROVIDE.route, 2]
    launch = attempt(process, "launch")
    snapshot = put(launch.snapshot, transfers.CONSULTED)
    with pytest.raises(NotFromHere):
        take("dispute-consultation", Ready(snapshot, (REP,), DISPUTE, NOW, process))
    disputed = put(snapshot, DISPUTE, role=Role.STAFF_REP)
    assert ground.refused_for("launch", replace(launch, snapshot=disputed)) == []


@pytest.mark.parametrize(
    ("record", "allowed"),
    [
        (transfers.CONSULTED, False),
        (transfers.CONSULTED.model_copy(update={"consulted_with": ConsultedWith.DIRECTLY}), True),
        (transfers.ELECTION, True),
    ],
    ids=["15(1)(c): the union", "15(1)(d): any affected employee", "15(1)(a): of the election, any affected employee"],
)
def test_employees_dispute_themselves_where_they_have_no_representative(record: Payload, *, allowed: bool) -> None:
    snapshot = reduce(put, (transfers.CONSULTED, record), transfers.preparing)
    for caller in (MEMBER, LEAD):
        refused = ground.refused_for("dispute-consultation", Ready(snapshot, (caller,), DISPUTE))
        assert refused == ([] if allowed else ["speaks-for-the-staff"])
    with pytest.raises(NotYourRole):
        take("dispute-consultation", Ready(snapshot, (OFFICER,), DISPUTE))


def test_it_is_told_that_it_is_disputed_and_answered() -> None:
    ready = attempt(RIGHT_TO_PROVIDE, "dispute-consultation")
    raised = take("dispute-consultation", ready)
    answered = take("answer-consultation-dispute", Ready(raised.after, (OFFICER,), ANSWER))
    assert [each.TYPE.split(".")[3] for each in (*raised.events, *answered.events)] == [
        "consultation-disputed",
        "consultation-dispute-answered",
    ]


def test_each_dispute_is_to_be_answered_in_five_working_days() -> None:
    """The platform's own time; one answer of two does not meet it."""
    snapshot = dispute(dispute(put(transfers.preparing, transfers.CONSULTED)), id="rooms")
    clock = "consultation-dispute-answer"
    assert ground.get_open_deadline(snapshot, clock).due_on == date(2026, 9, 8)
    once = answer(snapshot, NOW + timedelta(days=1))
    assert ground.get_open_deadline(once, clock)
    both = answer(once, NOW + timedelta(days=2), dispute="rooms")
    assert get_deadline(both, clock).state is DeadlineState.MET


def record(snapshot: CaseSnapshot, now: datetime = NOW, **changes: Any) -> CaseChange:
    said = transfers.CONSULTATION.model_copy(update={"taken_from": "Minutes", **changes})
    return take("record-tupe-consultation", Ready(snapshot, (OFFICER,), said, now))


LIFTED = [SpecialCircumstances(duty=TransferDuty.CONSULTATION, reason="A week's notice.", steps="Each shift met.")]


def test_each_duty_is_lifted_once_with_its_reason_and_the_steps_taken() -> None:
    """TUPE reg 13(9), 15(2): the employer shows both, of the particular duty."""
    said = {"duty": "consultation", "reason": "A week's notice.", "steps": "Each shift met."}
    for wrong in ([said, said], [{**said, "steps": None}], [{**said, "duty": "all"}], "A week's notice."):
        with pytest.raises(ValidationError):
            consulted(consultedWith="recognised-union", inPlace="recognised-union", specialCircumstances=wrong)


@pytest.mark.parametrize(
    ("said", "opens"),
    [
        ({}, True),
        ({"ended_on": None}, True),
        ({"ended_on": None, "employer_measures": True}, False),
        ({"ended_on": None, "employer_measures": True, "special_circumstances": LIFTED}, True),
        ({"ended_on": None, "informed_on": None}, False),
    ],
    ids=["ended", "nothing to consult on", "consultation owed", "special circumstances", "not informed"],
)
def test_representatives_have_five_working_days_once_it_is_on_file_as_a_whole(
    said: dict[str, Any], *, opens: bool
) -> None:
    window = record(transfers.preparing, **said).after.find_deadline("consultation-dispute-window")
    assert (window.due_on if window else None) == (date(2026, 9, 8) if opens else None)


def test_what_is_put_on_file_anew_is_looked_at_anew_and_the_review_waits_for_it() -> None:
    ready = attempt(RIGHT_TO_PROVIDE, "begin-readiness-review")
    longer = transfers.CONSULTED.begun_on
    first = record(ready.snapshot, begun_on=longer, informed_on=longer).after
    again = record(first, NOW + timedelta(days=2), begun_on=longer, informed_on=longer).after
    assert ground.get_open_deadline(again, "consultation-dispute-window").due_on == date(2026, 9, 10)

    def review(now: datetime) -> list[str]:
        return ground.refused_for("begin-readiness-review", replace(ready, snapshot=again, now=now))

    assert review(at(date(2026, 9, 10), 23)) == ["time-to-dispute-over"]
    assert review(at(date(2026, 9, 11), 0)) == []


WINDOW = "consultation-dispute-window"
OWED: dict[str, Any] = {"ended_on": None, "employer_measures": False}


def tell_measures(snapshot: CaseSnapshot, now: datetime, *, envisaged: bool) -> CaseSnapshot:
    letter = transfers.LETTER.model_copy(update={"measures_envisaged": envisaged})
    return take("record-measures-letter", Ready(snapshot, (transfers.BOARD,), letter, now)).after


def test_a_letter_that_completes_what_is_on_file_starts_the_time_to_look_at_it() -> None:
    """The mutual envisages measures, so that a consultation is owed, and then none (TUPE reg 13(4), (6))."""
    owed = record(tell_measures(transfers.preparing, NOW, envisaged=True), **OWED).after
    assert owed.find_deadline(WINDOW) is None
    none = tell_measures(owed, NOW, envisaged=False)
    assert ground.get_open_deadline(none, WINDOW).due_on == date(2026, 9, 8)
    again = tell_measures(none, NOW + timedelta(days=2), envisaged=False)
    assert ground.get_open_deadline(again, WINDOW).due_on == date(2026, 9, 10)
    assert tell_measures(transfers.preparing, NOW, envisaged=False).find_deadline(WINDOW) is None


def test_so_does_an_election_in_which_nobody_was_elected() -> None:
    """Invited before they were informed, the employees elected nobody: they are informed, no more (reg 13(11))."""
    directly: dict[str, Any] = {
        "consulted_with": ConsultedWith.DIRECTLY,
        "in_place": RepresentativesInPlace.NONE,
        "transferring": 9,
    }
    informed = record(tell_measures(transfers.preparing, NOW, envisaged=True), **OWED, **directly).after
    assert informed.find_deadline(WINDOW) is None
    invited = transfers.ELECTION.model_copy(
        update={"invited_on": date(2026, 8, 1), "held_on": None, "elected": 0, "conduct": None, "taken_from": "Notice"}
    )
    after = take("record-representatives-election", Ready(informed, (OFFICER,), invited, NOW)).after
    assert ground.get_open_deadline(after, WINDOW).due_on == date(2026, 9, 8)


@pytest.mark.parametrize("role", [Role.STAFF_REP, Role.APPLICANT_MEMBER])
def test_an_election_is_disputed_before_a_consultation_is_on_file(role: Role) -> None:
    """TUPE reg 15(1)(a): any affected employee may complain of a failure that concerns the election."""
    dispute = Ready(transfers.preparing, (ground.person(role),), transfers.DISPUTE)
    assert "consultation-or-election-on-file" in ground.refused_for("dispute-consultation", dispute)
    elected = put(transfers.preparing, transfers.ELECTION)
    raised = take("dispute-consultation", replace(dispute, snapshot=elected)).after
    assert ground.refused_for("record-tupe-consultation", Ready(raised, (OFFICER,), transfers.CONSULTATION)) == [
        "ends-without-open-dispute"
    ]


def set_go_live(snapshot: CaseSnapshot, on: date, now: datetime = NOW) -> CaseSnapshot:
    return take("record-go-live-date", Ready(snapshot, (OFFICER,), GoLiveDate(on=on), now)).after


def test_representatives_are_to_be_informed_long_enough_before_the_day_that_is_set() -> None:
    clock = "transfer-information"
    snapshot = set_go_live(transfers.preparing, worked.APRIL)
    assert ground.get_open_deadline(snapshot, clock).due_on == worked.MARCH_11
    own = ground.with_rule(transfers.preparing, "transfer-consultation", {"number": 2, "unit": "months"})
    assert ground.get_open_deadline(set_go_live(own, worked.APRIL), clock).due_on == date(2027, 2, 1)
    begun = record(snapshot, informed_on=None, ended_on=None).after
    assert ground.get_open_deadline(begun, clock)
    assert get_deadline(record(begun).after, clock).state is DeadlineState.MET
    assert set_go_live(record(transfers.preparing).after, worked.APRIL).find_deadline(clock) is None


@pytest.mark.parametrize(
    ("informed", "state"),
    [(date(2027, 3, 11), DeadlineState.MET), (date(2027, 3, 12), DeadlineState.MISSED)],
)
def test_informed_in_time_and_recorded_late_is_in_time(informed: date, state: DeadlineState) -> None:
    missed = process_due_now(RIGHT_TO_PROVIDE, set_go_live(transfers.preparing, worked.APRIL), at(date(2027, 3, 12), 1))
    assert get_deadline(missed, "transfer-information").state is DeadlineState.MISSED
    change = record(missed, at(date(2027, 3, 20)), begun_on=informed, informed_on=informed, ended_on=None)
    assert get_deadline(change.after, "transfer-information").state is state


def test_a_day_that_moves_makes_late_what_was_in_time_and_the_reason_is_asked_then() -> None:
    """Reg 11(6) counts back from the transfer: given on 4 March it is late once the transfer is on 31 March."""
    given = LiabilityInformation.model_validate({"givenOn": "2027-03-04", "asAt": "2027-03-04"})
    on_4_march = at(date(2027, 3, 4))
    in_time = take(
        "record-employee-liability-information",
        Ready(set_go_live(transfers.preparing, worked.APRIL), (OFFICER,), given, on_4_march),
    ).after
    moved = set_go_live(in_time, date(2027, 3, 31), on_4_march)
    later = replace(attempt(RIGHT_TO_PROVIDE, "record-employee-liability-information"), snapshot=moved)
    review = replace(attempt(RIGHT_TO_PROVIDE, "begin-readiness-review"), now=at(date(2027, 3, 31)))
    with pytest.raises(GuardsNotMet) as refusal:
        take("begin-readiness-review", replace(review, snapshot=moved))
    reasons = {each["guard"]: each["reason"] for each in refusal.value.extra["guards"]}
    assert reasons["liability-information-given"].startswith("given on 2027-03-04, due by 2027-03-03")
    explained = given.model_copy(update={"late_because": "Brought forward.", "special_circumstances": False})
    after = take("record-employee-liability-information", replace(later, payload=explained, now=on_4_march)).after
    refused = ground.refused_for("begin-readiness-review", replace(review, snapshot=after))
    assert "liability-information-given" not in refused


def test_true_days_before_the_case_are_taken_with_their_document_and_marked() -> None:
    """An employer that began before it had the case says so: nothing is dated to fit."""
    early: dict[str, Any] = {"begun_on": TODAY - timedelta(days=60), "informed_on": TODAY - timedelta(days=60)}
    kept = record(transfers.preparing, **early).after.records[TransferConsultation.KIND, ""].content
    assert (kept["informedOn"], kept["enteredLate"]) == ("2026-07-03", ["/begunOn", "/informedOn"])


def test_an_answer_of_before_the_dispute_does_not_count() -> None:
    raised = dispute(put(transfers.preparing, transfers.CONSULTED), NOW + timedelta(hours=1))
    early = put(raised, DisputeAnswer(dispute=DISPUTE.id, answer="Said before."))
    assert end(early, NOW + timedelta(hours=2)) == ["ends-without-open-dispute"]


def transferred(snapshot: CaseSnapshot, on: date, now: datetime) -> CaseSnapshot:
    return take("record-transfer-day", Ready(snapshot, (OFFICER,), TransferDay(on=on), now)).after


@pytest.mark.parametrize("on", [date(2027, 3, 29), date(2027, 4, 3)], ids=["earlier than planned", "later"])
def test_the_launch_is_of_the_day_on_which_the_staff_in_fact_transferred(on: date) -> None:
    """Contracts of employment pass on the day of the transfer, whatever was planned (reg 4(1))."""
    now = at(date(2027, 4, 5))
    ready = attempt(RIGHT_TO_PROVIDE, "launch")
    told = transferred(put(ready.snapshot, GoLiveDate(on=worked.APRIL)), on, now)
    assert ground.get_payload(told, GoLiveDate).on == on
    launched = take("launch", replace(ready, snapshot=told, now=now)).after
    assert find_launch_day(launched) == on
    assert get_deadline(launched, "check-after-30-days").due_on == on + timedelta(days=30)


def test_an_earlier_day_shows_late_what_was_in_time_for_the_day_planned() -> None:
    given = LiabilityInformation.model_validate({"givenOn": "2027-03-04", "asAt": "2027-03-04"})
    planned = set_go_live(put(transfers.preparing, given), worked.APRIL)
    assert planned.find_deadline("employee-liability-information") is None
    told = transferred(planned, date(2027, 3, 30), at(date(2027, 3, 31)))
    due = process_due_now(RIGHT_TO_PROVIDE, told, at(date(2027, 3, 31), 13))
    late = get_deadline(due, "employee-liability-information")
    assert (late.state, late.due_on) == (DeadlineState.MISSED, date(2027, 3, 2))


@pytest.mark.parametrize("action", ["put-back-launch", "record-go-live-date"])
def test_a_day_to_come_takes_the_place_of_one_that_was_told(action: str) -> None:
    ready = attempt(RIGHT_TO_PROVIDE, action)
    told = transferred(ready.snapshot, TODAY, NOW)
    assert take(action, replace(ready, snapshot=told)).after.find(TransferDay) is None
