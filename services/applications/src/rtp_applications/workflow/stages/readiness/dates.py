"""Bounds of the baseline's period and of a launch that is put back."""

from datetime import date

from rtp_applications.deadlines.rules.days import add_months
from rtp_applications.workflow.bounds import TOMORROW, Limit, bound, same_as
from rtp_applications.workflow.common.limits import IN_TEN_YEARS, OPENING
from rtp_applications.workflow.definition import Step


def _find_five_years_before_opening(step: Step) -> date | None:
    opened = OPENING.find(step)
    return add_months(opened, -60) if opened else None


FIVE_YEARS_BEFORE = Limit("the day five years before the case was opened", _find_five_years_before_opening)
OF_THE_BASELINE = (
    bound("period_from", FIVE_YEARS_BEFORE, same_as("period_to")),
    bound("period_to", same_as("period_from"), timely=False),
)
OF_A_LATER_LAUNCH = (bound("new_go_live", TOMORROW, IN_TEN_YEARS),)
