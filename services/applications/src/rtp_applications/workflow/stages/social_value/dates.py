"""Bounds of the day on which social value was considered."""

from rtp_applications.workflow.bounds import bound, with_late_entries
from rtp_applications.workflow.common.limits import SUBMISSION

OF_THE_CONSIDERATION = with_late_entries(
    bound("considered_on", SUBMISSION, law="Public Services (Social Value) Act 2012 s.1(1)")
)
