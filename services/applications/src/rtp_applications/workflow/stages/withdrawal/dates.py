"""Bounds of the day on which a procurement begins all the same."""

from rtp_applications.workflow.bounds import TODAY, bound
from rtp_applications.workflow.common.limits import IN_TEN_YEARS

OF_THE_PROCUREMENT = (bound("begins_on", TODAY, IN_TEN_YEARS),)
