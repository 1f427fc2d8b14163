"""The appraisal: from the accepted expression of interest to the preferred option."""

from rtp_applications.workflow.stages.appraisal.actions import ACTIONS
from rtp_applications.workflow.stages.appraisal.clocks import CLOCKS
from rtp_applications.workflow.stages.appraisal.settings import SETTINGS
from rtp_applications.workflow.stages.appraisal.version_2 import VERSION_2

__all__ = ["ACTIONS", "CLOCKS", "SETTINGS", "VERSION_2"]
