"""The hand-off between services: what a message is, what a bus promises, and the bus of one-process mode."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from rtp_shared.db import describe_error

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """An event's bytes on the way, with what travels beside them and is never shown outside."""

    event_id: UUID
    type: str
    subject_id: UUID
    readers: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What became of a batch. A message in neither set is unknown: it is tried again, and inboxes drop doubles."""

    confirmed: set[UUID]
    """The bus has them; they can be marked."""
    refused: set[UUID]
    """The bus would not take them; they are tried again after a growing pause."""


class BusUnavailable(Exception):
    """Nothing can be handed over now; nothing was."""


class Bus(Protocol):
    async def publish(self, messages: Sequence[Message]) -> PublishResult:
        """Hand the messages over in order; raise BusUnavailable where there is nobody to take them."""
        ...


class Receiver(Protocol):
    """Where a bus delivers to: one service's consumer."""

    def hears(self, event_type: str) -> bool: ...

    async def receive(self, message: Message, /) -> None:
        """Handle the message once and return when that is committed; raise if it could not be handled."""
        ...


class InProcessBus:
    """The bus of one process. It holds nothing: the outbox is the queue, and inboxes make trying again harmless."""

    def __init__(self, receivers: Mapping[str, Receiver] | None = None) -> None:
        self.receivers: dict[str, Receiver] = dict(receivers or {})

    async def publish(self, messages: Sequence[Message]) -> PublishResult:
        outcome = PublishResult(set(), set())
        for message in messages:
            accepted = await self._deliver(message)
            (outcome.confirmed if accepted else outcome.refused).add(message.event_id)
        return outcome

    async def _deliver(self, message: Message) -> bool:
        """Whether everybody who hears it has handled it. One that fails keeps it from nobody else."""
        hearing = {name: receiver for name, receiver in self.receivers.items() if receiver.hears(message.type)}
        handled = [await self._handled(name, receiver, message) for name, receiver in hearing.items()]
        return all(handled)

    @staticmethod
    async def _handled(name: str, receiver: Receiver, message: Message) -> bool:
        try:
            await receiver.receive(message)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, the event stays in the outbox
            facts = {"receiver": name, "event_id": str(message.event_id), "error": describe_error(error)}
            log.warning("handling failed, the event waits in the outbox", extra=facts)
            return False
        return True
