"""A message on its way between services, and the promises of a bus."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from rtp_shared.identities import is_shared


@dataclass(frozen=True, slots=True)
class Message:
    """An event's bytes on the way, with what travels beside them and is never shown outside."""

    event_id: UUID
    type: str
    subject_id: UUID
    readers: tuple[str, ...]
    body: bytes

    @property
    def is_counted(self) -> bool:
        """Metrics count it: somebody else may see it than one client and the system."""
        return is_shared(self.readers)


@dataclass(frozen=True, slots=True)
class PublishResult:
    """The fate of a batch. A message in neither set is unknown: it is tried again, and inboxes drop doubles."""

    confirmed: set[UUID]
    """The bus has them; they can be marked."""
    refused: set[UUID]
    """The bus would not take them; they are tried again after a growing pause."""


class BusUnavailable(Exception):
    """Nothing can be handed over now; nothing was."""


class Bus(Protocol):
    """The way of messages from the relay to the consumers: RabbitMQ, or the process itself."""

    async def publish(self, messages: Sequence[Message]) -> PublishResult:
        """Hand the messages over in order; raise BusUnavailable where there is nobody to take them."""
        ...
