"""Monitoring of the mutual after its launch."""

from rtp_applications.workflow.stages.monitoring.actions import ACTIONS
from rtp_applications.workflow.stages.monitoring.clocks import CLOCKS
from rtp_applications.workflow.stages.monitoring.settings import TIMES

__all__ = ["ACTIONS", "CLOCKS", "TIMES"]
