"""Payload of putting the launch back."""

from typing import ClassVar

from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Day, Prose


class NewGoLive(Payload):
    """No-go: why, and when instead."""

    KIND: ClassVar[str] = "launch-put-back"

    reasons: Prose
    new_go_live: Day
