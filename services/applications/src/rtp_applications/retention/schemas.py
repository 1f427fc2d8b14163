"""Request and response bodies about how long cases are kept."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from rtp_applications.retention.schedule import RetentionClass
from rtp_applications.workflow.enums import Role, Status
from rtp_shared.schemas import Input, Output, Prose


class HoldOrder(Input):
    """Why nothing of the case may be destroyed, or why that is over. It stands in the audit of the bodies' side."""

    reason: Prose


class HoldView(Output):
    """A legal hold on a case."""

    id: UUID
    reason: str
    placed_by: str = Field(description="Opaque reference of the person")
    placed_as: Role
    placed_at: datetime = Field(description="Since when it holds")
    lifted_by: str | None
    lifted_as: Role | None
    lifted_at: datetime | None = Field(description="null while it holds")
    lifted_because: str | None


class RetentionView(Output):
    """How long a case is kept, and why."""

    kept_as: RetentionClass | None = Field(description="The kind of its outcome; null while it has not ended")
    because: str = Field(description="Why that day, or why there is none yet, in plain words")
    counted_from: date | None
    months: int | None = Field(description="How long it is kept, counted from that day")
    source: str | None = Field(description="What the length rests on")
    tag: str | None = Field(
        description="`found` in a source that was read, `believed` to be usual, `proposed` by the platform, or the "
        "body's `own`"
    )
    dispose_on: date | None = Field(description="The first day on which what was said in it may be destroyed")
    warned_at: datetime | None = Field(description="When the warning was given that it will be")
    held: bool | None = Field(description="Whether a legal hold stands; null for others than the bodies' side")
    disposed_at: datetime | None = Field(description="When what was said in it was destroyed")


class DisposalLine(Output):
    """A case that is to be destroyed soon, unless it is put on hold."""

    case_id: UUID
    number: str
    status: Status
    dispose_on: date
    warned_at: datetime


class PeriodView(Output):
    """How long cases of one kind of outcome are kept, where their body set no rule of its own."""

    kept_as: RetentionClass
    months: int
    source: str
    tag: str = Field(description="`found` in a source that was read, `believed` to be usual, or `proposed`")
    since: date
    replaced_by: str = Field(description="The rule by which a body sets another length")
