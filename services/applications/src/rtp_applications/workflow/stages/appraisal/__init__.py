"""The appraisal: from the accepted expression of interest to the preferred option."""

from rtp_applications.workflow.stages.appraisal.actions import ACTIONS
from rtp_applications.workflow.stages.appraisal.clocks import CLOCKS
from rtp_applications.workflow.stages.appraisal.settings import SETTINGS

__all__ = ["ACTIONS", "CLOCKS", "SETTINGS"]
