"""Version 2: dates had no bounds but those that a guard of their own gave them."""

from rtp_applications.deadlines.rules.days import CalendarName, due_on
from rtp_applications.deadlines.rules.running import parse_length
from rtp_applications.workflow.bounds import without_bounds
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.earlier import Earlier


@guard("/reference", payload=True)
def court_order_given(step: Step) -> str | None:
    """The order's reference is given, and it was made already."""
    return None if step.payload.made_on <= step.today else "the order lies in the future"


@guard("/reviewOn", payload=True)
def review_in_time(step: Step) -> str | None:
    """The suspension is reviewed on a day to come, within the longest time that it may last unreviewed."""
    limit = parse_length(step.process.get_setting(step.snapshot, "suspension-review-limit"))
    latest = due_on(step.today, limit, step.snapshot.calendars[CalendarName.ENGLAND_AND_WALES])
    return None if step.today < step.payload.review_on <= latest else f"name a day after today, by {latest}"


@guard("/publishedOn", payload=True)
def published_already(step: Step) -> str | None:
    """The intention was published on a day that is not in the future."""
    return None if step.payload.published_on <= step.today else "the day of publication lies in the future"


VERSION_2_DATES = Earlier(
    actions={
        **dict.fromkeys(("quash", "remit-by-court"), without_bounds(court_order_given)),
        "suspend": without_bounds(review_in_time),
        "publish-intention": without_bounds(published_already),
    },
    added=frozenset({"late-entry"}),
)
