"""More time for what is due."""

from rtp_applications.workflow.stages.extensions.actions import ACTIONS
from rtp_applications.workflow.stages.extensions.settings import SETTINGS

__all__ = ["ACTIONS", "SETTINGS"]
