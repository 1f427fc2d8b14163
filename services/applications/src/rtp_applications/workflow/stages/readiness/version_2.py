"""Version 2: dates had no bounds but those that a guard of their own gave them."""

from rtp_applications.workflow.bounds import without_bounds
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.monitoring.version_2 import period_is_over


@guard("/newGoLive", payload=True)
def new_go_live_later(step: Step) -> str | None:
    """The new go-live date lies after today."""
    return None if step.payload.new_go_live > step.today else "the new go-live date must lie after today"


VERSION_2 = Earlier(
    actions={"record-baseline": without_bounds(period_is_over), "put-back-launch": without_bounds(new_go_live_later)}
)
