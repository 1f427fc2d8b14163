"""Payload of putting the launch back."""

from typing import ClassVar

from rtp_applications.workflow.common.days import DecidedByDocument
from rtp_shared.schemas import Day, Prose


class NewGoLive(DecidedByDocument):
    """No-go: why, and when instead."""

    KIND: ClassVar[str] = "launch-put-back"

    reasons: Prose
    new_go_live: Day
