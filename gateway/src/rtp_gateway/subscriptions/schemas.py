"""Request and response bodies."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from rtp_gateway.feed.schemas import EventType
from rtp_gateway.subscriptions.models import DeliveryState, SubscriptionStatus
from rtp_shared.schemas import Input, Line, Output, Storable

Sink = Annotated[
    str,
    Field(
        min_length=8,
        max_length=2000,
        description="Where events are sent by POST: an https URL at a public address, without user name or password",
        examples=["https://hooks.example.org/right-to-provide"],
    ),
    Storable,
]
Types = Annotated[list[EventType], Field(max_length=100, description="Event types to be sent; none stands for all")]
Description = Annotated[Line | None, Field(description="What it is for, in a line")]


class NewSubscription(Input):
    """What is to be sent where."""

    sink: Sink
    types: Types = Field(default=[])
    description: Description = None


class SubscriptionChanges(Input):
    """What changes; the rest stays as it is. Only the description can be taken out, by null."""

    # Factories, because a default value would be published as one that is filled in.
    sink: Sink = Field(default_factory=str)
    types: Types = Field(default_factory=list)
    description: Description = None
    status: Literal["active", "paused"] = Field(
        default_factory=lambda: "active", description="Events of a paused subscription wait until it is active again"
    )


class SubscriptionView(Output):
    """A subscription."""

    id: UUID
    sink: str
    types: list[str] = Field(description="Event types that are sent; none stands for all")
    description: str | None
    status: SubscriptionStatus = Field(description="ended is for good: by you, or because the sink answered 410")
    version: int = Field(description="Grows by one with every change; the ETag")
    made_at: datetime
    changed_at: datetime
    ended_at: datetime | None


class SubscriptionMade(SubscriptionView):
    """A subscription that was just made, with its secret."""

    secret: str | None = Field(
        description="To verify signatures with (Standard Webhooks). Keep it: shown this once, null when repeated",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )


class DeliveryView(Output):
    """An event on its way to a subscription's sink."""

    event_id: UUID = Field(description="The event's id, which is the webhook-id of every attempt too")
    type: str
    case_id: UUID
    state: DeliveryState = Field(description="exhausted: every attempt failed, and it rests")
    attempts: int = Field(description="Attempts begun")
    last_status: int | None = Field(description="HTTP status of the last attempt that was answered")
    last_error: str | None = Field(description="Why the last attempt failed, where there was no answer")
    recorded_at: datetime
    attempted_at: datetime | None
    next_attempt_at: datetime | None = Field(
        description="When it is tried next; null if it waits for an earlier event of its case, and where nothing waits"
    )
