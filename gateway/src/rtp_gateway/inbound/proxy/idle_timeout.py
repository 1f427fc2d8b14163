"""The idle timeout of an exchange that streams. As long as it moves, it may take any time."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from starlette.types import Message, Receive, Send

from rtp_shared.problems import Refusal


class CallerTooSlow(Refusal):
    status, title = 408, "The request did not arrive in time"


class IdleTimeout:
    """Limits the seconds for which the caller or the service may do nothing. Stands between the two."""

    def __init__(self, receive: Receive, send: Send, *, seconds: float) -> None:
        self._receive, self._send = receive, send
        self._seconds = seconds
        self._arrived = False
        self._timeout: asyncio.Timeout | None = None

    async def receive(self) -> Message:
        if self._arrived:  # what is still to come is that the caller goes away, some time or never
            return await self._receive()
        try:
            with self._pause_for_caller():
                async with asyncio.timeout(self._seconds):
                    message = await self._receive()
        except TimeoutError:
            raise CallerTooSlow(f"nothing came for {self._seconds:g} seconds") from None
        self._arrived = not message.get("more_body")
        return message

    async def send(self, message: Message) -> None:
        """Raise TimeoutError where the caller takes nothing."""
        with self._pause_for_caller():
            async with asyncio.timeout(self._seconds):
                await self._send(message)

    @asynccontextmanager
    async def limit_service(self) -> AsyncIterator[None]:
        """Wait for the service, whenever the caller is not waited for; raise TimeoutError where it does nothing."""
        async with asyncio.timeout(self._seconds) as self._timeout:
            try:
                yield
            finally:
                self._timeout = None

    @contextmanager
    def _pause_for_caller(self) -> Iterator[None]:
        self._set_timeout(None)
        try:
            yield
        finally:
            self._set_timeout(asyncio.get_running_loop().time() + self._seconds)

    def _set_timeout(self, when: float | None) -> None:
        if self._timeout is not None and not self._timeout.expired():
            self._timeout.reschedule(when)
