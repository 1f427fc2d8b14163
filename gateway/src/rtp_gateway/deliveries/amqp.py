"""Bringing parcels to subscribers' own queues in RabbitMQ: any number at once over one channel, each with its confirm.

A queue belongs to one subscription and is named after it; what the owner wrote as `sink` decides nothing here.
"""

import asyncio
import json
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pika
from pika.exceptions import AMQPError

from rtp_gateway.deliveries.parcels import Answer, Parcel
from rtp_gateway.subscriptions.queues import queue_of
from rtp_shared.bus import BusUnavailable
from rtp_shared.contracts import events
from rtp_shared.rabbit.link import CLOSE_SECONDS, Link

log = logging.getLogger(__name__)

SECONDS = 15.0
"""RabbitMQ has this long, connecting included, to say that it has a parcel."""
APP_ID = "right-to-provide"

ACCEPTED = Answer(200)
FULL = Answer(429, error="the queue is full")
GONE = Answer(error="the queue is gone")
BROKE_OFF = Answer(error="the connection to the queue broke off")
NO_CONNECTION = Answer(error="no connection to the queue")


@dataclass(slots=True)
class _Sent:
    """A parcel that the broker has not answered for."""

    queue: str
    message_id: str
    answer: "asyncio.Future[Answer]"
    returned: bool = False

    def settle(self, answer: Answer) -> None:
        if not self.answer.done():  # else nobody waits any more
            self.answer.set_result(answer)


class _Outgoing:
    """One link in confirm mode."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.heard_at = asyncio.get_running_loop().time()
        """When the broker last answered, by the loop's clock."""
        self._sent: dict[int, _Sent] = {}
        self._tag = 0

    @classmethod
    async def open(cls, url: str) -> "_Outgoing":
        outgoing = cls(await Link.open(url))
        try:
            outgoing.link.channel.add_on_return_callback(outgoing._returned)
            await outgoing.link.ask("confirm_delivery", ack_nack_callback=outgoing._answered)
        except BaseException:
            outgoing.link.abandon()
            raise
        outgoing.link.closed.add_done_callback(lambda _: outgoing._break_off())
        return outgoing

    async def publish(self, parcel: Parcel) -> Answer:
        """Wait for as long as it takes; the caller minds the time."""
        queue = queue_of(parcel.subscription_id)
        try:
            self.link.channel.basic_publish("", queue, parcel.body, properties=_properties(parcel), mandatory=True)
        except AMQPError as error:
            raise BusUnavailable(type(error).__name__) from error
        self._tag += 1
        sent = self._sent[self._tag] = _Sent(queue, parcel.message_id, asyncio.get_running_loop().create_future())
        return await sent.answer

    async def close(self) -> None:
        """Answer those who wait, and wait until the connection is gone."""
        self._break_off()
        connection, gone = self.link.connection, asyncio.Event()
        if connection is None or connection.is_closed:
            return
        connection.add_on_close_callback(lambda *_: gone.set())
        self.link.abandon()
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * CLOSE_SECONDS):
                await gone.wait()

    def _break_off(self) -> None:
        for sent in self._sent.values():
            sent.settle(BROKE_OFF)
        self._sent.clear()

    def _answered(self, frame: Any) -> None:
        self.heard_at = asyncio.get_running_loop().time()
        tag, multiple = frame.method.delivery_tag, frame.method.multiple
        accepted = isinstance(frame.method, pika.spec.Basic.Ack)
        for each in [t for t in self._sent if t <= tag] if multiple else [tag]:
            if sent := self._sent.pop(each, None):
                sent.settle(GONE if sent.returned else ACCEPTED if accepted else FULL)

    def _returned(self, _channel: Any, method: Any, properties: Any, _body: bytes) -> None:
        # The broker returns what no queue takes before it confirms it, in the order in which it came.
        key = (method.routing_key, properties.message_id)
        sent = next((s for s in self._sent.values() if (s.queue, s.message_id) == key and not s.returned), None)
        if sent is not None:
            sent.returned = True


class AmqpCarrier:
    """Connects when there is something to carry, and again after it was cut off."""

    def __init__(self, url: str, *, seconds: float = SECONDS) -> None:
        """`url` leads to the subscribers' virtual host."""
        self._url = url
        self._seconds = seconds
        self._opening: asyncio.Task[_Outgoing] | None = None

    async def carry(self, parcel: Parcel) -> Answer:
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._seconds):
                return await (await self._outgoing()).publish(parcel)
        except TimeoutError:
            self._give_up_if_silent(since=began)
            return Answer(error=f"no confirm from the queue within {self._seconds:g} seconds")
        except BusUnavailable as error:
            log.warning("no connection to subscribers' queues", extra={"error": str(error)})
            return NO_CONNECTION

    async def close(self) -> None:
        opening, self._opening = self._opening, None
        if opening is None:
            return
        if outgoing := _result(opening):
            await outgoing.close()
        opening.add_done_callback(_abandon)  # pika cannot be stopped while it connects

    async def _outgoing(self) -> _Outgoing:
        """All who come while it is being opened share it, and whoever stops waiting leaves it to the others."""
        if self._opening is None or _is_spent(self._opening):
            self._opening = asyncio.create_task(_Outgoing.open(self._url))
        return await asyncio.shield(self._opening)

    def _give_up_if_silent(self, *, since: float) -> None:
        """One queue that does not confirm is its own trouble; a link on which nothing is confirmed is made anew."""
        outgoing = _result(self._opening) if self._opening else None
        if outgoing is not None and outgoing.heard_at < since:
            self._opening = None
            outgoing.link.abandon()


def _abandon(opening: "asyncio.Task[_Outgoing]") -> None:
    if outgoing := _result(opening):
        outgoing.link.abandon()


def _is_spent(opening: "asyncio.Task[_Outgoing]") -> bool:
    if not opening.done():
        return False
    outgoing = _result(opening)
    return outgoing is None or outgoing.link.closed.done()


def _result(opening: "asyncio.Task[_Outgoing]") -> _Outgoing | None:
    """What was opened; None while it is being opened, and where that failed."""
    if not opening.done() or opening.cancelled() or opening.exception():
        return None
    return opening.result()


def _properties(parcel: Parcel) -> pika.BasicProperties:
    return pika.BasicProperties(
        content_type=parcel.content_type,
        message_id=parcel.message_id,
        type=parcel.type,
        app_id=APP_ID,
        timestamp=int(time.time()),
        delivery_mode=2,
        headers=_attributes(parcel),
    )


def _attributes(parcel: Parcel) -> dict[str, Any]:
    """Copies of the event's context attributes, by which a subscriber can route without reading the body.

    Named as Knative's RabbitMQ binding names them: there is no CloudEvents binding for AMQP 0-9-1.
    """
    if not parcel.content_type.startswith(events.CONTENT_TYPE):
        return {}
    event = json.loads(parcel.body)
    return {f"ce-{name}": _text(value) for name, value in event.items() if name not in ("data", "data_base64")}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
