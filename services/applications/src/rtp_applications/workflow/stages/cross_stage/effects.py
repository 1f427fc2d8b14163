"""Effects of suspension, escalation, succession and court orders."""

from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.assurance.payloads import AssuranceRating, CommissionerConsent
from rtp_applications.workflow.stages.panel.payloads import AgendaPublication, Vote


def suspend(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    return snapshot.with_case(suspended=step.payload.because, suspended_at=step.now)


def resume(_: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    return snapshot.with_case(suspended=None, suspended_at=None)


def escalate(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    return snapshot.with_case(escalated_at=step.now)


def make_final(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Make the end final: the appeal window closed, or the appeal was turned down."""
    return snapshot.with_case(final_at=step.now, escalated_at=None)


def reopen(_: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Reopen a case that is remitted: it is neither refused nor escalated any more."""
    return snapshot.with_case(refused_from=None, escalated_at=None, final_at=None)


def supersede(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    return snapshot.with_case(successor_case_id=step.payload.successor_case_id, final_at=step.now)


def strike_quashed_records(_: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Strike votes and agenda of the quashed round, and the ratings if the case is assured anew."""
    struck = [Vote.KIND, AgendaPublication.KIND]
    if snapshot.case.status is Status.ASSURANCE:
        struck += [AssuranceRating.KIND, CommissionerConsent.KIND]
    return snapshot.without_records(struck)
