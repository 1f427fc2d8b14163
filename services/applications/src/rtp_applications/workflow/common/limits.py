"""Limits of dates that more than one stage uses."""

from datetime import date

from rtp_applications.deadlines.rules.days import add_months, civil_date
from rtp_applications.workflow.bounds import Limit
from rtp_applications.workflow.definition import Step


def _find_opening(step: Step) -> date:
    return civil_date(step.snapshot.case.opened_at)


def _find_two_years_before_opening(step: Step) -> date:
    return add_months(_find_opening(step), -24)


def _find_submission(step: Step) -> date:
    submitted = step.snapshot.case.submitted_at
    return civil_date(submitted) if submitted else _find_opening(step)


OPENING = Limit("the day on which the case was opened", _find_opening)
TWO_YEARS_BEFORE = Limit("the day two years before the case was opened", _find_two_years_before_opening)
SUBMISSION = Limit("the day on which the case was submitted", _find_submission)
"""Before it the body knows of nothing, and nothing that it does can serve the case."""
IN_A_YEAR = Limit("a year from today", lambda step: add_months(step.today, 12))
IN_TEN_YEARS = Limit("ten years from today", lambda step: add_months(step.today, 120))
LONG_AGO = Limit("1 January 1900, before which no register of today reaches", lambda _: date(1900, 1, 1))
