"""The bus of one-process mode: it hands each message to the consumers in this process, and holds nothing."""

import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from rtp_shared.bus import Message, PublishResult
from rtp_shared.db import describe_error

log = logging.getLogger(__name__)


class Receiver(Protocol):
    """One service's consumer, to which the bus delivers."""

    def accepts(self, event_type: str) -> bool: ...

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
            accepted = await self._deliver_to_all(message)
            (outcome.confirmed if accepted else outcome.refused).add(message.event_id)
        return outcome

    async def _deliver_to_all(self, message: Message) -> bool:
        """Let every consumer of the message handle it; return True if all did. One that fails stops no other."""
        hearing = {name: receiver for name, receiver in self.receivers.items() if receiver.accepts(message.type)}
        handled = [await self._deliver(name, receiver, message) for name, receiver in hearing.items()]
        return all(handled)

    @staticmethod
    async def _deliver(name: str, receiver: Receiver, message: Message) -> bool:
        try:
            await receiver.receive(message)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, the event stays in the outbox
            facts = {"receiver": name, "event_id": str(message.event_id), "error": describe_error(error)}
            log.warning("handling failed, the event waits in the outbox", extra=facts)
            return False
        return True
