"""Bounds of the day on which social value was considered."""

from rtp_applications.workflow.bounds import bound, with_late_entries
from rtp_applications.workflow.common.limits import SUBMISSION, TWO_YEARS_BEFORE

OF_THE_CONSIDERATION = with_late_entries(bound("considered_on", TWO_YEARS_BEFORE, expected=SUBMISSION))
