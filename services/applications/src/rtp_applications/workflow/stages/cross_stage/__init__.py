"""All that may happen at any stage: withdrawal, lapse, suspension, appeal, court orders."""

from rtp_applications.workflow.stages.cross_stage.actions import (
    ACTIONS,
    ACTIONS_OF_A_CHALLENGE,
    ACTIONS_OF_A_SPIN_OUT,
    PUBLISH_INTENTION,
    STOP,
    STOP_OF_A_CHALLENGE,
)
from rtp_applications.workflow.stages.cross_stage.clocks import CLOCKS, CLOCKS_OF_A_CHALLENGE
from rtp_applications.workflow.stages.cross_stage.settings import SETTINGS
from rtp_applications.workflow.stages.cross_stage.version_2 import VERSION_2, VERSION_2_OF_A_CHALLENGE
from rtp_applications.workflow.stages.cross_stage.version_2_dates import VERSION_2_DATES

__all__ = [
    "ACTIONS",
    "ACTIONS_OF_A_CHALLENGE",
    "ACTIONS_OF_A_SPIN_OUT",
    "CLOCKS",
    "CLOCKS_OF_A_CHALLENGE",
    "PUBLISH_INTENTION",
    "SETTINGS",
    "STOP",
    "STOP_OF_A_CHALLENGE",
    "VERSION_2",
    "VERSION_2_DATES",
    "VERSION_2_OF_A_CHALLENGE",
]
