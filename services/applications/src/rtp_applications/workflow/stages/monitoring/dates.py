"""Bounds of the dates of checks, measures and returns."""

from rtp_applications.deadlines.rules.days import add_months
from rtp_applications.workflow.bounds import TOMORROW, Limit, bound, same_as, with_late_entries
from rtp_applications.workflow.stages.monitoring.guards import find_launch_day

LAUNCH = Limit("the day of the launch", lambda step: find_launch_day(step.snapshot))
OF_A_CHECK = with_late_entries(bound("held_on", LAUNCH))
OF_MEASURES = (
    bound("period_from", LAUNCH, same_as("period_to")),
    bound("period_to", same_as("period_from"), timely=False),
)
OF_A_RETURN = (bound("year_ending", LAUNCH, timely=False),)
IN_FIFTY_YEARS = Limit("fifty years from today", lambda step: add_months(step.today, 600))
OF_THE_CONTRACT_S_END = (bound("ends_on", TOMORROW, IN_FIFTY_YEARS),)
OF_THE_END = with_late_entries(bound("ended_on", LAUNCH))
