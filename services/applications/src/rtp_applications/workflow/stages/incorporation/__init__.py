"""The mutual as a legal person, and the finance it starts with."""

from rtp_applications.workflow.stages.incorporation.actions import ACTIONS
from rtp_applications.workflow.stages.incorporation.version_2 import VERSION_2

__all__ = ["ACTIONS", "VERSION_2"]
