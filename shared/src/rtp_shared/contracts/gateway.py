"""Events that the gateway publishes about a subscription, to the client that it belongs to and to nobody else."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from rtp_shared.contracts.base import PREFIX, EventData


class SubscriptionEvent(EventData):
    """The fields of every event about a subscription. Not published itself."""

    SUBJECT: ClassVar[str] = "subscriptions"
    READERS: ClassVar[str] = "The client that the subscription belongs to, and nobody else"

    subscription_id: UUID = Field(description="The subscription")
    at: datetime = Field(description="When it came to that, UTC")


class SubscriptionTested(SubscriptionEvent):
    """A test that its owner asked for, or the proof of life of a disabled subscription. Sent to that one alone."""

    TYPE: ClassVar[str] = f"{PREFIX}.gateway.subscription-tested.v1"


class SubscriptionDisabled(SubscriptionEvent):
    """Every attempt of three days failed. Events wait; a test every hour finds out when the sink is there again."""

    TYPE: ClassVar[str] = f"{PREFIX}.gateway.subscription-disabled.v1"

    failing_since: datetime = Field(description="When the first attempt failed, UTC")
    last_status: int | None = Field(default=None, description="HTTP status of the last answer, where there was one")


class SubscriptionEnabled(SubscriptionEvent):
    """The sink gave proof of life, or its owner resumed the subscription: what waited is sent, in order."""

    TYPE: ClassVar[str] = f"{PREFIX}.gateway.subscription-enabled.v1"


class EventDeadLettered(SubscriptionEvent):
    """The last try of an event failed. It rests as a dead letter, and later events of its case wait behind it."""

    TYPE: ClassVar[str] = f"{PREFIX}.gateway.event-dead-lettered.v1"

    event_id: UUID = Field(description="The event that rests")
    event_type: str = Field(description="Its type")
    last_status: int | None = Field(default=None, description="HTTP status of the last answer, where there was one")
