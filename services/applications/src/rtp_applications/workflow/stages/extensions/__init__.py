"""More time for what is due."""

from rtp_applications.workflow.stages.extensions.actions import ACTIONS
from rtp_applications.workflow.stages.extensions.settings import SETTINGS
from rtp_applications.workflow.stages.extensions.version_2 import VERSION_2

__all__ = ["ACTIONS", "SETTINGS", "VERSION_2"]
