"""The consumer of one service: one message, one transaction, handled once."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared import events, inbox, tracing
from rtp_shared.bus import Message
from rtp_shared.db import SYSTEM, Database
from rtp_shared.metrics import Metrics
from rtp_shared.outbox import Outbox

log = logging.getLogger(__name__)

EVERYTHING = "#"
"""A routing key that stands for every event type."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a handler is given: the event, who may be shown it, and the way out for events of its own."""

    event: events.Envelope
    message: Message
    outbox: Outbox

    @property
    def readers(self) -> tuple[str, ...]:
        return self.message.readers


Handler = Callable[[AsyncSession, Heard], Awaitable[None]]


class Consumer:
    def __init__(
        self, *, database: Database, handlers: Mapping[str, Handler], outbox: Outbox, metrics: Metrics
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._outbox = outbox
        self._metrics = metrics

    @property
    def routing_keys(self) -> list[str]:
        return list(self._handlers)

    def hears(self, event_type: str) -> bool:
        return event_type in self._handlers or EVERYTHING in self._handlers

    async def receive(self, message: Message) -> None:
        """Handle a message and commit; a second time does nothing. Raises what the handler raises."""
        event = events.read(message.body)
        handler = self._handlers.get(event.type) or self._handlers[EVERYTHING]
        token = tracing.current.set(
            tracing.continue_trace(event.traceparent, correlation_id=event.correlation_id, causation_id=str(event.id))
        )
        try:
            async with self._database.transaction(SYSTEM) as session:
                first = await inbox.claim(session, event.id, event.type)
                if first:
                    await handler(session, Heard(event, message, self._outbox))
            self._metrics.handled.labels(
                service=self._metrics.service, type=event.type, outcome="handled" if first else "seen-before"
            ).inc()
            log.info("event handled", extra={"event_type": event.type, "event_id": str(event.id), "first": first})
        finally:
            tracing.current.reset(token)
