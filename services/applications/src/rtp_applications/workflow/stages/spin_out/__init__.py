"""The beginning of a spin-out that the employer itself starts."""

from rtp_applications.workflow.stages.spin_out.actions import ACTIONS

__all__ = ["ACTIONS"]
