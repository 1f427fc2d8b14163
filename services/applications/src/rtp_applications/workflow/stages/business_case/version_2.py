"""Version 2: dates had no bounds but those that a guard of their own gave them."""

from rtp_applications.workflow.bounds import without_bounds
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.earlier import Earlier


@guard("/heldOn", payload=True)
def held_by_today(step: Step) -> str | None:
    """It was held on a day that is not in the future."""
    return None if step.payload.held_on <= step.today else "the day lies in the future"


VERSION_2 = Earlier(actions=dict.fromkeys(("record-engagement", "record-consultation"), without_bounds(held_by_today)))
