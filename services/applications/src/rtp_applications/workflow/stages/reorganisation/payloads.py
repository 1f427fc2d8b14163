"""Payloads of a reorganisation: the choice among several successors, the predecessor's resolution, the succession."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from rtp_applications.workflow.bounds import Dated
from rtp_applications.workflow.snapshot import BODY_REPLACED, Payload
from rtp_shared.schemas import Day, Line, Prose


class SuccessorChoice(Dated):
    """Which of the bodies that follow one that ends takes this case."""

    KIND: ClassVar[str] = "successor-choice"
    KEY: ClassVar[str | None] = "body"

    body: UUID = Field(description="Id of the body that ends, as the case names it")
    successor: UUID = Field(description="Id of one of the bodies that follow it")
    decided_on: Day = Field(description="When it was decided")
    document: Line = Field(
        description="Reference of the order, agreement or minute by which it was decided",
        examples=["Agreement of 1 March 2027, schedule 4"],
    )
    reasons: Prose | None = None


class ReorganisationResolution(Dated):
    """The predecessor's resolution that the successor considers the expression of interest."""

    KIND: ClassVar[str] = "reorganisation-resolution"
    KEY: ClassVar[str | None] = "body"

    body: UUID = Field(description="Id of the authority that resolved so, before it ended")
    resolved_on: Day
    reference: Line = Field(description="Minute of the resolution", examples=["Cabinet, 12 February 2027, minute 88"])


class NoReorganisationResolution(Dated):
    """The successor's word that the predecessor did not resolve so: what was begun goes on (SI 2018/1128 reg 6)."""

    KIND: ClassVar[str] = "no-reorganisation-resolution"
    KEY: ClassVar[str | None] = "body"

    body: UUID = Field(description="Id of the authority that ended")
    checked_on: Day
    reference: Line = Field(
        description="What was looked through", examples=["Minutes of cabinet and council, 2026/27, volumes 1 to 3"]
    )


class BodyReplaced(Payload):
    """A body that ended was replaced in the case by one that followed it. The platform puts it on file."""

    KIND: ClassVar[str] = BODY_REPLACED
    KEY: ClassVar[str | None] = "body"

    body: UUID = Field(description="Id of the body that ended")
    successor: UUID
    on: Day = Field(description="The reorganisation date: the first day on which the body no longer existed")
    document: Line | None = Field(default=None, description="By which it was decided, where several bodies followed")
    eoi_windows: list[dict[str, Any]] | None = Field(
        default=None, description="The periods for expressions of interest that the body had published, if it had any"
    )
