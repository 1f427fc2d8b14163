"""The consumer of one service: each event is handled once, in the transaction that records its id in the inbox."""

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared import tracing
from rtp_shared.bus import Message
from rtp_shared.contracts import events
from rtp_shared.db import Database, get_driver
from rtp_shared.identities import SYSTEM
from rtp_shared.metrics import Metrics
from rtp_shared.outbox import Outbox

log = logging.getLogger(__name__)

EVERYTHING = "#"
"""A routing key that stands for every event type."""

_CLAIM = "INSERT INTO inbox (event_id, type) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true"


@dataclass(frozen=True, slots=True)
class HandlerContext:
    """An event for a handler, the identities that may be shown it, and an outbox for events of its own."""

    event: events.Envelope
    message: Message
    outbox: Outbox
    resources: Any = None
    """`Runtime.resources` of the service."""

    @property
    def readers(self) -> tuple[str, ...]:
        return self.message.readers


Handler = Callable[[AsyncSession, HandlerContext], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Consumer:
    """Handles the messages of one service, whichever bus they come by."""

    database: Database
    handlers: Mapping[str, Handler]
    outbox: Outbox
    metrics: Metrics
    resources: Any = None

    @property
    def routing_keys(self) -> list[str]:
        return list(self.handlers)

    def accepts(self, event_type: str) -> bool:
        return event_type in self.handlers or EVERYTHING in self.handlers

    async def receive(self, *messages: Message) -> None:
        """Handle messages in the order given, in one transaction, and commit; a second time does nothing.

        Raises what a handler raises, and then none of them was handled.
        """
        contexts = [self._read(message) for message in messages]
        async with self.database.transaction(SYSTEM) as session:
            first_time = [await self._handle(session, context) for context in contexts]
        for context, first in zip(contexts, first_time, strict=True):
            self._record(context, first=first)

    def _read(self, message: Message) -> HandlerContext:
        return HandlerContext(events.read(message.body), message, self.outbox, self.resources)

    async def _handle(self, session: AsyncSession, context: HandlerContext) -> bool:
        """Return whether the event came for the first time, and was handled."""
        event = context.event
        with _trace_event(event):
            first = await claim_event(session, event.id, event.type)
            if first:
                await (self.handlers.get(event.type) or self.handlers[EVERYTHING])(session, context)
        return first

    def _record(self, context: HandlerContext, *, first: bool) -> None:
        event, outcome = context.event, "handled" if first else "seen-before"
        if context.message.is_counted:
            self.metrics.handled.labels(service=self.metrics.service, type=event.type, outcome=outcome).inc()
        with _trace_event(event):
            log.info("event handled", extra={"event_type": event.type, "event_id": str(event.id), "first": first})


async def claim_event(session: AsyncSession, event_id: UUID, event_type: str) -> bool:
    """Note the event in the inbox; return False if this service has handled it before."""
    return await (await get_driver(session)).fetchval(_CLAIM, event_id, event_type) is not None


@contextmanager
def _trace_event(event: events.Envelope) -> Iterator[None]:
    trace = tracing.continue_trace(event.traceparent, correlation_id=event.correlation_id, causation_id=str(event.id))
    token = tracing.current.set(trace)
    try:
        yield
    finally:
        tracing.current.reset(token)
