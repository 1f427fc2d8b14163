"""The expression of interest: described in a draft, and submitted."""

from rtp_applications.workflow.stages.interest import employers
from rtp_applications.workflow.stages.interest.actions import ACTIONS, ACTIONS_OF_A_CHALLENGE
from rtp_applications.workflow.stages.interest.settings import CHALLENGE_SETTINGS
from rtp_applications.workflow.stages.interest.version_2 import VERSION_2

__all__ = ["ACTIONS", "ACTIONS_OF_A_CHALLENGE", "CHALLENGE_SETTINGS", "VERSION_2", "employers"]
