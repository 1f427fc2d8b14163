"""The bus over RabbitMQ, by pika on the event loop.

Topology: one topic exchange; a quorum queue per consuming service, with one active consumer so that order holds across
replicas; a dead-letter queue per service. Queues are declared by each service's `prepare` step, before anyone publishes.
Nothing waits in RabbitMQ on purpose: retry times live in PostgreSQL.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import pika
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.channel import Channel
from pika.exceptions import AMQPError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from rtp_shared import events
from rtp_shared.bus import BusUnavailable, Message, Outcome
from rtp_shared.consumer import Consumer

log = logging.getLogger(__name__)

EXCHANGE = "rtp.events"
DEAD = "rtp.dead"
DELIVERY_LIMIT = 50
HANDLER_TRIES = 5
CONNECT_SECONDS = 10.0
CONFIRM_SECONDS = 30.0
PAUSE_SECONDS = 0.1
"""Before a handler is tried a second time; it doubles up to two seconds."""
TRANSIENT = (OSError, TimeoutError, InterfaceError, OperationalError, PoolTimeout)
"""The database is away: no fault of the message, so it is tried until the database is back."""


class Link:
    """One open connection with one channel; `closed` is done once either is gone."""

    def __init__(self) -> None:
        self.closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.connection: AsyncioConnection | None = None
        self.channel: Channel = None  # type: ignore[assignment]  # set by open(), before anyone sees the link

    @classmethod
    async def open(cls, url: str) -> "Link":
        """Connect and open a channel; raise BusUnavailable where that fails."""
        link = cls()
        parameters = pika.URLParameters(url)
        parameters.heartbeat = 10
        parameters.socket_timeout = parameters.stack_timeout = CONNECT_SECONDS
        opened: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        try:
            link.connection = AsyncioConnection(
                parameters,
                on_open_callback=lambda _: _resolve(opened, None),
                on_open_error_callback=lambda _, error: _fail(opened, str(error) or type(error).__name__),
                on_close_callback=lambda _, reason: _resolve(link.closed, str(reason)),
            )
            async with asyncio.timeout(CONNECT_SECONDS):
                await opened
                link.channel = await link._wait(lambda done: link.connection.channel(on_open_callback=done))  # type: ignore[union-attr]
        except (AMQPError, OSError, TimeoutError) as error:
            link.abandon()
            raise BusUnavailable(str(error) or type(error).__name__) from error
        except BusUnavailable:
            link.abandon()
            raise
        link.channel.add_on_close_callback(lambda _, reason: link._channel_closed(str(reason)))
        return link

    def _channel_closed(self, reason: str) -> None:
        _resolve(self.closed, reason)
        self.abandon()

    def abandon(self) -> None:
        """Close whatever is open, without waiting."""
        if self.connection is not None and not (self.connection.is_closed or self.connection.is_closing):
            with suppress(AMQPError):
                self.connection.close()

    async def _wait(self, call: Callable[[Callable[[Any], None]], object]) -> Any:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        try:
            call(lambda result: _resolve(answer, result))
        except AMQPError as error:  # it broke off after the last answer
            raise BusUnavailable(str(error) or type(error).__name__) from error
        await asyncio.wait({answer, self.closed}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise BusUnavailable(self.closed.result())
        return answer.result()

    async def ask(self, method: str, **arguments: Any) -> Any:
        """Call a channel method and wait for the broker's answer."""
        return await self._wait(lambda done: getattr(self.channel, method)(**arguments, callback=done))


def _resolve(future: "asyncio.Future[Any]", result: Any) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: "asyncio.Future[Any]", reason: str) -> None:
    if not future.done():
        future.set_exception(BusUnavailable(reason))


