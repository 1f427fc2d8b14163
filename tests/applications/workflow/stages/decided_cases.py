"""Case files before, at and after the panel's decision, for the tests of those stages."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from rtp_applications.deadlines.rules.deadline import Deadline
from rtp_applications.workflow.common.payloads import ConflictOfInterest
from rtp_applications.workflow.definition import Process
from rtp_applications.workflow.enums import Role, Status, Strand
from rtp_applications.workflow.processes import RIGHT_TO_PROVIDE
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.assurance.payloads import AssuranceRating
from rtp_applications.workflow.stages.decision import payloads
from rtp_applications.workflow.stages.panel.payloads import (
    AgendaPublication,
    DecisionRecord,
    KeyDecisionAnnouncement,
    Vote,
)
from tests.applications.workflow import ground
from tests.applications.workflow.ground import (
    NOW,
    Ready,
    build_snapshot,
    get_deadline,
    giving,
    party,
    person,
    put,
    take,
)
from tests.applications.workflow.stages.business_case_cases import ALWAYS

TODAY = NOW.date()
DAY = timedelta(days=1)
LEAD, MEMBER, OFFICER = (person(role) for role in (Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER, Role.CASE_OFFICER))
DECIDER, VOTER, SYSTEM = (person(role) for role in (Role.DECISION_MAKER, Role.PANEL_MEMBER, Role.SYSTEM))
SCRUTINY = person(Role.SCRUTINY_CHAIR)

FINDINGS = {
    "desirability": "Users and staff want it.",
    "viability": "It breaks even in year two.",
    "feasibility": "The team can do it.",
    "valueForMoney": "It is better value than the status quo.",
}
CONDITIONS = [
    {"id": "bond", "text": "The pension bond is signed.", "dueOn": "2026-12-31"},
    {"id": "lease", "text": "The lease is agreed.", "dueOn": "2026-10-15"},
]
QUESTIONS = [{"id": "cash", "text": "What if income falls?"}, {"id": "vat", "text": "Is VAT in it?"}]

APPROVAL = payloads.Approval.model_validate({"findings": FINDINGS, "decisionPublishedOn": TODAY})
ON_CONDITIONS = payloads.ConditionalApproval.model_validate({"findings": FINDINGS, "conditions": CONDITIONS})
DEFERRAL = payloads.PanelDeferral.model_validate({"reasons": "Too thin.", "questions": QUESTIONS, "findings": FINDINGS})
REFUSAL = payloads.BusinessCaseRefusal.model_validate({"reasons": "It would not last.", "findings": FINDINGS})
ANSWER = payloads.QuestionAnswer(question="cash", answer="There is a reserve.")
EVIDENCE = payloads.ConditionEvidence(condition="lease", evidence="Signed heads of terms.")
CLOSED = payloads.ConditionClosure(condition="lease")
RECORD = DecisionRecord.model_validate(
    {
    "decidedOn": TODAY, "decision": "The case is approved.", "reasons": "It is sound.", "where": "Decisions, 2026/88",
    "alternatives": "Keeping the service; it costs more.",
}
)  # fmt: skip
LAPSE = payloads.CallInLapse.model_validate(
    {
    "lapsedOn": TODAY, "paragraph": "Part 4, 16(f)", "foundBy": "The monitoring officer",
    "reasons": "The committee did not meet within ten working days.",
    }
)  # fmt: skip
BECAUSE = {"reasons": "The consultation was short."}


def notice(published_on: date, by: date = date(2027, 3, 31)) -> KeyDecisionAnnouncement:
    who = {"decisionMaker": "Cabinet", "members": ["decision-maker-1", "cabinet-2"]}
    said = {"publishedOn": published_on, "decisionBy": by, "where": "Forward plan, item 4", **who}
    return KeyDecisionAnnouncement.model_validate(said)


def agenda(published_on: date) -> AgendaPublication:
    return AgendaPublication.model_validate({"publishedOn": published_on, "where": "Cabinet, item 7"})


def vote(outcome: str, number: int = 1, role: Role = Role.PANEL_MEMBER) -> Vote:
    return Vote.model_validate({"member": f"{role}-{number}", "outcome": outcome})


def rated(snapshot: CaseSnapshot) -> CaseSnapshot:
    for strand in Strand:
        snapshot = put(snapshot, AssuranceRating.model_validate({"strand": strand, "rating": "amber"}))
    return snapshot


def announced(snapshot: CaseSnapshot) -> CaseSnapshot:
    """A council gave its notices in good time."""
    return put(put(snapshot, notice(TODAY - 60 * DAY)), agenda(TODAY - 10 * DAY))


def voted(outcome: str, snapshot: CaseSnapshot) -> CaseSnapshot:
    return put(snapshot, vote(outcome), role=Role.PANEL_MEMBER)


submitted = build_snapshot(Status.CASE_SUBMITTED)
for kind in ALWAYS:
    submitted = ground.with_document(submitted, kind)
assured = rated(build_snapshot(Status.ASSURANCE))
before_panel = announced(rated(build_snapshot(Status.PANEL_READY)))
deferred = put(build_snapshot(Status.DEFERRED), DEFERRAL)
answered = put(put(deferred, ANSWER), payloads.QuestionAnswer(question="vat", answer="It is."))
to_approve = Ready(voted("approve", before_panel), (DECIDER,), APPROVAL)
to_approve_on_conditions = Ready(voted("approve-with-conditions", before_panel), (DECIDER,), ON_CONDITIONS)
approved = take("approve", to_approve).after
conditional = take("approve-with-conditions", to_approve_on_conditions).after
evidenced = put(conditional, EVIDENCE)
closed = put(put(conditional, CLOSED), payloads.ConditionClosure(condition="bond"))
called_in = build_snapshot(Status.CALLED_IN)
responded = put(called_in, payloads.ScrutinyResponse(**BECAUSE))


def unrecorded(snapshot: CaseSnapshot) -> CaseSnapshot:
    """The case with an approval of which no written statement was made, and the time for a call-in over."""
    return ground.without(with_window_over(put(snapshot, APPROVAL)), DecisionRecord)


def with_window_over(snapshot: CaseSnapshot) -> CaseSnapshot:
    return snapshot.with_deadline(get_deadline(approved, "call-in-window").cancel(NOW))


def reminded(snapshot: CaseSnapshot, times: int) -> CaseSnapshot:
    return snapshot.with_deadline(replace(get_deadline(snapshot, "mandate"), reminded=times))


def conflict(who: str) -> ConflictOfInterest:
    return ConflictOfInterest(person=who, nature="A seat on the mutual's shadow board")


def finding(attempt: Ready, **changes: Any) -> Ready:
    assert attempt.payload is not None
    return giving(attempt, findings=attempt.payload.findings.model_copy(update=changes))  # type: ignore[attr-defined]


def with_members(snapshot: CaseSnapshot, number: int) -> CaseSnapshot:
    """A panel of so many members, the first of whom every case has."""
    return snapshot.with_party(*(party(Role.PANEL_MEMBER, each) for each in range(2, number + 1)))


def without_panel(snapshot: CaseSnapshot) -> CaseSnapshot:
    return replace(
        snapshot, parties={at: each for at, each in snapshot.parties.items() if each.role is not Role.PANEL_MEMBER}
    )


def votes(snapshot: CaseSnapshot, said: Mapping[int, str]) -> CaseSnapshot:
    for number, outcome in said.items():
        snapshot = put(snapshot, vote(outcome, number), role=Role.PANEL_MEMBER, number=number)
    return snapshot


def approval(snapshot: CaseSnapshot, now: datetime = NOW, process: Process = RIGHT_TO_PROVIDE) -> list[str]:
    unpublished = APPROVAL.model_copy(update={"decision_published_on": None})
    return ground.refused_for("approve", Ready(snapshot, (DECIDER,), unpublished, now, process))


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def deadlines(snapshot: CaseSnapshot, clock: str) -> list[Deadline]:
    return sorted(
        (each for each in snapshot.deadlines.values() if each.clock == clock), key=lambda each: each.started_at
    )


def unannounced_key_decision(attempt: Ready) -> Ready:
    """The attempt at a key decision of which no notice was given; of version 2, in which every decision was one."""
    unannounced = replace(attempt, snapshot=ground.without(attempt.snapshot, KeyDecisionAnnouncement))
    by_the_rules = attempt.process.version >= ground.BY_THE_TEXTS
    return giving(unannounced, is_key_decision=True) if by_the_rules else unannounced
