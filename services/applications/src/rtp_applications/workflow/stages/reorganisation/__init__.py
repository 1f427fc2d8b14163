"""Reorganisation: who takes the case of a body that ends, and what becomes of its times."""

from rtp_applications.workflow.stages.reorganisation.actions import ACTIONS, ACTIONS_OF_A_CHALLENGE
from rtp_applications.workflow.stages.reorganisation.version_2 import VERSION_2

__all__ = ["ACTIONS", "ACTIONS_OF_A_CHALLENGE", "VERSION_2"]
