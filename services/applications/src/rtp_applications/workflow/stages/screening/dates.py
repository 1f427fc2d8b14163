"""Bounds of the dates of the receipt and of the notice of the decision's date."""

from rtp_applications.workflow.bounds import Limit, bound, same_as, with_late_entries
from rtp_applications.workflow.common.limits import IN_TEN_YEARS, SUBMISSION
from rtp_applications.workflow.stages.reorganisation.facts import find_restart_day

RECEIPT = Limit(
    "the day on which the case was submitted, or from which a reorganisation began its times anew",
    lambda step: find_restart_day(step.snapshot) or SUBMISSION.find(step),
)

OF_THE_RECEIPT = with_late_entries(bound("sent_on", SUBMISSION))
OF_THE_NOTICE = with_late_entries(
    bound("notified_on", RECEIPT), bound("expected_on", same_as("notified_on"), IN_TEN_YEARS)
)
