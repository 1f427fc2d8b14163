"""Bounds of the day on which the employer decided that the spin-out begins."""

from rtp_applications.workflow.bounds import bound
from rtp_applications.workflow.common.limits import TWO_YEARS_BEFORE

OF_THE_CONFIRMATION = (bound("decided_on", TWO_YEARS_BEFORE),)
