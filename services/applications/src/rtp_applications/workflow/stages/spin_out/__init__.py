"""The beginning of a spin-out that the employer itself starts."""

from rtp_applications.workflow.stages.spin_out.actions import ACTIONS
from rtp_applications.workflow.stages.spin_out.clocks import CLOCKS
from rtp_applications.workflow.stages.spin_out.version_2 import VERSION_2

__all__ = ["ACTIONS", "CLOCKS", "VERSION_2"]
