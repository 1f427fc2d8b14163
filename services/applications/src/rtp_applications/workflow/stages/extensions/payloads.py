"""Payload of more time for what is due."""

from typing import ClassVar, Literal

from pydantic import Field

from rtp_applications.deadlines.rules.days import Length, Unit
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Input, Line, Prose, Whole

MOST = 366
"""Of whatever unit: it only keeps a slip of the keyboard from putting a deadline off for a generation."""


class Extra(Input):
    """How much longer."""

    number: Whole = Field(ge=1, le=MOST)
    unit: Literal[Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.MONTHS]

    @property
    def length(self) -> Length:
        return Length(self.number, self.unit)


class DeadlineExtension(Payload):
    """More time on a clock."""

    KIND: ClassVar[str] = "deadline-extension"
    KEY: ClassVar[str | None] = "clock"

    clock: Line = Field(description="Name of the clock that runs", examples=["screening"])
    length: Extra
    reasons: Prose
