"""What a carrier is given, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from rtp_gateway.subscriptions.credentials import Credential

SNIPPET = 500
"""Characters of an answer that are kept."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One attempt's content, ready to go."""

    subscription_id: UUID
    message_id: str
    """The same on every attempt of a delivery, without dots."""
    type: str
    sink: str
    content_type: str
    body: bytes = field(repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The subscription's `protocolsettings`."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Signature and trace; carriers that know no headers leave them out."""
    credential: Credential | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sink answered, or why it did not."""

    status: int | None = None
    error: str | None = None
    retry_after: str | None = None
    body: str = ""
    """Its first characters, for the log of attempts that the subscription's owner reads."""

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Carrier(Protocol):
    """Brings parcels of one protocol to their sinks."""

    async def carry(self, parcel: Parcel) -> Answer:
        """Make one attempt. Never raises for what the sink or the way to it is to blame for."""
        ...

    async def close(self) -> None: ...
