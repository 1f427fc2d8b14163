"""From the mandate to the award: what each action needs, what breaks each guard, and how standstills are counted."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from rtp_applications.workflow.common.payloads import ConflictOfInterest
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.processes import COMMUNITY_RIGHT_TO_CHALLENGE, RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.award.payloads import (
    Award,
    Challenge,
    FurtherChoice,
    FurtherDecision,
    Notice,
    NoticeKind,
    Representation,
    TenderLoss,
)
from rtp_applications.workflow.stages.contract.payloads import (
    ContractTerms,
    ProcurementStart,
    Regime,
    RegimeDetermination,
    SelectionRoute,
)
from rtp_applications.workflow.stages.review.payloads import Acceptance
from tests.applications.workflow.ground import (
    NOW,
    Ready,
    breaks,
    case_file,
    giving,
    on_snapshot,
    person,
    put,
    ready,
    take,
    with_rule,
    without,
)
from tests.applications.workflow.stages.decided_cases import APPROVAL

TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
COMMISSIONING = (person(Role.COMMISSIONER),)
BASIS = "Procurement Act 2023 s.9 and Schedule 1 of the Procurement Regulations 2024."


def determination(regime: Regime, **changes: Any) -> RegimeDetermination:
    found = {"regime": regime, "relevantHealthCareService": False, "legalBasis": BASIS, "determinedOn": TODAY}
    return RegimeDetermination.model_validate({**found, **changes})


def selection(route: SelectionRoute) -> RegimeDetermination:
    return determination(Regime.PROVIDER_SELECTION, selectionRoute=route, relevantHealthCareService=True)


def terms(term: int = 36, extension: int = 24) -> ContractTerms:
    value = {"netPence": 300_000_000, "grossPence": 360_000_000}
    return ContractTerms.model_validate({**value, "termMonths": term, "extensionMonths": extension})


def notice(kind: NoticeKind, published_on: date = TODAY) -> Notice:
    return Notice.model_validate({"kind": kind, "noticeId": f"2026/S 000-{kind}", "publishedOn": published_on})


def on(status: Status, *records: Payload, process: Process = RIGHT_TO_PROVIDE, now: datetime = NOW) -> CaseSnapshot:
    snapshot = case_file(status, process=process, now=now)
    for record in records:
        snapshot = put(snapshot, record, role=Role.COMMISSIONER)
    return snapshot


def without_notice(snapshot: CaseSnapshot, kind: NoticeKind) -> CaseSnapshot:
    return replace(snapshot, records={at: each for at, each in snapshot.records.items() if at != (Notice.KIND, kind)})


LIGHT = determination(Regime.OPEN, lightTouch=True)
OPEN = determination(Regime.OPEN)
COMPETED = selection(SelectionRoute.COMPETITIVE)
TENDER, AWARD_NOTICE = notice(NoticeKind.UK4), notice(NoticeKind.UK6)
INTENTION = notice(NoticeKind.SELECTION_INTENTION)
REPRESENTATION = Representation.model_validate({"reference": "REP-1", "receivedOn": TODAY})
FURTHER = FurtherDecision.model_validate(
    {"reference": "REP-1", "decision": FurtherChoice.AWARD, "communicatedOn": TODAY}
)
CHALLENGE = Challenge.model_validate({"reference": "HT-2026-1", "openedOn": TODAY, "closedOn": TODAY})
AWARD = Award.model_validate({"enteredIntoOn": TODAY})
ENTERED = (LIGHT, terms(), TENDER, AWARD_NOTICE, REPRESENTATION, FURTHER, CHALLENGE)

competed = on(Status.TENDER_LIVE, COMPETED, terms(), notice(NoticeKind.SELECTION_CONTRACT))
begin_selection = Ready(competed, COMMISSIONING, INTENTION)
standing_still = take("begin-standstill", begin_selection).after
accepted = put(
    with_rule(
        case_file(Status.EOI_ACCEPTED, process=COMMUNITY_RIGHT_TO_CHALLENGE),
        "procurement-gap",
        {"minimumMonths": 0, "maximumMonths": 60},
    ),
    Acceptance(reasons="It is sound."),
)

ready("record-regime", Ready(on(Status.APPROVED), COMMISSIONING, LIGHT))
ready("record-contract-terms", Ready(on(Status.APPROVED), COMMISSIONING, terms()))
ready("choose-contract-route", Ready(on(Status.APPROVED, LIGHT, terms()), COMMISSIONING))
ready(
    "begin-procurement",
    Ready(
        accepted,
        COMMISSIONING,
        ProcurementStart.model_validate({"applicantsToldOn": TODAY}),
        process=COMMUNITY_RIGHT_TO_CHALLENGE,
    ),
)
ready("record-notice", Ready(on(Status.CONTRACT_ROUTE), COMMISSIONING, notice(NoticeKind.UK2)))
ready("publish-tender", Ready(on(Status.CONTRACT_ROUTE, LIGHT, terms()), COMMISSIONING, TENDER))
ready("begin-standstill", begin_selection)
ready("record-representation", Ready(standing_still, COMMISSIONING, REPRESENTATION))
ready("record-further-decision", Ready(put(standing_still, REPRESENTATION), COMMISSIONING, FURTHER))
ready("record-challenge", Ready(on(Status.CONTRACT_ROUTE), COMMISSIONING, CHALLENGE))
ready("award", Ready(on(Status.TENDER_LIVE, *ENTERED), COMMISSIONING, AWARD))
ready(
    "record-tender-lost",
    Ready(
        on(Status.TENDER_LIVE, AWARD_NOTICE),
        COMMISSIONING,
        TenderLoss.model_validate({"awardNoticeId": AWARD_NOTICE.notice_id, "feedbackGivenOn": TODAY}),
    ),
)


breaks("record-regime", "selection-route-named")(
    lambda attempt: giving(attempt, selection_route=SelectionRoute.DIRECT_A)
)
breaks("record-regime", "determined-already")(lambda attempt: giving(attempt, determined_on=TOMORROW))
breaks("record-regime", "regime-open-to-challenge")(lambda attempt: giving(attempt, regime=Regime.GRANT))
breaks("record-contract-terms", "gross-not-below-net")(lambda attempt: giving(attempt, gross_pence=1))
breaks(["choose-contract-route", "publish-tender", "begin-standstill", "award"], "regime-determined")(
    on_snapshot(without, RegimeDetermination)
)


@breaks("choose-contract-route", "regime-fits-service")
@breaks("publish-tender", "regime-fits-service")
@breaks("award", "regime-fits-service")
def _(attempt: Ready) -> Ready:
    health = LIGHT.model_copy(update={"relevant_health_care_service": True})
    return replace(attempt, snapshot=put(attempt.snapshot, health))


breaks(["choose-contract-route", "publish-tender", "award"], "value-and-term-recorded")(
    on_snapshot(without, ContractTerms)
)
breaks(["choose-contract-route", "publish-tender", "award"], "reserved-term-within-limit")(
    lambda attempt: replace(attempt, snapshot=put(put(attempt.snapshot, determination(Regime.RESERVED)), terms(48, 13)))
)


@breaks("choose-contract-route", "call-in-window-over")
def _(attempt: Ready) -> Ready:
    """Approved, and not published yet."""
    return replace(attempt, snapshot=put(attempt.snapshot, APPROVAL))


@breaks("begin-procurement", "within-published-gap")
def _(attempt: Ready) -> Ready:
    gap = {"minimumMonths": 3, "maximumMonths": 18}
    return replace(attempt, snapshot=with_rule(attempt.snapshot, "procurement-gap", gap))


breaks("begin-procurement", "applicants-told-to-bid")(lambda attempt: giving(attempt, applicants_told_on=None))
breaks(["record-notice", "publish-tender", "begin-standstill"], "notice-is-out")(
    lambda attempt: giving(attempt, published_on=TOMORROW)
)
breaks("publish-tender", "notice-opens-tender")(lambda attempt: giving(attempt, kind=NoticeKind.UK5))
breaks("begin-standstill", "notice-begins-standstill")(lambda attempt: giving(attempt, kind=NoticeKind.UK6))
breaks("begin-standstill", "tender-held")(on_snapshot(without_notice, NoticeKind.SELECTION_CONTRACT))
breaks("award", "tender-held")(on_snapshot(without_notice, NoticeKind.UK4))
breaks("award", "notices-published")(on_snapshot(without_notice, NoticeKind.UK6))


@breaks("award", "standstill-over")
def _(attempt: Ready) -> Ready:
    begun = take("begin-standstill", replace(attempt, payload=AWARD_NOTICE)).after
    return replace(attempt, snapshot=begun)


breaks("award", "representations-answered")(on_snapshot(without, FurtherDecision))
breaks("award", "no-live-challenge")(on_snapshot(put, CHALLENGE.model_copy(update={"closed_on": None})))
breaks("award", "award-day-has-come")(lambda attempt: giving(attempt, entered_into_on=TOMORROW))


@breaks("award", "deciders-are-independent")
def _(attempt: Ready) -> Ready:
    conflict = ConflictOfInterest(person=attempt.signers[0].person, nature="Owns shares in a bidder.")
    return replace(attempt, snapshot=put(attempt.snapshot, conflict))


breaks("record-representation", "representation-in-time")(lambda attempt: giving(attempt, received_on=TOMORROW))
breaks("record-further-decision", "representation-on-file")(lambda attempt: giving(attempt, reference="REP-9"))
breaks("record-further-decision", "communicated-after-receipt")(
    lambda attempt: giving(attempt, communicated_on=TOMORROW)
)
breaks("record-challenge", "challenge-dates-in-order")(lambda attempt: giving(attempt, opened_on=TOMORROW))
breaks("record-tender-lost", "award-notice-on-file")(
    lambda attempt: giving(attempt, award_notice_id="2026/S 000-999999")
)
breaks("record-tender-lost", "feedback-given")(lambda attempt: giving(attempt, feedback_given_on=None))
