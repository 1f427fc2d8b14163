"""Version 2: the guards that bounded the dates of a decision."""

from datetime import timedelta

from rtp_applications.deadlines.rules.days import LONGEST
from rtp_applications.workflow.definition import Step, guard


@guard("/conditions", payload=True)
def conditions_fall_due_later(step: Step) -> str | None:
    """Every condition leaves time to meet it, ten years at most."""
    last = step.today + timedelta(days=LONGEST)
    wrong = [each.id for each in step.payload.conditions if not step.today < each.due_on <= last]
    return f"due today or before, or in more than ten years: {', '.join(wrong)}" if wrong else None


@guard("/decisionPublishedOn", payload=True)
def decision_published_by_today(step: Step) -> str | None:
    """The decision was published on a day that is not in the future, or is not published yet."""
    published = step.payload.decision_published_on
    return None if published is None or published <= step.today else "the day of publication lies in the future"
