"""The business case: written and submitted."""

from rtp_applications.workflow.stages.business_case.actions import ACTIONS
from rtp_applications.workflow.stages.business_case.clocks import CLOCKS
from rtp_applications.workflow.stages.business_case.documents import DOCUMENTS
from rtp_applications.workflow.stages.business_case.settings import SETTINGS

__all__ = ["ACTIONS", "CLOCKS", "DOCUMENTS", "SETTINGS"]
