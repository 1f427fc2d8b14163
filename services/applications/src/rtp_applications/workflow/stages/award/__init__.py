"""The way to the award: notices, standstill, representations and challenges."""

from rtp_applications.workflow.stages.award.actions import ACTIONS
from rtp_applications.workflow.stages.award.clocks import CLOCKS
from rtp_applications.workflow.stages.award.settings import SETTINGS, TIMES

__all__ = ["ACTIONS", "CLOCKS", "SETTINGS", "TIMES"]
