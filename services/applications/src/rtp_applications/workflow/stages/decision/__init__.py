"""All that follows on the panel's decision: questions, conditions, call-in, mandate."""

from rtp_applications.workflow.stages.decision.actions import ACTIONS
from rtp_applications.workflow.stages.decision.clocks import CLOCKS

__all__ = ["ACTIONS", "CLOCKS"]
