"""Benefits that were promised, the clauses that hold the mutual to them, and why one was left out of the contract."""

from rtp_applications.workflow.stages.benefits.actions import ACTIONS
from rtp_applications.workflow.stages.benefits.guards import measure_promised_benefits
from rtp_applications.workflow.stages.benefits.version_3 import VERSION_3

__all__ = ["ACTIONS", "VERSION_3", "measure_promised_benefits"]
