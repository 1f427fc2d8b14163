"""Request and response bodies of the register of barriers."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from rtp_applications.bodies.schemas import BodyReference
from rtp_applications.registers.barriers.models import BarrierKind, BarrierState
from rtp_applications.workflow.enums import Role
from rtp_shared.schemas import Day, Input, Line, Output, Prose


class BarrierReport(Input):
    """What stands in the way."""

    kind: BarrierKind
    description: Prose = Field(description="What stands in the way; no names of people")
    body: BodyReference | None = Field(default=None, description="The public body that can remove it, if there is one")
    asked_of: Line | None = Field(
        default=None, description="Role or office within it, no name", examples=["Director of finance"]
    )
    due_on: Day | None = Field(default=None, description="By when it should be removed")
    disclosed: bool = Field(
        default=False, strict=True, description="Whether everybody who sees the case may know of it at once"
    )


class BarrierAnswer(Input):
    answer: Prose = Field(description="What will be done")
    due_on: Day = Field(description="By when; from now on this is the day on which the barrier is due")


class BarrierClosing(Input):
    state: Literal[BarrierState.REMOVED, BarrierState.NOT_REMOVED]
    outcome: Prose = Field(description="What became of it")


class BarrierWithdrawal(Input):
    reason: Prose | None = None


class BarrierView(Output):
    """A barrier, as far as its reader may know of it. Who reported it is not told, only in which role."""

    id: UUID
    case_id: UUID
    kind: BarrierKind
    description: str
    body_id: UUID | None = Field(serialization_alias="body", description="The public body that can remove it: its id")
    body_name: str | None
    asked_of: str | None
    due_on: date | None = Field(description="As asked for by whoever reported it; once answered, as the body promised")
    overdue: bool = Field(description="Whether it stands and was due before today")
    reported_as: Role
    disclosed: bool = Field(description="Whether everybody who sees the case may know of it")
    disclosed_at: datetime | None
    state: BarrierState
    answer: str | None = Field(description="What will be done, as the body says")
    answered_at: datetime | None
    outcome: str | None
    closed_at: datetime | None
    version: int = Field(description="Grows by one with every change; the ETag")


class BarrierChangeView(Output):
    at: datetime
    action: str
    role: Role | None = Field(description="Null for a client of the body, without a role in the case")
    state: BarrierState
    due_on: date | None
    note: str | None


class BarrierDetail(BarrierView):
    """A barrier with its changes, oldest first; for bodies from the disclosure on."""

    changes: list[BarrierChangeView]


class BarrierCount(Output):
    """How many barriers of a kind were raised with a body, to the nearest five or ten; null for less than eight."""

    body_id: UUID = Field(serialization_alias="body", description="The body's id")
    body_name: str
    kind: BarrierKind
    raised: int | None = Field(description="Disclosed before this month, whatever became of them")
    open: int | None = Field(description="Of these, those that stood as it began, answered or not")
    overdue: int | None = Field(description="Of the open ones, those that were due before then")
    removed: int | None
    not_removed: int | None
    withdrawn: int | None
    median_days_to_removal: float | None = Field(
        description="Median of the calendar days from disclosure to removal, to the nearest five; null where fewer "
        "than eight were removed"
    )
