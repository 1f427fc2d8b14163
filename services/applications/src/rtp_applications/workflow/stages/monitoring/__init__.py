"""Monitoring of the mutual after its launch."""

from rtp_applications.workflow.stages.monitoring.actions import ACTIONS
from rtp_applications.workflow.stages.monitoring.clocks import CLOCKS
from rtp_applications.workflow.stages.monitoring.settings import TIMES
from rtp_applications.workflow.stages.monitoring.version_2 import VERSION_2

__all__ = ["ACTIONS", "CLOCKS", "TIMES", "VERSION_2"]
