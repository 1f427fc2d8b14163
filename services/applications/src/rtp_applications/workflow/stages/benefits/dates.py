"""Bounds of the day by which a promise is to be kept."""

from rtp_applications.workflow.bounds import TOMORROW, bound
from rtp_applications.workflow.stages.monitoring.dates import IN_FIFTY_YEARS

OF_A_PROMISE = (bound("by", TOMORROW, IN_FIFTY_YEARS),)
