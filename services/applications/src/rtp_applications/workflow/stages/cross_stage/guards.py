"""Guards of all that may happen at any stage: lapse, suspension, escalation, court orders: rows 20 to 23 and 31."""

from rtp_applications.workflow.common.conflicts import is_bar, list_conflicts
from rtp_applications.workflow.common.payloads import ConflictOfInterest, Proposal
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.enums import APPEALABLE, APPLICANTS, OWED_BY_THE_GROUP, Role, Status
from rtp_applications.workflow.stages.cross_stage.payloads import Recommendation, StopReason
from rtp_applications.workflow.stages.decision.approvals import list_open_conditions
from rtp_applications.workflow.stages.decision.payloads import ConditionEvidence
from rtp_applications.workflow.stages.panel.payloads import KeyDecisionAnnouncement
from rtp_applications.workflow.stages.spin_out.payloads import Sponsorship
from rtp_shared.identities import organisation_identity


@guard()
def idle_limit_reached(step: Step) -> str | None:
    """Nothing happened for as long as the idle limit."""
    idle = step.snapshot.find_deadline("idle")
    return None if idle and step.now >= idle.due_at else "the case is not idle for that long"


@guard()
def group_owes_the_next_step(step: Step) -> str | None:
    """The next step is the staff group's: no body ends a case by its own silence."""
    snapshot = step.snapshot
    if snapshot.case.status not in OWED_BY_THE_GROUP:
        return "the next step is a body's"
    if any(each.role in APPLICANTS for _, found in snapshot.list_payloads(Proposal) for each in found.signed):
        return "the staff group signed, and waits for a body's signature"
    evidenced = all(snapshot.find_record(ConditionEvidence, each.id) for each in list_open_conditions(snapshot))
    if snapshot.case.status is Status.APPROVED_CONDITIONAL and evidenced:
        return "the evidence for every condition waits for a case officer"
    return None


@guard()
def two_reminders_sent(step: Step) -> str | None:
    """Two reminders were sent before."""
    idle = step.snapshot.find_deadline("idle")
    return None if idle and idle.reminded >= 2 else "two reminders must go before"


@guard()
def employer_ended(step: Step) -> str | None:
    """The employing body was abolished or merged."""
    employer = step.snapshot.employer
    return None if employer and employer.ended_on and employer.ended_on <= step.today else "the employer still exists"


@guard("/successorCaseId", payload=True)
def successor_case_given(step: Step) -> str | None:
    """Another case is named that takes this one's place."""
    return None if step.payload.successor_case_id != step.snapshot.case.id else "a case cannot succeed itself"


@guard()
def appeal_window_open(step: Step) -> str | None:
    """The appeal window is still open."""
    window = step.snapshot.find_deadline("appeal-window")
    return None if window and step.now < window.due_at else "the time for an appeal is over"


@guard()
def not_escalated(step: Step) -> str | None:
    """The case is not before the escalation point already."""
    return "it is before the escalation point already" if step.snapshot.case.escalated_at else None


@guard()
def escalated(step: Step) -> str | None:
    """The case is before the escalation point."""
    return None if step.snapshot.case.escalated_at else "it is not before the escalation point"


@guard()
def reviewer_independent(step: Step) -> str | None:
    """The reviewer belongs to none of the case's bodies, and had no part in the case."""
    bodies = {organisation_identity(body) for body in step.snapshot.case.bodies}
    for signed in step.signed:
        others = [p for p in step.snapshot.parties.values() if p.person == signed.person and p.role is not signed.role]
        if signed.holder in bodies or others:
            return "the reviewer must be independent of the bodies and of the case"
    return None


ORDER = list(Status)


