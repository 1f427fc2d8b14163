"""Request and response bodies."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from rtp_gateway.outbound.backlog.models import DeliveryState
from rtp_gateway.outbound.subscriptions.models import SubscriptionStatus
from rtp_shared.schemas import Input, Instant, Output, Storable, Whole


class DeliveryView(Output):
    """An event on its way to a subscription."""

    event_id: UUID = Field(description="The event's id, which is the webhook-id of every attempt too")
    type: str
    case_id: UUID = Field(description="The case, or the subscription that the event is about")
    source: str
    sequence: int
    state: DeliveryState = Field(
        description="dead: every try of three days failed, it rests, and later events of its case wait behind it. "
        "skipped: you gave it up. cancelled: the subscription ended, you cancelled it, or you may no longer see it"
    )
    attempts: int = Field(description="Attempts begun")
    replays: int = Field(description="How often you had it replayed, which `webhook-replay` tells your sink")
    last_status: int | None = Field(description="HTTP status of the last attempt that was answered")
    last_error: str | None = Field(description="Why the last attempt failed, where there was no answer")
    recorded_at: datetime
    attempted_at: datetime | None
    settled_at: datetime | None = Field(description="When it was delivered, or came to its end otherwise")
    next_attempt_at: datetime | None = Field(
        description="When it is tried next; null if it waits for an earlier event of its case, and where nothing waits"
    )


class AttemptView(Output):
    """One try of a delivery."""

    attempt: int = Field(description="1 for the first")
    at: datetime
    ms: float = Field(description="Until the answer, in milliseconds")
    outcome: str = Field(description="delivered, postponed, dead or cancelled")
    status: int | None
    error: str | None = Field(
        description="Why there was no answer; beside a status, what of the answer was not as HTTP has it. "
        "A 2xx counts as a success all the same"
    )
    bytes: int = Field(description="Size of the body that was sent")
    answer: str | None = Field(description="The first 500 characters of what your sink answered")
    sink_version: int = Field(description="Grows when you change the sink or the way to it; which one this went to")


class Replay(Input):
    """Which events to send again: by id, by case, or by the time at which they were recorded. Exactly one of them."""

    event_ids: Annotated[list[UUID], Field(max_length=1000)] = Field(default=[])
    case_id: UUID | None = Field(default=None)
    source: Annotated[str, Storable] | None = Field(
        default=None, max_length=500, description="With caseId: of this publisher only"
    )
    from_sequence: Whole | None = Field(
        default=None, ge=1, le=2**31 - 1, description="With caseId: from this number on"
    )
    recorded_from: Instant | None = Field(default=None, alias="from")
    recorded_to: Instant | None = Field(default=None, alias="to", description="Left out: until now")
    only: Literal["unacknowledged", "all"] = Field(
        default="unacknowledged", description="unacknowledged: what your sink never answered with 2xx"
    )

    @model_validator(mode="after")
    def _require_one_choice(self) -> Self:
        if [bool(self.event_ids), self.case_id is not None, self.recorded_from is not None].count(True) != 1:
            raise PydanticCustomError("choice", "give exactly one of eventIds, caseId and from")
        if self.case_id is None and (self.source or self.from_sequence):
            raise PydanticCustomError("choice", "source and fromSequence go with caseId")
        if self.recorded_from is None and self.recorded_to is not None:
            raise PydanticCustomError("choice", "to goes with from")
        if self.recorded_from and self.recorded_to and self.recorded_from > self.recorded_to:
            raise PydanticCustomError("order", "from is after to")
        return self


class Replayed(Output):
    """What is sent again, or would be."""

    events: int = Field(description="All that are sent again")
    never_offered: int = Field(description="Of them, those that were recorded before the subscription or its filters")
    unacknowledged: int = Field(description="Of them, those that rested as dead letters, were skipped or cancelled")
    acknowledged: int = Field(description="Of them, those that your sink has had already")
    waiting: int = Field(description="Not counted above: they are on their way already")


class Missing(Output):
    """An event that was for you and that you have not acknowledged."""

    event_id: UUID
    sequence: int
    type: str
    state: DeliveryState


class Chain(Output):
    """The events of one publisher about one case, as far as they are yours."""

    case_id: UUID
    source: str
    acknowledged_through: int | None = Field(
        description="Highest sequence that was acknowledged; null where there is none"
    )
    missing: list[Missing]
    not_for_you: list[int] = Field(
        default=[],
        description="With caseId: sequences below the newest of yours that your sink was never meant to get, because "
        "you may not see them, do not subscribe to them, or because they are older than the subscription",
    )


class Health(Output):
    """How a subscription fares."""

    status: SubscriptionStatus
    circuit: Literal["closed", "open"] = Field(
        description="open: its sink fails for everything, and is only probed, at `restsUntil`"
    )
    failures: int = Field(
        description="Different events that failed since anything got through, three of which open the circuit; "
        "and, while it is open, the probes that failed"
    )
    failing_since: datetime | None
    rests_until: datetime | None = Field(description="Nothing is sent before; with an open circuit, the next probe is")
    disabled_at: datetime | None
    next_probe_at: datetime | None = Field(description="When a disabled one is sent a test; null unless it is disabled")
    waiting: int = Field(description="Events that wait, counted up to 10,000")
    dead_letters: int = Field(description="Events that rest, counted up to 10,000")
    oldest_waiting_seconds: float = Field(description="Age of the oldest event that waits or rests; 0 where none does")
    last_delivered_at: datetime | None
    hours: int = Field(description="The last so many hours, which the figures below are of")
    attempts: int
    success_rate: float | None = Field(description="Part of the attempts that were accepted, 0 to 1")
    p50_ms: float | None = Field(description="Time of your sink's answers, median")
    p95_ms: float | None
    lag_p50_ms: float | None = Field(description="From the recording of an event to your answer, median")
    lag_p95_ms: float | None
