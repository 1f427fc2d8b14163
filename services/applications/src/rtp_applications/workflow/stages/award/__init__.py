"""The way to the award: notices, standstill, representations and challenges."""

from rtp_applications.workflow.stages.award.actions import ACTIONS
from rtp_applications.workflow.stages.award.challenge import ACTIONS_OF_A_CHALLENGE, VERSION_2_OF_A_CHALLENGE
from rtp_applications.workflow.stages.award.clocks import CLOCKS
from rtp_applications.workflow.stages.award.settings import SETTINGS, TIMES
from rtp_applications.workflow.stages.award.version_1 import VERSION_1
from rtp_applications.workflow.stages.award.version_2 import VERSION_2
from rtp_applications.workflow.stages.award.version_2_dates import VERSION_2_DATES

__all__ = [
    "ACTIONS", "ACTIONS_OF_A_CHALLENGE", "CLOCKS", "SETTINGS", "TIMES", "VERSION_1", "VERSION_2", "VERSION_2_DATES",
    "VERSION_2_OF_A_CHALLENGE",
]  # fmt: skip
