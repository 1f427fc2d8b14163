"""Readiness: the review before the launch, and the launch."""

from rtp_applications.workflow.stages.readiness.actions import ACTIONS
from rtp_applications.workflow.stages.readiness.clocks import CLOCKS
from rtp_applications.workflow.stages.readiness.version_2 import VERSION_2

__all__ = ["ACTIONS", "CLOCKS", "VERSION_2"]
