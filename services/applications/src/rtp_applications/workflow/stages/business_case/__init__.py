"""The business case: written and submitted."""

from rtp_applications.workflow.stages.business_case.actions import ACTIONS
from rtp_applications.workflow.stages.business_case.clocks import CLOCKS
from rtp_applications.workflow.stages.business_case.documents import DOCUMENTS
from rtp_applications.workflow.stages.business_case.settings import SETTINGS
from rtp_applications.workflow.stages.business_case.version_2 import VERSION_2

__all__ = ["ACTIONS", "CLOCKS", "DOCUMENTS", "SETTINGS", "VERSION_2"]