async def declare(link: Link, service: str, routing_keys: Sequence[str]) -> None:
    """The exchanges, and the service's queue with its dead-letter queue, bound to what it hears."""
    await link.ask("exchange_declare", exchange=EXCHANGE, exchange_type="topic", durable=True)
    await link.ask("exchange_declare", exchange=DEAD, exchange_type="direct", durable=True)
    if not routing_keys:
        return
    await link.ask("queue_declare", queue=f"{service}.dead", durable=True, arguments={"x-queue-type": "quorum"})
    await link.ask("queue_bind", queue=f"{service}.dead", exchange=DEAD, routing_key=service)
    await link.ask(
        "queue_declare",
        queue=service,
        durable=True,
        arguments={
            "x-queue-type": "quorum",
            "x-single-active-consumer": True,
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": DEAD,
            "x-dead-letter-routing-key": service,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )
    for key in routing_keys:
        await link.ask("queue_bind", queue=service, exchange=EXCHANGE, routing_key=key)


async def declare_once(url: str, service: str, routing_keys: Sequence[str]) -> None:
    link = await Link.open(url)
    try:
        await declare(link, service, routing_keys)
    finally:
        link.abandon()


class _Outgoing:
    """One link in confirm mode. What the broker says late, on a link that was given up, can touch no later batch."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self._outstanding: dict[int, UUID] = {}
        self._outcome = Outcome(set(), set())
        self._tag = 0
        self._done = asyncio.Event()

    @classmethod
    async def open(cls, url: str) -> "_Outgoing":
        outgoing = cls(await Link.open(url))
        outgoing.link.channel.add_on_return_callback(outgoing._returned)
        await outgoing.link.ask("confirm_delivery", ack_nack_callback=outgoing._answered)
        return outgoing

    @property
    def usable(self) -> bool:
        return not self._outstanding and not self.link.closed.done()

    async def publish(self, messages: Sequence[Message]) -> Outcome:
        self._outcome = Outcome(set(), set())
        self._done.clear()
        try:
            for message in messages:
                self._tag += 1
                self._outstanding[self._tag] = message.event_id
                self.link.channel.basic_publish(
                    EXCHANGE, message.type, message.body, properties=_properties(message), mandatory=True
                )
        except AMQPError as error:
            log.warning("publishing broke off", extra={"error": type(error).__name__})
        if self._outstanding:
            await self._confirmed()
        return self._outcome

    async def _confirmed(self) -> None:
        done: asyncio.Future[Any] = asyncio.ensure_future(self._done.wait())
        await asyncio.wait({done, self.link.closed}, timeout=CONFIRM_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        done.cancel()

    def _answered(self, frame: Any) -> None:
        tag, multiple = frame.method.delivery_tag, frame.method.multiple
        tags = [t for t in self._outstanding if t <= tag] if multiple else [tag]
        accepted = isinstance(frame.method, pika.spec.Basic.Ack)
        for event_id in filter(None, (self._outstanding.pop(t, None) for t in tags)):
            if accepted and event_id not in self._outcome.refused:
                self._outcome.safe.add(event_id)
            else:
                self._outcome.refused.add(event_id)
        if not self._outstanding:
            self._done.set()

    def _returned(self, _channel: Any, _method: Any, properties: Any, _body: bytes) -> None:
        # No queue takes this type: the broker returns the message before it confirms it.
        log.error("no queue hears this event", extra={"event_type": properties.type})
        self._outcome.refused.add(UUID(properties.message_id))


class RabbitBus:
    """Publishes with confirms, a whole batch outstanding."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._outgoing: _Outgoing | None = None

    async def publish(self, messages: Sequence[Message]) -> Outcome:
        if self._outgoing is None or not self._outgoing.usable:
            await self.close()
            self._outgoing = await _Outgoing.open(self._url)
        return await self._outgoing.publish(messages)

    async def close(self) -> None:
        outgoing, self._outgoing = self._outgoing, None
        if outgoing is not None:
            outgoing.link.abandon()


def _properties(message: Message) -> pika.BasicProperties:
    return pika.BasicProperties(
        content_type=events.CONTENT_TYPE,
        message_id=str(message.event_id),
        type=message.type,
        timestamp=int(time.time()),
        delivery_mode=2,
        headers={"rtp-readers": list(message.readers), "rtp-case": str(message.case_id)},
    )


class RabbitConsumer:
    """Feeds a service's consumer from its queue: cases side by side, each case in order, ack after commit."""

    def __init__(self, url: str, service: str, consumer: Consumer, *, prefetch: int = 32) -> None:
        self._url = url
        self._service = service
        self._consumer = consumer
        self._prefetch = prefetch
        self._lines: dict[UUID, asyncio.Task[None]] = {}
        self.connected = False

    async def run(self) -> None:
        """Consume until cancelled; an outage of the broker, however long, is waited out."""
        pause = 0.2
        while True:
            try:
                await self._consume()
                pause = 0.2
            except BusUnavailable as error:
                log.warning("the broker is away", extra={"reason": str(error)})
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)

    async def _consume(self) -> None:
        link = await Link.open(self._url)
        try:
            await self._begin(link)
            self.connected = True
            reason = await link.closed
            log.warning("the broker closed the connection", extra={"reason": reason})
        finally:
            self.connected = False
            link.abandon()

    async def _begin(self, link: Link) -> None:
        await declare(link, self._service, self._consumer.routing_keys)
        await link.ask("basic_qos", prefetch_count=self._prefetch)
        link.channel.add_on_cancel_callback(lambda _: link.abandon())
        await link.ask("basic_consume", queue=self._service, on_message_callback=self._arrived)

    def _arrived(self, channel: Channel, method: Any, properties: Any, body: bytes) -> None:
        tag: int = method.delivery_tag
        try:
            message = _message(properties, body)
        except (KeyError, TypeError, ValueError, AttributeError):
            log.exception("a message that is not ours goes to the dead-letter queue")
            channel.basic_reject(tag, requeue=False)
            return
        before = self._lines.get(message.case_id)
        task = asyncio.get_running_loop().create_task(self._handle(channel, tag, message, before))
        self._lines[message.case_id] = task
        task.add_done_callback(lambda done: self._forget(message.case_id, done))

    def _forget(self, case_id: UUID, task: "asyncio.Task[None]") -> None:
        if self._lines.get(case_id) is task:
            del self._lines[case_id]

    async def _handle(
        self, channel: Channel, tag: int, message: Message, before: "asyncio.Task[None] | None"
    ) -> None:
        if before is not None:
            await asyncio.wait({before})
        handled = await self._try(message)
        if not channel.is_open:
            return  # it will come again, and the inbox will know it
        if handled:
            channel.basic_ack(tag)
        else:
            channel.basic_reject(tag, requeue=False)

    async def _try(self, message: Message) -> bool:
        pause, tries = PAUSE_SECONDS, 0
        while True:
            try:
                await self._consumer.receive(message)
            except Exception as error:  # noqa: BLE001 - a handler may raise anything; the message must not be lost
                tries += 0 if _transient(error) else 1
                log.warning(
                    "handling failed", extra={"event_id": str(message.event_id), "error": repr(error)[:300], "tries": tries}
                )
                if tries >= HANDLER_TRIES or isinstance(error, events.NotAnEvent):
                    log.error("gave up, dead-letter queue", extra={"event_id": str(message.event_id)})  # noqa: TRY400
                    return False
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)
            else:
                return True


def _transient(error: BaseException) -> bool:
    return isinstance(error, TRANSIENT) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def _message(properties: Any, body: bytes) -> Message:
    return Message(
        event_id=UUID(properties.message_id),
        type=str(properties.type),
        case_id=UUID(properties.headers["rtp-case"]),
        readers=tuple(properties.headers["rtp-readers"]),
        body=body,
    )
