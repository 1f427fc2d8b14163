"""Social value, considered before a procurement starts."""

from rtp_applications.workflow.stages.social_value.actions import ACTIONS
from rtp_applications.workflow.stages.social_value.version_2 import VERSION_2

__all__ = ["ACTIONS", "VERSION_2"]
