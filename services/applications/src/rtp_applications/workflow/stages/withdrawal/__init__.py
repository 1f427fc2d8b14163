"""What the authority does where a challenge was withdrawn, or its modification declined."""

from rtp_applications.workflow.stages.withdrawal.actions import ACTIONS
from rtp_applications.workflow.stages.withdrawal.version_2 import VERSION_2

__all__ = ["ACTIONS", "VERSION_2"]
