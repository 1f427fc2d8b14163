"""The answer to an expression of interest: accepted, modified or refused."""

from rtp_applications.workflow.stages.review.actions import ACTIONS, ACTIONS_ON_A_PART
from rtp_applications.workflow.stages.review.by_service import VERSION_2 as VERSION_2_BY_SERVICE
from rtp_applications.workflow.stages.review.by_service import refuse_by_service
from rtp_applications.workflow.stages.review.clocks import CLOCKS, CLOCKS_OF_A_CHALLENGE, MODIFICATION_REPLY
from rtp_applications.workflow.stages.review.version_1 import VERSION_1_OF_A_CHALLENGE
from rtp_applications.workflow.stages.review.version_2 import VERSION_2_OF_A_CHALLENGE
from rtp_applications.workflow.stages.review.version_2_dates import VERSION_2_DATES

__all__ = [
    "ACTIONS", "ACTIONS_ON_A_PART", "CLOCKS", "CLOCKS_OF_A_CHALLENGE", "MODIFICATION_REPLY", "VERSION_1_OF_A_CHALLENGE",
    "VERSION_2_BY_SERVICE", "VERSION_2_DATES", "VERSION_2_OF_A_CHALLENGE", "refuse_by_service",
]  # fmt: skip
