"""Response bodies of a trace."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from rtp_gateway.outbound.backlog.models import DeliveryState
from rtp_shared.schemas import Output

Sent = Annotated[datetime, Field(description="When the request came")]


class CallOut(Output):
    """A write request of yours."""

    method: str
    path: str
    status: int = Field(description="What it was answered; 499 where you went away before")
    at: Sent
    ms: float = Field(description="How long the answer took, in milliseconds")
    client_id: str


class AttemptOut(Output):
    """One try of a delivery."""

    attempt: int
    at: datetime
    ms: float
    outcome: str
    status: int | None
    error: str | None
    answer: str | None = Field(description="The first characters of what the subscriber answered")


class DeliveryOut(Output):
    """An event on its way to a subscription of yours."""

    subscription_id: UUID
    state: DeliveryState
    attempts: list[AttemptOut]


class EventOut(Output):
    """An event that the call led to, at once or by way of other events."""

    id: UUID
    type: str
    source: str
    case_id: UUID | None
    sequence: int
    causation_id: str | None = Field(description="Id of the event that led to it; null where the call itself did")
    occurred_at: datetime
    recorded_at: datetime = Field(description="When it was in the feed, and its deliveries began")
    deliveries: list[DeliveryOut]


class TraceOut(Output):
    """What happened under one correlation id, as far as you may see it."""

    correlation_id: str
    calls: list[CallOut] = Field(description="Oldest first")
    events: list[EventOut] = Field(description="In the order of the feed")
    complete: bool = Field(description="False where there is more than is shown")
