"""Assurance of a business case, strand by strand."""

from rtp_applications.workflow.stages.assurance.actions import ACTIONS
from rtp_applications.workflow.stages.assurance.clocks import CLOCKS

__all__ = ["ACTIONS", "CLOCKS"]
