"""The Provider Selection Regime up to the choice of a provider: notice, criteria and choice."""

from rtp_applications.workflow.stages.selection.actions import ACTIONS
from rtp_applications.workflow.stages.selection.clocks import CLOCKS
from rtp_applications.workflow.stages.selection.settings import TIMES
from rtp_applications.workflow.stages.selection.version_2 import VERSION_2

__all__ = ["ACTIONS", "CLOCKS", "TIMES", "VERSION_2"]
