"""One connection to RabbitMQ with one channel, made of callbacks and used by `await`."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import pika
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.channel import Channel
from pika.exceptions import AMQPError

from rtp_shared.bus import BusUnavailable

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 10.0
CLOSE_SECONDS = 2.0

Result = TypeVar("Result")


class _BatchingConnection(AsyncioConnection):
    """Sends all that was written in one turn of the event loop in one system call, where pika makes three a message."""

    _written: list[bytes]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._written = []
        super().__init__(*arguments, **named)

    def _adapter_emit_data(self, data: bytes) -> None:
        if not self._written:
            asyncio.get_running_loop().call_soon(self._send)
        self._written.append(data)

    def _send(self) -> None:
        written, self._written = self._written, []
        if self._transport is not None:  # type: ignore[attr-defined]  # else the connection was lost meanwhile
            super()._adapter_emit_data(b"".join(written))  # type: ignore[misc]  # the stubs leave it out


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
        opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            link.connection = _BatchingConnection(
                parameters,
                on_open_callback=lambda _: _resolve(opened, None),
                on_open_error_callback=lambda _, error: _fail(opened, error),
                on_close_callback=lambda _, reason: _resolve(link.closed, str(reason)),
            )
            await opened  # pika minds the time until here
            link.channel = await link._wait(lambda done: link.connection.channel(on_open_callback=done))  # type: ignore[union-attr]
        except (AMQPError, OSError, BusUnavailable) as error:
            link.abandon()
            raise BusUnavailable(_describe(error)) from error
        link.channel.add_on_close_callback(lambda _, reason: link._end(str(reason)))
        return link

    def _end(self, reason: str) -> None:
        _resolve(self.closed, reason)
        self.abandon()

    def abandon(self) -> None:
        """Close whatever is open, without waiting; a broker that does not answer even that is cut off."""
        if self.connection is not None and not (self.connection.is_closed or self.connection.is_closing):
            with suppress(AMQPError):
                self.connection.close()
            asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._cut)

    def _cut(self) -> None:
        if self.connection is not None and not self.connection.is_closed:
            # pika has no public way to close without an answer
            self.connection._terminate_stream(None)  # type: ignore[attr-defined]  # noqa: SLF001

    async def _wait(self, call: Callable[[Callable[[Result], None]], object]) -> Result:
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        try:
            call(lambda result: _resolve(answer, result))
        except AMQPError as error:  # it broke off after the last answer
            raise BusUnavailable(_describe(error)) from error
        waiting: set[asyncio.Future[Any]] = {answer, self.closed}
        await asyncio.wait(waiting, timeout=ANSWER_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise BusUnavailable(self.closed.result() if self.closed.done() else "no answer")
        return answer.result()

    async def ask(self, method: str, **arguments: object) -> None:
        """Call a channel method and wait for the broker's answer."""
        await self._wait(lambda done: getattr(self.channel, method)(**arguments, callback=done))


def _resolve(future: asyncio.Future[Result], result: Result) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[None], error: BaseException | str) -> None:
    if not future.done():
        future.set_exception(BusUnavailable(error if isinstance(error, str) else _describe(error)))


def _describe(error: BaseException) -> str:
    """Return what went wrong in words. pika wraps it in up to three exceptions that say nothing themselves."""
    inside = [*getattr(error, "exceptions", ()), getattr(error, "exception", None), *error.args]
    wrapped = next((each for each in reversed(inside) if isinstance(each, BaseException)), None)
    return _describe(wrapped) if wrapped else str(error) or type(error).__name__
