"""Several employers in one application: the one that leads acts for the case, and each of the others for itself.

The answer is a record of the body's own decision. Who declines, or has not answered when the time is over, takes no
part: the case goes on with the service of the others.
"""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.bounds import Dated, bound
from rtp_applications.workflow.common.clocks import propose_clock
from rtp_applications.workflow.common.guards import deciders_are_independent, reasons_given
from rtp_applications.workflow.common.limits import SUBMISSION
from rtp_applications.workflow.definition import Action, CaseClock, Step, guard, one_of, replace_actions
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.identities import organisation_identity
from rtp_shared.schemas import Day, Line, Prose

BEFORE_THE_APPRAISAL = (
    Status.PROPOSED, Status.EOI_SUBMITTED, Status.EOI_SCREENING, Status.INFORMATION_REQUESTED, Status.EOI_UNDER_REVIEW,
    Status.MODIFICATION_OFFERED, Status.EOI_ACCEPTED,
)  # fmt: skip


class Participation(StrEnum):
    """What a further employer answers for its own staff and service."""

    TAKES_PART = "takes-part"
    DECLINES = "declines"


class EmployerAnswer(Dated):
    """The decision of a further employer on its own part in the application."""

    KIND: ClassVar[str] = "employer-answer"
    KEY: ClassVar[str | None] = "employer"

    employer: UUID = Field(description="The further employer: its id, as the case names it in `furtherEmployers`")
    answer: Participation
    reasons: Prose
    decided_on: Day
    reference: Line = Field(description="The decision on which it rests", examples=["Board minute 2026/14"])


@guard("/employer", payload=True)
def is_a_further_employer(step: Step) -> str | None:
    """It is one of the further employers that the case names."""
    known = step.payload.employer in step.snapshot.case.further_employer_ids
    return None if known else "no further employer of the case has that id"


@guard("/employer", payload=True)
def answers_for_itself(step: Step) -> str | None:
    """Each answers for itself alone: the employer named vouches for whoever signs."""
    if step.payload.employer not in step.snapshot.case.further_employer_ids:
        return None
    own = step.signed[-1].holder == organisation_identity(step.payload.employer)
    return None if own else "an employer answers for itself, by somebody for whom it vouches"


@guard()
def further_employers_answered(step: Step) -> str | None:
    """Every further employer said whether it takes part, or the time to say so is over."""
    asked = step.snapshot.find_deadline(CLOCK)
    waiting = list_unanswered(step.snapshot, step.today)
    if not waiting or (asked is not None and step.now >= asked.due_at):
        return None
    names = (step.snapshot.bodies[each].name for each in waiting if each in step.snapshot.bodies)
    return f"waits for the answer of: {', '.join(names)}"


def list_unanswered(snapshot: CaseSnapshot, today: date) -> list[UUID]:
    """Return the further employers that exist today and have not answered."""
    return [
        each
        for each in snapshot.case.further_employer_ids
        if not snapshot.find_record(EmployerAnswer, str(each)) and not _has_ended(snapshot, each, today)
    ]


def _has_ended(snapshot: CaseSnapshot, body_id: UUID, today: date) -> bool:
    body = snapshot.bodies.get(body_id)
    return body is not None and body.ended_on is not None and body.ended_on <= today


def _find_first_day(snapshot: CaseSnapshot, today: date) -> date | None:
    return today if list_unanswered(snapshot, today) else None


def _have_all_answered(snapshot: CaseSnapshot) -> bool:
    return not list_unanswered(snapshot, civil_date(snapshot.case.changed_at))


RECORD_EMPLOYER_ANSWER = Action(
    name="record-employer-answer",
    description="Answer for a further employer whether its staff and service take part, or anew while the appraisal "
    "has not begun. The employer that leads decides for itself.",
    signatories=one_of(Role.FURTHER_EMPLOYER),
    from_states=frozenset(BEFORE_THE_APPRAISAL),
    guards=(
        is_a_further_employer,
        answers_for_itself,
        reasons_given,
        bound("decided_on", SUBMISSION),
        deciders_are_independent,
    ),
    payload_model=EmployerAnswer,
)
CLOCK = "further-employers"
CLOCKS: tuple[CaseClock, ...] = (
    propose_clock(
        CLOCK, "Each further employer says whether it takes part", 40, *BEFORE_THE_APPRAISAL, fixed=True,
        met_by=(RECORD_EMPLOYER_ANSWER.name,), met_when=_have_all_answered, reminders=(10,),
        counts_from=_find_first_day,
    ),
)  # fmt: skip
BEGINNINGS = ("start-feasibility", "confirm-spin-out")


def wait_for_employers(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """Return the actions, with the appraisal begun only once every further employer has answered."""
    beginning = (each for each in actions if each.name in BEGINNINGS)
    return replace_actions(actions, *(each.with_guards(further_employers_answered) for each in beginning))


def _begin_as_before(now: Action) -> Action:
    return now.without_guard(further_employers_answered.name)


VERSION_2 = Earlier(
    actions=dict.fromkeys(BEGINNINGS, _begin_as_before),
    added=frozenset({RECORD_EMPLOYER_ANSWER.name, CLOCK}),
)
