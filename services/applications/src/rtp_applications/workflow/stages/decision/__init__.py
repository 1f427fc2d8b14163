"""All that follows on the panel's decision: questions, conditions, call-in, mandate."""

from rtp_applications.workflow.stages.decision.actions import ACTIONS
from rtp_applications.workflow.stages.decision.clocks import CLOCKS
from rtp_applications.workflow.stages.decision.version_2 import VERSION_2

__all__ = ["ACTIONS", "CLOCKS", "VERSION_2"]
