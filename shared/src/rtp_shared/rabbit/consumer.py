"""Consuming from RabbitMQ: what has come is handled together, each subject in order, with an ack after the commit."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakValueDictionary

from pika.channel import Channel
from pika.spec import Basic, BasicProperties

from rtp_shared.bus import BusUnavailable, Message
from rtp_shared.consumer import Consumer
from rtp_shared.contracts import events
from rtp_shared.db import describe_error, is_unavailable
from rtp_shared.loops import run_again
from rtp_shared.rabbit.link import Link
from rtp_shared.rabbit.topology import declare

log = logging.getLogger(__name__)

HANDLER_TRIES = 5
PAUSE_SECONDS = 0.1
"""Before a handler is tried a second time; it doubles up to two seconds."""


class RabbitConsumer:
    """Feeds a service's consumer from its queue.

    What has come while one transaction was under way goes into the next one together. Where that fails, each subject
    gets a queue of its own: subjects are then tried side by side, and what fails holds up only its own.
    """

    def __init__(self, url: str, service: str, consumer: Consumer, *, prefetch: int = 32) -> None:
        self._url = url
        self._service = service
        self._consumer = consumer
        self._prefetch = prefetch
        self._waiting: list[_Arrived] = []
        self._working: asyncio.Task[None] | None = None
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        """A lock for each subject that is handled by itself, for as long as somebody holds it or waits for it."""
        self._tasks: set[asyncio.Task[None]] = set()
        self.connected = False

    async def run(self) -> None:
        """Consume until cancelled; an outage of the broker, however long, is waited out."""
        await run_again(self._consume, errors=(BusUnavailable,), on_error=_log_outage, longest_pause=2.0)

    async def _consume(self) -> None:
        link = await Link.open(self._url)
        try:
            await self._subscribe(link)
            self.connected = True
            reason = await link.closed
            log.warning("the broker closed the connection", extra={"reason": reason})
        finally:
            self.connected = False
            link.abandon()

    async def _subscribe(self, link: Link) -> None:
        await declare(link, self._service, self._consumer.routing_keys)
        await link.ask("basic_qos", prefetch_count=self._prefetch)
        link.channel.add_on_cancel_callback(lambda _: link.abandon())
        await link.ask("basic_consume", queue=self._service, on_message_callback=self._accept)

    def _accept(self, channel: Channel, method: Basic.Deliver, properties: BasicProperties, body: bytes) -> None:
        tag = method.delivery_tag or 0
        try:
            message = _read_message(properties, body)
        except (KeyError, TypeError, ValueError, AttributeError):
            log.exception("a message that is not ours goes to the dead-letter queue")
            channel.basic_reject(tag, requeue=False)
            return
        self._waiting.append(_Arrived(channel, tag, message))
        if self._working is None:
            self._working = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        try:
            while self._waiting:
                arrived, self._waiting = self._waiting, []
                await self._handle_all([each for each in arrived if each.channel.is_open])
        finally:
            self._working = None

    async def _handle_all(self, arrived: Sequence["_Arrived"]) -> None:
        held_up = [each for each in arrived if each.message.subject_id in self._locks]
        free = [each for each in arrived if each.message.subject_id not in self._locks]
        for each in held_up:
            self._enqueue(each)
        if free and not await self._handle_together(free):
            for each in free:
                self._enqueue(each)

    async def _handle_together(self, arrived: Sequence["_Arrived"]) -> bool:
        try:
            await self._consumer.receive(*(each.message for each in arrived))
        except Exception as error:  # noqa: BLE001 - whatever it is, each is tried on its own
            log.info("handling together failed", extra={"count": len(arrived), "error": describe_error(error)})
            return False
        for each in arrived:
            each.ack()
        return True

    def _enqueue(self, arrived: "_Arrived") -> None:
        """Handle it behind the others of its subject."""
        lock = self._locks.setdefault(arrived.message.subject_id, asyncio.Lock())
        task = asyncio.get_running_loop().create_task(self._handle(arrived, lock))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _handle(self, arrived: "_Arrived", lock: asyncio.Lock) -> None:
        async with lock:  # a lock is given in the order in which it was asked for
            if await self._try(arrived.message):
                arrived.ack()
            else:
                arrived.reject()

    async def _try(self, message: Message) -> bool:
        pause, tries = PAUSE_SECONDS, 0
        while True:
            try:
                await self._consumer.receive(message)
            except Exception as error:  # noqa: BLE001 - a handler may raise anything; the message must not be lost
                tries += 0 if is_unavailable(error) else 1  # until the database is back, however long that takes
                facts = {"event_id": str(message.event_id), "error": describe_error(error), "tries": tries}
                log.warning("handling failed", extra=facts)
                if tries >= HANDLER_TRIES or isinstance(error, events.NotAnEvent):
                    log.error("gave up, dead-letter queue", extra={"event_id": str(message.event_id)})  # noqa: TRY400
                    return False
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)
            else:
                return True


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A message that the broker has delivered and not been told of. If its channel is gone, it will come again."""

    channel: Channel
    tag: int
    message: Message

    def ack(self) -> None:
        if self.channel.is_open:
            self.channel.basic_ack(self.tag)

    def reject(self) -> None:
        if self.channel.is_open:
            self.channel.basic_reject(self.tag, requeue=False)


def _log_outage(error: Exception) -> None:
    log.warning("the broker is away", extra={"reason": str(error)})


def _read_message(properties: BasicProperties, body: bytes) -> Message:
    headers = properties.headers or {}
    return Message(
        event_id=UUID(properties.message_id),
        type=str(properties.type),
        subject_id=UUID(headers["rtp-case"]),
        readers=tuple(headers["rtp-readers"]),
        body=body,
    )
