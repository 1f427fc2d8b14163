"""What the law asks once a contract is entered into: notices, copies, and its modifications."""

from rtp_applications.workflow.stages.contract_duties.actions import ACTIONS
from rtp_applications.workflow.stages.contract_duties.clocks import CLOCKS
from rtp_applications.workflow.stages.contract_duties.settings import SETTINGS, TIMES
from rtp_applications.workflow.stages.contract_duties.version_2 import VERSION_2

__all__ = ["ACTIONS", "CLOCKS", "SETTINGS", "TIMES", "VERSION_2"]
