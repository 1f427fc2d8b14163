"""Publication of decisions in the public register."""

from rtp_applications.workflow.stages.publication.actions import ACTIONS, publish_by_law

__all__ = ["ACTIONS", "publish_by_law"]
