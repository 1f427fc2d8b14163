"""What the law asks around a contract: indicators before it, notices and copies after it, and its modifications."""

from rtp_applications.workflow.stages.contract_duties.actions import ACTIONS
from rtp_applications.workflow.stages.contract_duties.clocks import CLOCKS
from rtp_applications.workflow.stages.contract_duties.settings import SETTINGS, TIMES
from rtp_applications.workflow.stages.contract_duties.version_2 import VERSION_2

__all__ = ["ACTIONS", "CLOCKS", "SETTINGS", "TIMES", "VERSION_2"]
