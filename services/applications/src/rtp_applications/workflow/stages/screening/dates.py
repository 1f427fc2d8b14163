"""Bounds of the dates of the receipt and of the notice of the decision's date."""

from rtp_applications.workflow.bounds import bound, same_as, with_late_entries
from rtp_applications.workflow.common.limits import IN_TEN_YEARS, SUBMISSION

OF_THE_RECEIPT = with_late_entries(bound("sent_on", SUBMISSION))
OF_THE_NOTICE = with_late_entries(
    bound("notified_on", SUBMISSION), bound("expected_on", same_as("notified_on"), IN_TEN_YEARS)
)
