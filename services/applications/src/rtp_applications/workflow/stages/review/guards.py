"""Guards of the answer to an expression of interest: rows 6 to 8 of the process."""

from rtp_applications.workflow.common.guards import find_missing_majority, find_time_left
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.stages.review.payloads import PartialAcceptance


@guard("/otherwiseRefusedFor", payload=True)
def would_otherwise_be_refused(step: Step) -> str | None:
    """A modification may only be offered where the expression of interest would otherwise be refused (s.84)."""
    return None if step.payload.otherwise_refused_for else "say why it would otherwise be refused"


@guard("/text", payload=True)
def modification_text_given(step: Step) -> str | None:
    """The text of the change is given."""
    return None if step.payload.text else "give the text of the change"


@guard("/membersInFavour", payload=True)
def consent_recorded(step: Step) -> str | None:
    """The group's consent is on record: more than half of its members agreed."""
    return find_missing_majority(step)


@guard()
def part_was_accepted(step: Step) -> str | None:
    """The body accepted a part of what was asked, and no more since."""
    in_part = step.snapshot.find(PartialAcceptance)
    return None if in_part else "the expression of interest was not accepted in part"


@guard()
def modification_time_over(step: Step) -> str | None:
    """The time to answer the offered modification is over."""
    return find_time_left(step, "modification-reply")
