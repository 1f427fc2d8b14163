"""Publishing to RabbitMQ: many messages at once, and none counts as published before the broker confirmed it."""

import asyncio
import logging
import time
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile
from typing import Any
from uuid import UUID

from pika.channel import Channel
from pika.exceptions import AMQPError
from pika.frame import Method
from pika.spec import Basic, BasicProperties

from rtp_shared.bus import Message, PublishResult
from rtp_shared.contracts import events
from rtp_shared.rabbit.link import Link
from rtp_shared.rabbit.topology import EXCHANGE

log = logging.getLogger(__name__)

CONFIRM_SECONDS = 10.0
OUTSTANDING = 256
"""Messages that may wait for their confirms at once."""


class _Outgoing:
    """One link in confirm mode. What the broker says late, on a link that was given up, can touch no later batch."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self._unsent: Iterator[Message] = iter(())
        self._outstanding: dict[int, UUID] = {}
        self._result = PublishResult(set(), set())
        self._tag = 0
        self._done = asyncio.Event()

    @classmethod
    async def open(cls, url: str) -> "_Outgoing":
        outgoing = cls(await Link.open(url))
        outgoing.link.channel.add_on_return_callback(outgoing._handle_return)
        await outgoing.link.ask("confirm_delivery", ack_nack_callback=outgoing._handle_confirm)
        return outgoing

    @property
    def usable(self) -> bool:
        return not self._outstanding and not self.link.closed.done()

    async def publish(self, messages: Sequence[Message]) -> PublishResult:
        self._result = PublishResult(set(), set())
        self._unsent = iter(messages)
        self._done.clear()
        try:
            self._send()
            if self._outstanding:
                await self._wait_for_confirms()
        finally:
            self._unsent = iter(())  # a late confirm must not send more of a batch that was given up
        return self._result

    def _send(self) -> None:
        try:
            for message in islice(self._unsent, OUTSTANDING - len(self._outstanding)):
                self._tag += 1
                self._outstanding[self._tag] = message.event_id
                self.link.channel.basic_publish(
                    EXCHANGE, message.type, message.body, properties=_make_properties(message), mandatory=True
                )
        except AMQPError as error:
            self._unsent = iter(())
            log.warning("publishing broke off", extra={"error": type(error).__name__})

    async def _wait_for_confirms(self) -> None:
        done: asyncio.Future[Any] = asyncio.ensure_future(self._done.wait())
        await asyncio.wait({done, self.link.closed}, timeout=CONFIRM_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        done.cancel()

    def _handle_confirm(self, frame: Method[Basic.Ack | Basic.Nack]) -> None:
        tag, multiple = frame.method.delivery_tag, frame.method.multiple
        tags = list(takewhile(lambda each: each <= tag, self._outstanding)) if multiple else [tag]
        accepted = isinstance(frame.method, Basic.Ack)
        for event_id in filter(None, (self._outstanding.pop(t, None) for t in tags)):
            if accepted and event_id not in self._result.refused:
                self._result.confirmed.add(event_id)
            else:
                self._result.refused.add(event_id)
        self._send()
        if not self._outstanding:
            self._done.set()

    def _handle_return(self, _channel: Channel, _: Basic.Return, properties: BasicProperties, _body: bytes) -> None:
        # No queue takes this type: the broker returns the message before it confirms it.
        log.error("no queue hears this event", extra={"event_type": properties.type})
        self._result.refused.add(UUID(properties.message_id))


class RabbitBus:
    """Publishes with confirms, up to OUTSTANDING at once."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._outgoing: _Outgoing | None = None

    async def publish(self, messages: Sequence[Message]) -> PublishResult:
        if self._outgoing is None or not self._outgoing.usable:
            await self.close()
            self._outgoing = await _Outgoing.open(self._url)
        return await self._outgoing.publish(messages)

    async def close(self) -> None:
        outgoing, self._outgoing = self._outgoing, None
        if outgoing is not None:
            outgoing.link.abandon()


def _make_properties(message: Message) -> BasicProperties:
    return BasicProperties(
        content_type=events.CONTENT_TYPE,
        message_id=str(message.event_id),
        type=message.type,
        timestamp=int(time.time()),
        delivery_mode=2,
        headers={"rtp-readers": list(message.readers), "rtp-case": str(message.subject_id)},
    )