@guard("/to", payload=True)
def stage_was_reached(step: Step) -> str | None:
    """A case goes back only to a stage that it came to; to the appraisal only if it was refused from there, or was
    stopped after it.
    """
    case = step.snapshot.case
    reached = case.refused_from if case.refused_from and case.status in APPEALABLE else case.status
    back_to = Status(step.payload.to)
    stopped_later = case.status is Status.STOPPED and ORDER.index(reached) > ORDER.index(Status.FEASIBILITY)
    if back_to is Status.FEASIBILITY and reached is not Status.FEASIBILITY and not stopped_later:
        return f"the case was not refused after the appraisal; it was in {reached}"
    if back_to not in (Status.ASSURANCE, Status.PANEL_READY) or ORDER.index(reached) >= ORDER.index(back_to):
        return None
    return f"the case never came to {back_to}; it was in {reached}"


@guard("/to", payload=True)
def goes_on_where_it_stopped(step: Step) -> str | None:
    """A case that was stopped goes on where it was; from the readiness review, with the transition that it reviewed."""
    stopped_in = step.snapshot.case.refused_from
    there = Status.TRANSITION if stopped_in is Status.READINESS_REVIEW else stopped_in
    return None if Status(step.payload.to) is there else f"the case was stopped in {stopped_in}: it goes on in {there}"


@guard()
def reopening_recommended(step: Step) -> str | None:
    """The reviewer has recommended something, and the authority has not answered yet."""
    recommended = step.snapshot.find_record(Recommendation)
    return None if recommended and step.snapshot.case.escalated_at else "no recommendation waits for an answer"


@guard()
def appeal_window_over(step: Step) -> str | None:
    """The appeal window has closed, and no appeal is pending."""
    window = step.snapshot.find_deadline("appeal-window")
    if step.snapshot.case.escalated_at is None and window and step.now >= window.due_at:
        return None
    return "an appeal is still possible or pending"


@guard()
def not_final(step: Step) -> str | None:
    """The end is not final yet."""
    return "the end is final" if step.snapshot.case.final_at else None


@guard()
def not_suspended(step: Step) -> str | None:
    """The case is not suspended already."""
    return "it is suspended already" if step.snapshot.case.suspended else None


@guard("/because", payload=True)
def stopped_for_its_time(step: Step) -> str | None:
    """That the employer did not begin it is a reason only while it has not confirmed it."""
    too_late = step.snapshot.case.status is not Status.PROPOSED
    if step.payload.because is StopReason.NOT_BEGUN_BY_THE_EMPLOYER and too_late:
        return "a case that goes on was begun or accepted by the employer"
    return None


@guard()
def suspended(step: Step) -> str | None:
    """The case is suspended."""
    return None if step.snapshot.case.suspended else "it is not suspended"


@guard("/person", payload=True)
def person_is_of_the_case(step: Step) -> str | None:
    """The person has or had a part in the case, is listed as deciding, or stands on the register already; of anybody
    else it is said that the line is made in advance.
    """
    snapshot, person = step.snapshot, step.payload.person
    if step.payload.in_advance:
        return None
    notice, sponsored = snapshot.find(KeyDecisionAnnouncement), snapshot.find(Sponsorship)
    known = {each.person for each in snapshot.parties.values()} | {each.person for each in step.signed}
    known |= {each.person for each, _ in snapshot.list_payloads(ConflictOfInterest)}
    known |= set(notice.members if notice else ()) | ({sponsored.sponsor} if sponsored and sponsored.sponsor else set())
    if person in known:
        return None
    return "nobody in the case has that reference; say inAdvance where the person has no part in it yet"


LIFT_A_BAR = frozenset({Role.CASE_OFFICER, Role.MUTUALS_TEAM})


@guard("/person", payload=True)
def bar_lifted_by_an_officer(step: Step) -> str | None:
    """A bar that stands is lifted by a case officer or the central team, never by whom it bars."""
    stands = any(each.key == step.payload.key for each in list_conflicts(step))
    if not stands or is_bar(step.payload, step.signed):
        return None
    signer = step.signed[-1]
    if signer.role in LIFT_A_BAR and signer.person != step.payload.person:
        return None
    return "a bar is lifted by a case officer or the central team, and not by whom it bars"
