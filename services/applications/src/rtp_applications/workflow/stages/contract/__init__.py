"""The contract route: regime, terms, and the start of a procurement."""

from rtp_applications.workflow.stages.contract.actions import ACTIONS, ACTIONS_OF_A_CHALLENGE
from rtp_applications.workflow.stages.contract.clocks import CLOCKS_OF_A_CHALLENGE
from rtp_applications.workflow.stages.contract.settings import CHALLENGE_SETTINGS, SETTINGS
from rtp_applications.workflow.stages.contract.version_2 import VERSION_2, VERSION_2_OF_A_CHALLENGE
from rtp_applications.workflow.stages.contract.version_2_dates import VERSION_2_DATES

__all__ = [
    "ACTIONS", "ACTIONS_OF_A_CHALLENGE", "CHALLENGE_SETTINGS", "CLOCKS_OF_A_CHALLENGE", "SETTINGS", "VERSION_2",
    "VERSION_2_DATES", "VERSION_2_OF_A_CHALLENGE",
]  # fmt: skip
