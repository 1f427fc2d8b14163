"""Screening of an expression of interest: receipt, requests for information, eligibility."""

from rtp_applications.workflow.stages.screening.actions import ACTIONS, ACTIONS_OF_A_CHALLENGE
from rtp_applications.workflow.stages.screening.clocks import (
    CLOCKS,
    CLOCKS_OF_A_CHALLENGE,
    DECISION_DATE_NOTICE,
    DECISION_DATE_NOTICE_OF_A_CHALLENGE,
)
from rtp_applications.workflow.stages.screening.version_1 import VERSION_1_OF_A_CHALLENGE
from rtp_applications.workflow.stages.screening.version_2 import VERSION_2

__all__ = [
    "ACTIONS",
    "ACTIONS_OF_A_CHALLENGE",
    "CLOCKS",
    "CLOCKS_OF_A_CHALLENGE",
    "DECISION_DATE_NOTICE",
    "DECISION_DATE_NOTICE_OF_A_CHALLENGE",
    "VERSION_1_OF_A_CHALLENGE",
    "VERSION_2",
]
