"""Whether a mutual is ready: the 28 days before going live, what may be waived by name, and both signatures."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import reduce

import pytest

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.common.payloads import ConflictOfInterest, Findings
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.errors import GuardsNotMet
from rtp_applications.workflow.processes import RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.decision.payloads import Condition, ConditionalApproval
from rtp_applications.workflow.stages.monitoring.measures import Baseline
from rtp_applications.workflow.stages.readiness.payloads import NewGoLive
from rtp_applications.workflow.stages.transition import payloads, transfer
from rtp_shared.contracts.applications import GoLiveDateSet
from tests.applications.workflow import ground
from tests.applications.workflow.ground import NOW, Ready, attempt, breaks, get_deadline, on_snapshot, put, take
from tests.applications.workflow.stages import transition_cases as transfers
from tests.applications.workflow.stages.transition_cases import BOARD, DECIDER, DISPUTE, GIVEN, OFFICER, TODAY, on

ground.ready(
    "begin-readiness-review",
    Ready(on(Status.TRANSITION, *transfers.IN_PLACE), (transfers.LEAD, transfers.COMMISSIONER, OFFICER)),
)
ground.ready("launch", Ready(on(Status.READINESS_REVIEW, transfers.GO_LIVE, transfers.BASELINE), (DECIDER, BOARD)))
PUT_BACK = NewGoLive.model_validate({"reasons": transfers.WHY, "newGoLive": date(2027, 4, 1)})
ground.ready("put-back-launch", Ready(on(Status.READINESS_REVIEW, transfers.GO_LIVE), (DECIDER,), PUT_BACK))
breaks("begin-readiness-review", "disputes-answered")(on_snapshot(put, DISPUTE, role=Role.STAFF_REP))
breaks("begin-readiness-review", "informed-of-the-measures")(on_snapshot(put, transfers.LETTER))
FEW = {
    "consulted_with": payloads.ConsultedWith.DIRECTLY,
    "in_place": transfer.RepresentativesInPlace.NONE,
    "transferring": 9,
}
breaks("begin-readiness-review", "direct-consultation-fits-count")(
    on_snapshot(put, transfers.CONSULTED.model_copy(update=FEW))
)
breaks("begin-readiness-review", "consulted-long-enough")(
    on_snapshot(put, transfers.CONSULTED.model_copy(update={"begun_on": TODAY, "informed_on": TODAY}))
)
breaks("launch", "disputes-answered")(on_snapshot(put, DISPUTE, role=Role.STAFF_REP))
breaks(["begin-readiness-review"], "liability-information-given")(
    on_snapshot(put, GIVEN.model_copy(update={"given_on": TODAY - timedelta(days=27)}))
)
breaks("begin-readiness-review", "liability-information-in-time")(
    on_snapshot(put, GIVEN.model_copy(update={"given_on": TODAY - timedelta(days=27)}))
)


@breaks("begin-readiness-review", "time-to-dispute-over")
def _(attempt: Ready) -> Ready:
    payload = transfers.CONSULTED.model_copy(update={"taken_from": "Minutes 1 to 4"})
    recorded = take("record-tupe-consultation", Ready(attempt.snapshot, (OFFICER,), payload))
    return replace(attempt, snapshot=recorded.after)


@breaks("begin-readiness-review", "every-condition-closed")
def _(attempt: Ready) -> Ready:
    condition = Condition.model_validate({"id": "bond", "text": "A bond is given.", "dueOn": transfers.TOMORROW})
    approval = ConditionalApproval(findings=Findings(), conditions=[condition])
    return replace(attempt, snapshot=put(attempt.snapshot, approval))


breaks("put-back-launch", "reasons-given")(ground.on_payload(reasons=""))
breaks("launch", "decision-maker-is-independent")(
    on_snapshot(put, ConflictOfInterest(person=DECIDER.person, nature="Owns shares in a supplier."))
)
breaks("launch", "baseline-recorded")(on_snapshot(ground.without, Baseline))
breaks("launch", "go-live-day-has-come")(on_snapshot(put, payloads.GoLiveDate(on=transfers.TOMORROW)))
breaks("put-back-launch", "new-go-live-later")(ground.on_payload(new_go_live=TODAY))
REP = ground.person(Role.STAFF_REP)


def review(*changes: Payload) -> list[str]:
    """Which guards keep the readiness review from beginning once these are on file."""
    taken = attempt(RIGHT_TO_PROVIDE, "begin-readiness-review")
    return ground.refused_for("begin-readiness-review", replace(taken, snapshot=reduce(put, changes, taken.snapshot)))


def recorded(snapshot: CaseSnapshot, go_live: date, now: datetime = NOW) -> CaseChange:
    payload = payloads.GoLiveDate(on=go_live)
    return take("record-go-live-date", Ready(snapshot, (OFFICER,), payload, now))


@pytest.mark.parametrize(("days", "refused"), [(29, []), (28, []), (27, ["liability-information-given"])])
def test_liability_information_is_given_28_days_before_going_live(days: int, refused: list[str]) -> None:
    go_live = date(2027, 4, 1)
    payload = transfer.LiabilityInformation.model_validate({"givenOn": go_live - timedelta(days=days)})
    assert review(payloads.GoLiveDate(on=go_live), payload) == refused


def test_setting_the_go_live_date_starts_the_clock_of_the_liability_information() -> None:
    snapshot = recorded(transfers.preparing, date(2027, 4, 1)).after
    assert get_deadline(snapshot, "employee-liability-information").due_on == date(2027, 3, 4)
    assert get_deadline(snapshot, "go-live").due_on == date(2027, 4, 1)
    moved = recorded(snapshot, date(2027, 5, 1), NOW + timedelta(hours=1)).after
    assert get_deadline(moved, "employee-liability-information").due_on == date(2027, 4, 3)
    assert [each.state for each in moved.deadlines.values() if each.clock == "go-live"] == [
        DeadlineState.CANCELLED,
        DeadlineState.RUNNING,
    ]
    met = take(
        "record-employee-liability-information",
        Ready(moved, (OFFICER,), GIVEN.model_copy(update={"given_on": TODAY, "as_at": TODAY})),
    ).after
    assert get_deadline(met, "employee-liability-information").state is DeadlineState.MET


def test_no_clock_starts_for_liability_information_that_was_given_in_time() -> None:
    snapshot = recorded(put(transfers.preparing, GIVEN), date(2027, 4, 1)).after
    assert snapshot.find_deadline("employee-liability-information") is None


def test_an_unsigned_pension_deed_is_waived_by_name() -> None:
    unsigned = transfers.PENSION.model_copy(update={"signed_on": None})
    assert review(unsigned) == ["pension-signed-or-waived"]
    assert review(unsigned, transfers.WAIVER) == []
    other = unsigned.model_copy(update={"vehicle": payloads.Pension.DC_NEW_STARTERS})
    assert review(unsigned, transfers.WAIVER, other) == ["pension-signed-or-waived"]
    waived = take("waive-pension-signature", attempt(RIGHT_TO_PROVIDE, "waive-pension-signature")).after
    signed = waived.records[payloads.PensionWaiver.KIND, payloads.Pension.LGPS_PASS_THROUGH].signed
    assert [(each.role, each.person) for each in signed] == [(Role.DECISION_MAKER, DECIDER.person)]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"premises_needed": False, "leases_signed_on": None}, []),
        ({"leases_signed_on": None}, ["leases-and-services-agreed"]),
        ({"services_agreed_on": None}, ["leases-and-services-agreed"]),
        ({"services_needed": False, "services_agreed_on": None}, []),
    ],
)
def test_leases_and_services_are_agreed_where_needed(change: dict[str, object], refused: list[str]) -> None:
    assert review(transfers.LEASES.model_copy(update=change)) == refused


def test_the_insurance_covers_the_day_of_going_live() -> None:
    ended = transfers.COVERS[1].model_copy(
        update={"valid_from": date(2025, 9, 1), "valid_to": TODAY - timedelta(days=1)}
    )
    assert review(ended) == ["insured-on-go-live"]
    assert review(ended.model_copy(update={"valid_to": TODAY})) == []


def test_registration_is_needed_only_where_the_service_is_regulated() -> None:
    taken = attempt(RIGHT_TO_PROVIDE, "begin-readiness-review")
    bare = ground.without(taken.snapshot, payloads.RegulatorRegistration)
    none = payloads.RegulatorRegistration(regulator=payloads.Regulator.NONE)
    ofsted = payloads.RegulatorRegistration(regulator=payloads.Regulator.OFSTED)
    assert ground.refused_for("begin-readiness-review", replace(taken, snapshot=put(bare, none))) == []
    assert review(ofsted) == ["registered-where-regulated"]


def test_both_sign_the_launch_in_either_order() -> None:
    taken = attempt(RIGHT_TO_PROVIDE, "launch")
    for signers in (taken.signers, taken.signers[::-1]):
        after = take("launch", replace(taken, signers=signers)).after
        assert after.case.status is Status.LAUNCHED
        assert after.case.launched_at == after.case.final_at == NOW


def test_a_conflicted_decision_maker_is_refused_whoever_signs_first() -> None:
    taken = attempt(RIGHT_TO_PROVIDE, "launch")
    conflict = ConflictOfInterest(person=DECIDER.person, nature="Owns shares in a supplier.")
    for signers in (taken.signers, taken.signers[::-1]):
        with pytest.raises(GuardsNotMet):
            take("launch", replace(taken, snapshot=put(taken.snapshot, conflict), signers=signers))


@pytest.mark.parametrize("signer", [DECIDER, BOARD])
def test_either_of_them_puts_the_launch_back_and_every_day_moves_with_it(signer: Caller) -> None:
    taken = attempt(RIGHT_TO_PROVIDE, "put-back-launch")
    after = take("put-back-launch", replace(taken, signers=(signer,))).after
    assert after.case.status is Status.TRANSITION
    assert ground.get_payload(after, payloads.GoLiveDate).on == date(2027, 4, 1)
    assert get_deadline(after, "go-live").due_on == date(2027, 4, 1)
    assert get_deadline(after, "employee-liability-information").due_on == date(2027, 3, 4)


def test_nothing_that_the_review_looks_at_changes_while_it_lasts() -> None:
    review = Status.READINESS_REVIEW
    allowed = {action.name for action in RIGHT_TO_PROVIDE.list_actions(review) if action.name.startswith("record-")}
    of_the_contract = {"record-notice", "record-challenge", "record-contract-publication", "record-modification"}
    of_the_contract.add("record-subsidy-database-entry")
    assert allowed == {"record-baseline", "record-transfer-day", *of_the_contract}


def test_a_dispute_holds_the_review_up_until_it_is_answered_and_again_when_it_is_raised_anew() -> None:
    raised = take("dispute-consultation", Ready(on(Status.TRANSITION, *transfers.IN_PLACE), (REP,), DISPUTE)).after
    begin = replace(attempt(RIGHT_TO_PROVIDE, "begin-readiness-review"), snapshot=raised, now=NOW)
    assert ground.refused_for("begin-readiness-review", begin) == ["disputes-answered"]
    hour = NOW + timedelta(hours=1)
    answered = take("answer-consultation-dispute", Ready(raised, (OFFICER,), transfers.ANSWER, hour)).after
    assert ground.refused_for("begin-readiness-review", replace(begin, snapshot=answered)) == []
    anew = take("dispute-consultation", Ready(answered, (REP,), DISPUTE, NOW + timedelta(hours=2))).after
    assert ground.refused_for("begin-readiness-review", replace(begin, snapshot=anew)) == ["disputes-answered"]


def list_told_days(change: CaseChange) -> list[date]:
    return [event.go_live_on for event in change.events if isinstance(event, GoLiveDateSet)]


def test_the_day_of_going_live_is_told_whenever_another_one_is_set() -> None:
    first = recorded(transfers.preparing, date(2027, 4, 1))
    same = recorded(first.after, date(2027, 4, 1))
    moved = recorded(first.after, date(2027, 5, 1))
    assert [list_told_days(each) for each in (first, same, moved)] == [[date(2027, 4, 1)], [], [date(2027, 5, 1)]]
    put_back = attempt(RIGHT_TO_PROVIDE, "put-back-launch")
    assert isinstance(put_back.payload, NewGoLive)
    assert list_told_days(take("put-back-launch", put_back)) == [put_back.payload.new_go_live]
