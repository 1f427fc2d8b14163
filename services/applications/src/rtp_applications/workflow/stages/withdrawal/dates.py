"""Bounds of the day on which a procurement begins all the same."""

from rtp_applications.workflow.bounds import bound
from rtp_applications.workflow.common.decided import DECISION
from rtp_applications.workflow.common.limits import IN_TEN_YEARS

OF_THE_PROCUREMENT = (bound("begins_on", DECISION, IN_TEN_YEARS),)
