"""Version 2: dates had no bounds but those that a guard of their own gave them."""

from rtp_applications.workflow.bounds import without_bounds
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.decision.version_2_dates import (
    conditions_fall_due_later,
    decision_published_by_today,
)


@guard("/publishedOn", payload=True)
def published_by_today(step: Step) -> str | None:
    """It was published on a day that is not in the future."""
    return None if step.payload.published_on <= step.today else "the day of publication lies in the future"


VERSION_2_DATES = Earlier(
    actions={
        "publish-key-decision-notice": without_bounds(published_by_today),
        "publish-agenda": without_bounds(published_by_today),
        "approve": without_bounds(decision_published_by_today),
        "approve-with-conditions": without_bounds(conditions_fall_due_later),
    }
)
