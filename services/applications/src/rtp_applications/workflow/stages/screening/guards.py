"""Guards of screening an expression of interest: rows 2 to 5 and 24 of the process."""

from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.common.guards import find_time_left
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.stages.interest.clocks import find_receipt, find_window_end
from rtp_applications.workflow.stages.reorganisation.facts import find_windows
from rtp_applications.workflow.stages.screening.payloads import (
    Acknowledgement,
    DecisionDate,
    InformationRequest,
    ItemAnswer,
)


@guard()
def acknowledgement_sent(step: Step) -> str | None:
    """The staff group was sent a receipt."""
    return None if step.snapshot.find(Acknowledgement) else "send the staff group its receipt first"


@guard("/items", payload=True)
def list_is_itemised(step: Step) -> str | None:
    """Every item has an id of its own, so that each can be answered."""
    ids = [item.id for item in step.payload.items]
    return None if len(ids) == len(set(ids)) else "two items have the same id"


@guard("/items", payload=True)
def statutory_items_only(step: Step) -> str | None:
    """Only what the regulations require may be insisted on (SI 2012/1313)."""
    extra = [item.id for item in step.payload.items if item.statutory_item is None]
    return f"the regulations do not require: {', '.join(extra)}" if extra else None


@guard()
def every_item_answered(step: Step) -> str | None:
    """Every listed item is answered or declined."""
    request = step.snapshot.find(InformationRequest)
    answered = {answer.item for answer, _ in step.snapshot.list_payloads(ItemAnswer)}
    waiting = [item.id for item in (request.items if request else []) if item.id not in answered]
    return f"not answered or declined: {', '.join(waiting)}" if waiting else None


@guard("/item", payload=True)
def item_was_asked(step: Step) -> str | None:
    """The item is one of those asked for."""
    request = step.snapshot.find(InformationRequest)
    asked = {item.id for item in request.items} if request else set()
    return None if step.payload.item in asked else "no such item was asked for"


@guard("/answer", payload=True)
def answered_or_declined(step: Step) -> str | None:
    """There is an answer or a document, or else the word that it is declined; not both."""
    answered = bool(step.payload.answer or step.payload.documents)
    if answered and step.payload.declined:
        return "an item that is answered is not declined"
    return None if answered or step.payload.declined else "answer it or decline it"


@guard()
def decision_date_notified(step: Step) -> str | None:
    """The staff group was told when a decision is expected (Localism Act 2011 s.84)."""
    return None if step.snapshot.find(DecisionDate) else "tell the group first when a decision is expected"


@guard("/expectedOn", payload=True)
def decision_within_maximum_period(step: Step) -> str | None:
    """The decision is not expected after the maximum period published by the authority (Localism Act 2011 s.84(3)),
    where it is settled from when that counts.
    """
    limit = step.snapshot.find_deadline("eoi-decision")
    unsettled = limit is not None and limit.state is DeadlineState.UNSETTLED
    if limit and not unsettled and limit.pausable is False and step.payload.expected_on > limit.due_on:
        return f"the maximum period ends on {limit.due_on}"
    return None


@guard()
def received_outside_every_period(step: Step) -> str | None:
    """The authority published periods for expressions of interest, and this one came in none of them: it may refuse to
    consider it, or consider it (Localism Act 2011 s.82(4)).
    """
    if not find_windows(step.snapshot):
        return "the authority had published no periods then: one may come at any time (Localism Act 2011 s.82(1))"
    end = find_window_end(step.snapshot, find_receipt(step.snapshot, step.today))
    return f"it was received in the period that ends on {end}" if end else None


@guard()
def reply_time_over(step: Step) -> str | None:
    """The time to reply is over."""
    return find_time_left(step, "information-reply")
