"""The AMQP transport: sends events to subscribers' own queues in RabbitMQ.

Any number of events are sent at once over one channel, each with its confirm. A queue belongs to one subscription and
is named after it; the subscription's `sink` decides nothing here.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import pika
from pika.channel import Channel
from pika.exceptions import AMQPError
from pika.frame import Method

from rtp_gateway.outbound.transports.queues import name_queue
from rtp_gateway.outbound.transports.requests import DeliveryRequest, DeliveryResult
from rtp_shared.bus import BusUnavailable
from rtp_shared.clock import utcnow
from rtp_shared.contracts import events
from rtp_shared.rabbit.link import CLOSE_SECONDS, Link

log = logging.getLogger(__name__)

SECONDS = 15.0
"""RabbitMQ has this long, connecting included, to confirm a delivery request."""
APP_ID = "right-to-provide"

ACCEPTED = DeliveryResult(200)
FULL = DeliveryResult(429, error="the queue is full")
GONE = DeliveryResult(error="the queue is gone")
BROKE_OFF = DeliveryResult(error="the connection to the queue broke off")
NO_CONNECTION = DeliveryResult(error="no connection to the queue")


@dataclass(slots=True)
class _Unconfirmed:
    """A delivery request that the broker has not confirmed yet."""

    queue: str
    message_id: str
    result: "asyncio.Future[DeliveryResult]"
    returned: bool = False

    def resolve(self, result: DeliveryResult) -> None:
        if not self.result.done():  # else nobody waits any more
            self.result.set_result(result)


class _ConfirmedLink:
    """One link in confirm mode."""

    def __init__(self, link: Link, now: Callable[[], datetime]) -> None:
        self.link = link
        self._now = now
        self.heard_at = asyncio.get_running_loop().time()
        """Time of the broker's last answer, by the loop's clock."""
        self._sent: dict[int, _Unconfirmed] = {}
        self._tag = 0

    @classmethod
    async def open(cls, url: str, now: Callable[[], datetime]) -> "_ConfirmedLink":
        open_link = cls(await Link.open(url), now)
        try:
            open_link.link.channel.add_on_return_callback(open_link._mark_returned)
            await open_link.link.ask("confirm_delivery", ack_nack_callback=open_link._resolve_confirmed)
        except BaseException:
            open_link.link.abandon()
            raise
        open_link.link.closed.add_done_callback(lambda _: open_link._break_off())
        return open_link

    async def publish(self, request: DeliveryRequest) -> DeliveryResult:
        """Send, and wait for the confirm for as long as it takes; the caller sets the limit."""
        queue = name_queue(request.subscription_id)
        try:
            self.link.channel.basic_publish(
                "", queue, request.body, properties=build_properties(request, now=self._now()), mandatory=True
            )
        except AMQPError as error:
            raise BusUnavailable(type(error).__name__) from error
        self._tag += 1
        sent = self._sent[self._tag] = _Unconfirmed(
            queue, request.message_id, asyncio.get_running_loop().create_future()
        )
        return await sent.result

    async def close(self) -> None:
        """Resolve what waits for a confirm, and wait until the connection is gone."""
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
            sent.resolve(BROKE_OFF)
        self._sent.clear()

    def _resolve_confirmed(self, frame: Method[pika.spec.Basic.Ack | pika.spec.Basic.Nack]) -> None:
        self.heard_at = asyncio.get_running_loop().time()
        tag, multiple = frame.method.delivery_tag, frame.method.multiple
        accepted = isinstance(frame.method, pika.spec.Basic.Ack)
        for each in [t for t in self._sent if t <= tag] if multiple else [tag]:
            if sent := self._sent.pop(each, None):
                sent.resolve(GONE if sent.returned else ACCEPTED if accepted else FULL)

    def _mark_returned(
        self, _channel: Channel, method: pika.spec.Basic.Return, properties: pika.BasicProperties, _body: bytes
    ) -> None:
        # The broker returns what no queue takes before it confirms it, in the order in which it came.
        key = (method.routing_key, properties.message_id)
        sent = next((s for s in self._sent.values() if (s.queue, s.message_id) == key and not s.returned), None)
        if sent is not None:
            sent.returned = True


class AmqpTransport:
    """Connects when there is something to send, and again after the connection was lost."""

    def __init__(self, url: str, *, seconds: float = SECONDS, now: Callable[[], datetime] = utcnow) -> None:
        """`url` leads to the subscribers' virtual host."""
        self._url = url
        self._seconds = seconds
        self._now = now
        self._opening: asyncio.Task[_ConfirmedLink] | None = None

    async def send(self, request: DeliveryRequest) -> DeliveryResult:
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._seconds):
                return await (await self._connect()).publish(request)
        except TimeoutError:
            self._give_up_if_silent(since=began)
            return DeliveryResult(error=f"no confirm from the queue within {self._seconds:g} seconds")
        except BusUnavailable as error:
            log.warning("no connection to subscribers' queues", extra={"error": str(error)})
            return NO_CONNECTION

    async def close(self) -> None:
        opening, self._opening = self._opening, None
        if opening is None:
            return
        if open_link := _get_link(opening):
            await open_link.close()
        opening.add_done_callback(_abandon)  # pika cannot be stopped while it connects

    async def _connect(self) -> _ConfirmedLink:
        """Return the open link, opened first where need be: once for all who wait, whoever stops waiting meanwhile."""
        if self._opening is None or _is_spent(self._opening):
            self._opening = asyncio.create_task(_ConfirmedLink.open(self._url, self._now))
        return await asyncio.shield(self._opening)

    def _give_up_if_silent(self, *, since: float) -> None:
        """Give up a link on which nothing was confirmed since then; one silent queue alone is no reason to."""
        open_link = _get_link(self._opening) if self._opening else None
        if open_link is not None and open_link.heard_at < since:
            self._opening = None
            open_link.link.abandon()


def _abandon(opening: "asyncio.Task[_ConfirmedLink]") -> None:
    if open_link := _get_link(opening):
        open_link.link.abandon()


def _is_spent(opening: "asyncio.Task[_ConfirmedLink]") -> bool:
    if not opening.done():
        return False
    open_link = _get_link(opening)
    return open_link is None or open_link.link.closed.done()


def _get_link(opening: "asyncio.Task[_ConfirmedLink]") -> _ConfirmedLink | None:
    """Return the opened link; None while it is being opened, and where that failed."""
    if not opening.done() or opening.cancelled() or opening.exception():
        return None
    return opening.result()


def build_properties(request: DeliveryRequest, *, now: datetime) -> pika.BasicProperties:
    return pika.BasicProperties(
        content_type=request.content_type,
        message_id=request.message_id,
        type=request.type,
        app_id=APP_ID,
        timestamp=int(now.timestamp()),
        delivery_mode=2,
        headers={**request.marks, **_copy_attributes(request)},
    )


def _copy_attributes(request: DeliveryRequest) -> dict[str, str]:
    """Copy the event's context attributes into headers, by which a subscriber can route without reading the body.

    Named as Knative's RabbitMQ binding names them: there is no CloudEvents binding for AMQP 0-9-1.
    """
    if not request.content_type.startswith(events.CONTENT_TYPE):
        return {}
    event = json.loads(request.body)
    return {f"ce-{name}": _to_text(value) for name, value in event.items() if name not in ("data", "data_base64")}


def _to_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
