"""Bounds of the days on which staff were engaged and their representatives consulted."""

from rtp_applications.workflow.bounds import bound, with_late_entries
from rtp_applications.workflow.common.limits import TWO_YEARS_BEFORE

OF_AN_ENTRY = with_late_entries(bound("held_on", TWO_YEARS_BEFORE))
