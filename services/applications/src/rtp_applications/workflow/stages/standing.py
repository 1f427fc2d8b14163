"""What may happen at any stage: withdrawal, lapse, suspension, escalation, court orders: rows 20 to 23 and 31."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from rtp_applications.clocks.days import ONE_DAY, CalendarName, due_on
from rtp_applications.workflow.casefile import CaseFile, Record
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.guards import bars, conflicts
from rtp_applications.workflow.records import Proposal
from rtp_applications.workflow.stages.decision import ConditionEvidence, open_conditions
from rtp_applications.workflow.stages.interest import majority_wanting
from rtp_applications.workflow.timing import as_length
from rtp_applications.workflow.words import (
    APPEALABLE,
    APPLICANTS,
    OWED_BY_THE_GROUP,
    Role,
    Status,
    Suspension,
)
from rtp_shared.identities import organisation_identity
from rtp_shared.schemas import Line, Prose


class Withdrawal(Record):
    """The staff group withdraws."""

    KIND: ClassVar[str] = "withdrawal"

    reason: Prose | None = Field(default=None, description="Optional, and shown to whoever may see the case")
    members_in_favour: int | None = Field(
        default=None,
        ge=0,
        le=100_000,
        strict=True,
        description="Members of the group who want to withdraw; of a draft the lead alone may dispose",
    )


class SuspensionNote(Record):
    """Why the case rests, and when it is looked at again whether it must."""

    KIND: ClassVar[str] = "suspension"

    because: Suspension
    reasons: Prose
    review_on: date = Field(description="Civil date in London by which the suspension is ended or renewed")


class Escalation(Record):
    """The staff group takes a refusal to the escalation point."""

    KIND: ClassVar[str] = "escalation"

    grounds: Prose = Field(description="What was not duly considered, and what is asked for")


class Remittal(Record):
    """What the reviewer found, and to which stage the case goes back. A reviewer recommends or remits; never awards."""

    KIND: ClassVar[str] = "review-finding"

    to: Literal[Status.EOI_UNDER_REVIEW, Status.FEASIBILITY, Status.PANEL_READY]
    reasons: Prose
    recommendations: Prose | None = None


class Finding(Record):
    """The reviewer upholds the refusal."""

    KIND: ClassVar[str] = "review-finding"

    reasons: Prose
    recommendations: Prose | None = None


class CourtOrder(Record):
    """An order of a court that quashes the decision."""

    KIND: ClassVar[str] = "court-order"

    reference: Line = Field(description="The court's own reference", examples=["[2026] EWHC 1234 (Admin)"])
    made_on: date


class CourtRemittal(CourtOrder):
    """An order of a court that sends the case back."""

    to: Literal[Status.EOI_SCREENING, Status.EOI_UNDER_REVIEW, Status.ASSURANCE, Status.PANEL_READY]


class InterestRemittal(Remittal):
    """As the Community Right to Challenge has it: the expression of interest is all that was decided on."""

    to: Literal[Status.EOI_UNDER_REVIEW]


class SpinOutRemittal(Remittal):
    """As an employer-led case has it, which has no expression of interest."""

    to: Literal[Status.FEASIBILITY, Status.PANEL_READY]


class InterestCourtRemittal(CourtRemittal):
    to: Literal[Status.EOI_SCREENING, Status.EOI_UNDER_REVIEW]


class PanelCourtRemittal(CourtRemittal):
    to: Literal[Status.ASSURANCE, Status.PANEL_READY]


class Succession(Record):
    """The case that goes on in this one's place."""

    KIND: ClassVar[str] = "succession"

    successor_case: UUID = Field(description="Id of the case that takes its place")
    reasons: Prose


class PublishedIntention(Record):
    """The body's published intention to consider provision by a mutual of its staff (it bars rival challenges)."""

    KIND: ClassVar[str] = "published-intention"

    published_on: date
    where: Line = Field(description="Address or reference of the publication")


@guard("/membersInFavour", given=True)
def majority_recorded(step: Step) -> str | None:
    """More than half of the group want it; a draft, of which nobody else knows, is withdrawn by its lead alone."""
    return None if step.file.case.status is Status.DRAFT else majority_wanting(step)


@guard()
def idle_limit_reached(step: Step) -> str | None:
    """Nothing happened for as long as the idle limit."""
    idle = step.file.deadline("idle")
    return None if idle and step.now >= idle.due_at else "the case is not idle for that long"


@guard()
def group_owes_the_next_step(step: Step) -> str | None:
    """The next step is the staff group's: no body ends a case by its own silence."""
    file = step.file
    if file.case.status not in OWED_BY_THE_GROUP:
        return "the next step is a body's"
    if any(each.role in APPLICANTS for _, found in file.every(Proposal) for each in found.signed):
        return "the staff group signed, and waits for a body's signature"
    evidenced = all(file.recorded(ConditionEvidence, each.id) for each in open_conditions(file))
    if file.case.status is Status.APPROVED_CONDITIONAL and evidenced:
        return "the evidence for every condition waits for a case officer"
    return None


