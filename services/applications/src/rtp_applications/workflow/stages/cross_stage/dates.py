"""Bounds of the dates of court orders, of a suspension's review and of a published intention."""

from datetime import date

from rtp_applications.deadlines.rules.days import CalendarName, civil_date, due_on
from rtp_applications.deadlines.rules.running import parse_length
from rtp_applications.workflow.bounds import TOMORROW, Limit, bound, with_late_entries
from rtp_applications.workflow.common.decided import find_last_move
from rtp_applications.workflow.common.limits import SUBMISSION
from rtp_applications.workflow.definition import Step


def _find_last_review_day(step: Step) -> date:
    limit = parse_length(step.process.get_setting(step.snapshot, "suspension-review-limit"))
    return due_on(step.today, limit, step.snapshot.calendars[CalendarName.ENGLAND_AND_WALES])


def _find_escalation(step: Step) -> date:
    escalated = step.snapshot.case.escalated_at
    return max(find_last_move(step), civil_date(escalated)) if escalated else find_last_move(step)


ESCALATION = Limit("the day on which it was taken to the escalation point", _find_escalation)
REVIEW_LIMIT = Limit("the longest time for which a case rests unreviewed", _find_last_review_day)
OF_AN_ORDER = (bound("made_on", SUBMISSION),)
OF_A_SUSPENSION = (bound("review_on", TOMORROW, REVIEW_LIMIT),)
OF_A_REVIEW = with_late_entries(bound("decided_on", ESCALATION))
OF_AN_INTENTION = (bound("published_on", SUBMISSION),)
