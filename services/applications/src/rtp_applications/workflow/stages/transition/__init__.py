"""The transition: all that must be in place before anybody works for the mutual."""

from rtp_applications.workflow.stages.transition.actions import ACTIONS
from rtp_applications.workflow.stages.transition.clocks import CLOCKS
from rtp_applications.workflow.stages.transition.settings import SETTINGS
from rtp_applications.workflow.stages.transition.version_2 import VERSION_2

__all__ = ["ACTIONS", "CLOCKS", "SETTINGS", "VERSION_2"]
