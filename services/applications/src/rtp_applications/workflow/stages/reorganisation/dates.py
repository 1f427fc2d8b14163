"""Bounds of the dates of a reorganisation."""

from datetime import date

from rtp_applications.deadlines.rules.days import ONE_DAY
from rtp_applications.workflow.bounds import TODAY, Limit, bound
from rtp_applications.workflow.common.limits import SUBMISSION, TWO_YEARS_BEFORE
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.stages.reorganisation.payloads import BodyReplaced


def find_last_day_of_body(step: Step) -> date:
    """Return the last day on which the body that resolved could do so: its last, or today while it exists."""
    ended = step.snapshot.find(BodyReplaced, step.payload.key)
    body = step.snapshot.bodies.get(step.payload.body)
    on = ended.on if ended else body and body.ended_on
    return min(on - ONE_DAY, step.today) if on else step.today


OF_A_CHOICE = (bound("decided_on", TWO_YEARS_BEFORE, TODAY),)
OF_A_RESOLUTION = (
    bound(
        "resolved_on",
        SUBMISSION,
        Limit("the last day on which the authority could resolve so", find_last_day_of_body),
        law="SI 2018/1128 reg 29(2)",
    ),
)


def _find_reorganisation_date(step: Step) -> date | None:
    replaced = step.snapshot.find(BodyReplaced, step.payload.key)
    return replaced.on if replaced else None


OF_NO_RESOLUTION = (bound("checked_on", Limit("the reorganisation date", _find_reorganisation_date), TODAY),)
