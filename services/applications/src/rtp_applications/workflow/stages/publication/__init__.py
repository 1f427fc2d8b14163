"""Publication of decisions in the public register."""

from rtp_applications.workflow.stages.publication.actions import ACTIONS, publish_by_law
from rtp_applications.workflow.stages.publication.version_2 import VERSION_2

__all__ = ["ACTIONS", "VERSION_2", "publish_by_law"]
