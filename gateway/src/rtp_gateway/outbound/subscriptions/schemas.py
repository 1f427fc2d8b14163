"""Request and response bodies. Names in lower case are those of the CloudEvents Subscriptions API (draft 0.2-wip)."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from rtp_gateway.forms.rendering import Form
from rtp_gateway.outbound.events.schemas import EventType
from rtp_gateway.outbound.subscriptions.credential_schemas import SinkCredential, SinkCredentialView
from rtp_gateway.outbound.subscriptions.filters import Filters
from rtp_gateway.outbound.subscriptions.http_settings import HttpSettings
from rtp_gateway.outbound.subscriptions.models import OnSinkChange, SubscriptionStatus
from rtp_gateway.outbound.transports.requests import Protocol
from rtp_gateway.types import JsonObject
from rtp_shared.schemas import Input, Line, Output, Storable, Whole

Sink = Annotated[
    str,
    Field(
        min_length=8,
        max_length=2000,
        description="Where events are sent by POST: an https URL at a public address, without user name or password. "
        "Left out for AMQP, where the queue is made for you",
        examples=["https://hooks.example.org/right-to-provide"],
    ),
    Storable,
]
Types = Annotated[list[EventType], Field(max_length=100, description="Event types to be sent; none stands for all")]
Description = Annotated[Line | None, Field(description="What it is for, in a line")]
Source = Annotated[
    str | None,
    StringConstraints(min_length=1, max_length=500),
    Field(description="Publisher of the events to be sent, as in their `source`; null stands for all"),
    Storable,
]
Note = Annotated[str, Field(max_length=500), Storable]
Config = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=100), Storable], Note],
    Field(max_length=20, description="Notes of your own, kept and given back"),
]
Payload = Annotated[
    Form,
    Field(
        description="full: the event as published. thin: its attributes alone, without `data`. "
        "fhir: a FHIR R4 history Bundle, as NHS MNS sends it"
    ),
]
SinkChange = Annotated[
    OnSinkChange,
    Field(
        description="What becomes of events that wait when the sink changes. follow: they are sent to the new one. "
        "hold: the subscription is paused. cancel: they are not sent, and can be replayed"
    ),
]
Concurrency = Annotated[Whole, Field(ge=1, le=16, description="Events of different cases sent at the same time")]
Rate = Annotated[Whole | None, Field(ge=1, le=100_000, description="Most events sent a minute; null: as many as come")]


class AmqpSettings(Input):
    """How much your own queue holds. What it has no room for waits with us, in order."""

    maxmessages: Whole = Field(default=10_000, ge=1, le=1_000_000)
    maxbytes: Whole = Field(default=67_108_864, ge=65_536, le=1_073_741_824)


Settings = Annotated[HttpSettings | AmqpSettings, Field(description="What belongs to the protocol")]


class WholeSubscription(Input):
    """All that a subscriber may choose."""

    sink: Sink | None = Field(default=None)
    protocol: Protocol = Field(default=Protocol.HTTP)
    protocolsettings: Settings | None = Field(default=None)
    source: Source = None
    types: Types = Field(default=[])
    filters: Filters = Field(default=[])
    config: Config = Field(default={})
    description: Description = None
    payload: Payload = Form.FULL
    on_sink_change: SinkChange = OnSinkChange.FOLLOW
    concurrency: Concurrency = 8
    rate_per_minute: Rate = None

    @model_validator(mode="after")
    def _require_fit(self) -> Self:
        if self.protocol is Protocol.HTTP and self.sink is None:
            raise _build_error("sink", "must be given for HTTP")
        kind = SETTINGS[self.protocol]
        if self.protocolsettings is None or not self.protocolsettings.model_fields_set:
            self.protocolsettings = kind()
        elif not isinstance(self.protocolsettings, kind):
            raise _build_error("protocolsettings", "are those of another protocol")
        return self


class NewSubscription(WholeSubscription):
    """What is to be sent where, and how."""

    id: object = Field(
        default_factory=lambda: None, description="Ignored: the platform gives each new subscription its id"
    )
    sinkcredential: SinkCredential | None = Field(default=None)

    @model_validator(mode="after")
    def _require_no_way_to_a_queue(self) -> Self:
        if self.protocol is Protocol.AMQP and self.sink is not None:
            raise _build_error("sink", "is left out for AMQP: the queue is made for you")
        if self.protocol is Protocol.AMQP and self.sinkcredential is not None:
            raise _build_error("sinkcredential", "is left out for AMQP: you read the queue, nothing is sent to you")
        return self


def _build_error(field: str, reason: str) -> ValidationError:
    """Build an error that points to one field, though it was found by comparing it with another."""
    error = PydanticCustomError("protocol", "{reason}", {"reason": reason})
    return ValidationError.from_exception_data("NewSubscription", [{"type": error, "loc": (field,), "input": None}])


SETTINGS: dict[Protocol, type[HttpSettings | AmqpSettings]] = {
    Protocol.HTTP: HttpSettings,
    Protocol.AMQP: AmqpSettings,
}


class SubscriptionChanges(Input):
    """What changes; the rest stays as it is. Description, source, rate and credential can be taken out by null."""

    # Factories, because a default value would be published as one that is filled in.
    sink: Sink = Field(default_factory=str)
    protocolsettings: Settings = Field(default_factory=HttpSettings)
    sinkcredential: SinkCredential | None = Field(default_factory=lambda: None)
    source: Source = Field(default_factory=lambda: None)
    types: Types = Field(default_factory=list)
    filters: Filters = Field(default_factory=list)
    config: Config = Field(default_factory=dict)
    description: Description = Field(default_factory=lambda: None)
    payload: Payload = Field(default_factory=lambda: Form.FULL)
    on_sink_change: SinkChange = Field(default_factory=lambda: OnSinkChange.FOLLOW)
    concurrency: Concurrency = Field(default_factory=lambda: 8)
    rate_per_minute: Rate = Field(default_factory=lambda: None)


class Rotation(Input):
    """How long the former secret and key are still signed with, beside the new ones."""

    overlap_hours: Whole = Field(default=24, ge=0, le=168)


Nothing = SkipJsonSchema[None]
"""The value of a member that is left out of the answer: `str | Nothing = left_out(...)`."""


def left_out(description: str | None = None, examples: list[Any] | None = None) -> Any:
    """Declare a member that an answer leaves out where it has nothing to say, and so never gives as null."""
    return Field(
        default_factory=lambda: None,
        exclude_if=lambda value: value is None,
        description=description,
        examples=examples,
        json_schema_extra={"x-left-out": True},
    )


class WayView(Output):
    """A way in which events can be received."""

    name: str
    offered: bool = Field(description="By this platform")
    address: str = Field(description="Where to begin")
    description: str


class Offer(Output):
    """The ways and forms in which this platform offers events. Lists hold what the members of that name take."""

    ways: list[WayView]
    protocol: list[Protocol]
    filters: list[str] = Field(description="Dialects")
    credentialtype: list[str]
    payload: list[Form]


class SubscriptionView(Output):
    """A subscription. What it has not got is left out."""

    id: UUID
    sink: str = Field(description="Of AMQP: the address of the broker and, behind #, the queue")
    protocol: Protocol
    protocolsettings: JsonObject
    sinkcredential: SinkCredentialView | Nothing = left_out("Only its kind; what it holds is never given back")
    source: str | Nothing = left_out()
    types: list[str] = Field(description="Event types that are sent; none stands for all")
    filters: list[JsonObject]
    config: dict[str, str]
    description: str | Nothing = left_out()
    payload: Form
    on_sink_change: OnSinkChange
    concurrency: int
    rate_per_minute: int | Nothing = left_out()
    warnings: list[str] | Nothing = left_out("What is taken and may not be meant, such as a sink at a private address")
    public_key: str = Field(description="To verify `v1a` signatures with (Standard Webhooks, ed25519)")
    former_keys_until: datetime | Nothing = left_out("Until then the former secret and key are signed with too")
    status: SubscriptionStatus = Field(
        description="pending: the sink has not consented. provisioning: the queue is not there yet (AMQP). "
        "disabled: three days of failure, tested every hour. ended: for good, by you or because the sink answered 410"
    )
    version: int = Field(description="Grows by one with every change; the ETag")
    made_at: datetime
    changed_at: datetime
    ended_at: datetime | Nothing = left_out()
    disabled_at: datetime | Nothing = left_out()


class QueueView(Output):
    """Your own queue, and what you need to read it."""

    model_config = ConfigDict(from_attributes=True)

    url: str = Field(description="Without user and password")
    vhost: str
    queue: str
    dead_letter_queue: str = Field(description="What you rejected or let come back too often")
    username: str
    password: str | Nothing = left_out("Shown this once, left out when repeated")


class SubscriptionMade(SubscriptionView):
    """A subscription that was just made, with its secrets."""

    secret: str | Nothing = left_out(
        "To verify `v1` signatures with (Standard Webhooks). Keep it: shown this once, left out when repeated",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    queue: QueueView | Nothing = left_out("For AMQP")


class Rotated(Output):
    """The new secrets, shown this once."""

    secret: str | Nothing = left_out("Left out when repeated, and for AMQP")
    public_key: str
    former_keys_until: datetime | Nothing = left_out()
    queue: QueueView | Nothing = left_out("For AMQP, where the former password holds no more")


class TestSent(Output):
    """A test that is on its way."""

    event_id: UUID = Field(description="Of the test event, as it will arrive; look for it among the deliveries")
