"""How long an exchange that streams may stand still. As long as it moves, it may take any time."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from starlette.types import Message, Receive, Send

from rtp_shared.problems import Refusal


class CallerTooSlow(Refusal):
    status, title = 408, "The request did not arrive in time"


class Patience:
    """Stands between the caller and a service, so that neither may do nothing for longer than so many seconds."""

    def __init__(self, receive: Receive, send: Send, *, seconds: float) -> None:
        self._receive, self._send = receive, send
        self._seconds = seconds
        self._arrived = False
        self._clock: asyncio.Timeout | None = None

    async def receive(self) -> Message:
        if self._arrived:  # what is still to come is that the caller goes away, some time or never
            return await self._receive()
        try:
            with self._service_waits():
                async with asyncio.timeout(self._seconds):
                    message = await self._receive()
        except TimeoutError:
            raise CallerTooSlow(f"nothing came for {self._seconds:g} seconds") from None
        self._arrived = not message.get("more_body")
        return message

    async def send(self, message: Message) -> None:
        """Raise TimeoutError where the caller takes nothing."""
        with self._service_waits():
            async with asyncio.timeout(self._seconds):
                await self._send(message)

    @asynccontextmanager
    async def with_service(self) -> AsyncIterator[None]:
        """Wait for the service, whenever the caller is not waited for; raise TimeoutError where it does nothing."""
        async with asyncio.timeout(self._seconds) as self._clock:
            try:
                yield
            finally:
                self._clock = None

    @contextmanager
    def _service_waits(self) -> Iterator[None]:
        self._set_clock(None)
        try:
            yield
        finally:
            self._set_clock(asyncio.get_running_loop().time() + self._seconds)

    def _set_clock(self, when: float | None) -> None:
        if self._clock is not None and not self._clock.expired():
            self._clock.reschedule(when)
