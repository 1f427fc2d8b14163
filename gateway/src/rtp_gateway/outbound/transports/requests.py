"""Delivery requests, their results, and the interface of a transport."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol as Interface
from typing import TypedDict
from uuid import UUID

from rtp_gateway.outbound.transports.credentials import Credential

SNIPPET = 500
"""Characters of a sink's answer that are kept."""


class Protocol(StrEnum):
    """How events get to a subscriber, as the CloudEvents Subscriptions API names it."""

    HTTP = "HTTP"
    AMQP = "AMQP"


class ProtocolSettings(TypedDict, total=False):
    """A subscription's `protocolsettings`: the first three belong to HTTP, the others to AMQP."""

    headers: Mapping[str, str]
    method: str
    handshake: bool
    maxmessages: int
    maxbytes: int


@dataclass(frozen=True, slots=True)
class DeliveryRequest:
    """The content of one attempt to deliver an event, ready to be sent."""

    subscription_id: UUID
    message_id: str
    """The same on every attempt of a delivery, without dots."""
    type: str
    sink: str
    content_type: str
    body: bytes = field(repr=False)
    settings: ProtocolSettings = field(default_factory=ProtocolSettings)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Signature and trace; transports that know no headers leave them out."""
    credential: Credential | None = field(default=None, repr=False)
    replay: int = 0
    """The number of replays that its subscriber asked for."""

    @property
    def marks(self) -> Mapping[str, str]:
        """The headers that say, by any transport, for which subscription it is, and which replay of it if it is one."""
        replay = {"webhook-replay": str(self.replay)} if self.replay else {}
        return {"webhook-subscription": str(self.subscription_id), **replay}


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The answer of a sink, or the reason why there is none."""

    status: int | None = None
    error: str | None = None
    """Beside a status: what was odd about the answer. An accepted one stays accepted."""
    retry_after: str | None = None
    body: str = ""
    """Its first characters, for the log of attempts that the subscription's owner reads."""

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Transport(Interface):
    """Sends delivery requests of one protocol to their sinks."""

    async def send(self, request: DeliveryRequest) -> DeliveryResult:
        """Make one attempt. Never raises for what the sink or the way to it is to blame for."""
        ...

    async def close(self) -> None: ...
