"""More time for what is due: what is given, and on which conditions."""

from typing import ClassVar, Literal

from pydantic import Field

from rtp_applications.clocks.days import Length, Unit
from rtp_applications.clocks.deadline import Basis, Deadline
from rtp_applications.workflow.casefile import Record
from rtp_applications.workflow.definition import Clock, Process, Step, guard
from rtp_applications.workflow.timing import open_deadline
from rtp_shared.schemas import Input, Line, Prose

MOST = 366
"""Of whatever unit: it only keeps a slip of the keyboard from putting a deadline off for a generation."""


class Extra(Input):
    """How much longer."""

    number: int = Field(ge=1, le=MOST, strict=True)
    unit: Literal[Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.MONTHS]

    @property
    def length(self) -> Length:
        return Length(self.number, self.unit)


class DeadlineExtension(Record):
    """More time on a clock."""

    KIND: ClassVar[str] = "deadline-extension"
    KEY: ClassVar[str | None] = "clock"

    clock: Line = Field(description="Name of the clock that runs", examples=["screening"])
    length: Extra
    reasons: Prose


def extendable(process: Process, deadline: Deadline) -> str | None:
    """None where the body may give more time; else why not."""
    clock: Clock | None = next((each for each in process.clocks if each.name == deadline.clock), None)
    if deadline.basis is Basis.STATUTE:
        return "a statutory time is not the body's to extend"
    if deadline.basis is Basis.LOCAL_RULE:
        return "this time was set by a rule or a decision, which an officer does not extend"
    if clock is not None and clock.idle:
        return "it starts anew whenever something is done"
    return None


@guard("/clock", given=True)
def clock_runs(step: Step) -> str | None:
    """The clock runs or is paused, and its time is not up."""
    running = open_deadline(step.file, step.given.clock)
    return None if running and not running.is_over(step.now) else "no such clock runs in the case"


@guard("/clock", given=True)
def clock_may_be_extended(step: Step) -> str | None:
    """It is a time of policy: neither one that a statute sets, nor one of the body's constitution or a decision."""
    running = open_deadline(step.file, step.given.clock)
    return extendable(step.process, running) if running else None


@guard("/clock", given=True)
def extensions_left(step: Step) -> str | None:
    """It was not extended as often as the body allows already."""
    running, most = open_deadline(step.file, step.given.clock), step.process.setting(step.file, "extensions-allowed")
    if running is None or len(running.extensions) < most:
        return None
    return f"it was extended {len(running.extensions)} times, and {most} are allowed"
