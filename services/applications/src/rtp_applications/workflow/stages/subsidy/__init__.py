"""Subsidy control: minimal and SPEI financial assistance to the mutual."""

from rtp_applications.workflow.stages.subsidy.actions import ACTIONS
from rtp_applications.workflow.stages.subsidy.clocks import CLOCKS
from rtp_applications.workflow.stages.subsidy.settings import TIMES
from rtp_applications.workflow.stages.subsidy.version_2 import VERSION_2

__all__ = ["ACTIONS", "CLOCKS", "TIMES", "VERSION_2"]
