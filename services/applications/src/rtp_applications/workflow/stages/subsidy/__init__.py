"""Subsidy control: minimal and SPEI financial assistance to the mutual."""

from rtp_applications.workflow.stages.subsidy.actions import ACTIONS
from rtp_applications.workflow.stages.subsidy.version_2 import VERSION_2

__all__ = ["ACTIONS", "VERSION_2"]
