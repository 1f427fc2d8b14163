"""The expression of interest: described in a draft, and submitted."""

from rtp_applications.workflow.stages.interest import employers
from rtp_applications.workflow.stages.interest.actions import ACTIONS, ACTIONS_OF_A_CHALLENGE
from rtp_applications.workflow.stages.interest.exclusion import VERSION_2 as VERSION_2_EXCLUSION
from rtp_applications.workflow.stages.interest.exclusion import ask_for_exclusion
from rtp_applications.workflow.stages.interest.settings import CHALLENGE_SETTINGS
from rtp_applications.workflow.stages.interest.version_2 import VERSION_2

__all__ = [
    "ACTIONS", "ACTIONS_OF_A_CHALLENGE", "CHALLENGE_SETTINGS", "VERSION_2", "VERSION_2_EXCLUSION", "ask_for_exclusion",
    "employers",
]  # fmt: skip
