"""Readiness: the review before the launch, and the launch."""

from rtp_applications.workflow.stages.readiness.actions import ACTIONS
from rtp_applications.workflow.stages.readiness.clocks import CLOCKS

__all__ = ["ACTIONS", "CLOCKS"]