@guard()
def two_reminders_sent(step: Step) -> str | None:
    """Two reminders were sent before."""
    idle = step.file.deadline("idle")
    return None if idle and idle.reminded >= 2 else "two reminders must go before"


@guard()
def employer_ended(step: Step) -> str | None:
    """The employing body was abolished or merged."""
    employer = step.file.employer
    return None if employer and employer.ended_on and employer.ended_on <= step.today else "the employer still exists"


@guard("/successorCase", given=True)
def successor_case_given(step: Step) -> str | None:
    """Another case is named that takes this one's place."""
    return None if step.given.successor_case != step.file.case.id else "a case cannot succeed itself"


@guard()
def appeal_window_open(step: Step) -> str | None:
    """The appeal window is still open."""
    window = step.file.deadline("appeal-window")
    return None if window and step.now < window.due_at else "the time for an appeal is over"


@guard()
def not_escalated(step: Step) -> str | None:
    """The case is not before the escalation point already."""
    return "it is before the escalation point already" if step.file.case.escalated_at else None


@guard()
def escalated(step: Step) -> str | None:
    """The case is before the escalation point."""
    return None if step.file.case.escalated_at else "it is not before the escalation point"


@guard()
def reviewer_independent(step: Step) -> str | None:
    """The reviewer belongs to none of the case's bodies, and had no part in the case."""
    bodies = {organisation_identity(body) for body in step.file.case.bodies}
    for signed in step.signed:
        others = [p for p in step.file.parties.values() if p.person == signed.person and p.role is not signed.role]
        if signed.holder in bodies or others:
            return "the reviewer must be independent of the bodies and of the case"
    return None


ORDER = list(Status)


@guard("/to", given=True)
def stage_was_reached(step: Step) -> str | None:
    """A case goes back only to a stage that it came to; to the appraisal only if it was refused from there."""
    case = step.file.case
    reached = case.refused_from if case.refused_from and case.status in APPEALABLE else case.status
    back_to = Status(step.given.to)
    if back_to is Status.FEASIBILITY and reached is not Status.FEASIBILITY:
        return f"the case was not refused after the appraisal; it was in {reached}"
    if back_to not in (Status.ASSURANCE, Status.PANEL_READY) or ORDER.index(reached) >= ORDER.index(back_to):
        return None
    return f"the case never came to {back_to}; it was in {reached}"


@guard()
def appeal_window_over(step: Step) -> str | None:
    """The appeal window has closed, and no appeal is pending."""
    window = step.file.deadline("appeal-window")
    if step.file.case.escalated_at is None and window and step.now >= window.due_at:
        return None
    return "an appeal is still possible or pending"


@guard()
def not_final(step: Step) -> str | None:
    """The end is not final yet."""
    return "the end is final" if step.file.case.final_at else None


@guard("/reference", given=True)
def court_order_given(step: Step) -> str | None:
    """The order's reference is given, and it was made already."""
    return None if step.given.made_on <= step.today else "the order lies in the future"


@guard()
def not_suspended(step: Step) -> str | None:
    """The case is not suspended already."""
    return "it is suspended already" if step.file.case.suspended else None


@guard("/reviewOn", given=True)
def review_in_time(step: Step) -> str | None:
    """The suspension is reviewed on a day to come, within the longest time that it may last unreviewed."""
    limit = as_length(step.process.setting(step.file, "suspension-review-limit"))
    latest = due_on(step.today, limit, step.file.calendars[CalendarName.ENGLAND_AND_WALES])
    return None if step.today < step.given.review_on <= latest else f"name a day after today, by {latest}"


def day_before_review(file: CaseFile, _: date) -> date | None:
    note = file.last(SuspensionNote)
    return note.review_on - ONE_DAY if note else None


@guard()
def suspended(step: Step) -> str | None:
    """The case is suspended."""
    return None if step.file.case.suspended else "it is not suspended"


LIFT_A_BAR = frozenset({Role.CASE_OFFICER, Role.MUTUALS_TEAM})


@guard("/person", given=True)
def bar_lifted_by_an_officer(step: Step) -> str | None:
    """A bar that stands is lifted by a case officer or the central team, never by whom it bars."""
    stands = any(each.key == step.given.key for each in conflicts(step))
    if not stands or bars(step.given, step.signed):
        return None
    signer = step.signed[-1]
    if signer.role in LIFT_A_BAR and signer.person != step.given.person:
        return None
    return "a bar is lifted by a case officer or the central team, and not by whom it bars"


@guard("/publishedOn", given=True)
def published_already(step: Step) -> str | None:
    """The intention was published on a day that is not in the future."""
    return None if step.given.published_on <= step.today else "the day of publication lies in the future"
