"""The mutual as a legal person, and the finance it starts with."""

from rtp_applications.workflow.stages.incorporation.actions import ACTIONS

__all__ = ["ACTIONS"]
