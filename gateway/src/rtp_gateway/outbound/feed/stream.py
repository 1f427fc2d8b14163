"""The feed as server-sent events (HTML standard section 9.2): every event as soon as it is there, on one connection."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from rtp_gateway.outbound.feed.limiter import LongPollLimiter, ReadAfter, end_on_disconnect
from rtp_gateway.outbound.feed.notifier import Waiter
from rtp_shared.db import AnyRow, is_unavailable
from rtp_shared.identities import Principal
from rtp_shared.middleware import BODILESS
from rtp_shared.paging import cut
from rtp_shared.problems import Unauthenticated, Unavailable

PAGE = 50
"""Events that are read and sent at once, and so what a slow reader can make us hold."""


@dataclass(frozen=True, slots=True)
class StreamTimings:
    """The times of a stream, in seconds."""

    heartbeat: float = 15.0
    longest: float = 600.0
    """After this the reader must come again, and its access is checked anew."""
    send_timeout: float = 30.0
    """A reader that takes nothing for this time is cut off."""
    retry: float = 3.0
    """A reader that was cut off shall come again after this time."""


@dataclass(frozen=True, slots=True)
class StreamReader:
    """The caller that a stream is for, and its way to read."""

    principal: Principal
    read: ReadAfter
    """One event more than PAGE where more follow."""
    after: int
    seconds_left: float
    """Until the access token expires."""
    make_cursor: Callable[[int], str]
    """Makes the cursor of a position."""


class EventStream(Response):
    """Sends events until the reader goes away, its token expires or the longest time is over."""

    media_type = "text/event-stream"

    def __init__(self, reader: StreamReader, limiter: LongPollLimiter, timings: StreamTimings) -> None:
        super().__init__(headers={"Cache-Control": "no-store"})
        del self.headers["content-length"]
        self._reader, self._limiter, self._timings = reader, limiter, timings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._limiter.take_slot(self._reader.principal) as waiter:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            if not scope.get(BODILESS):
                async with end_on_disconnect(receive, waiter):
                    await self._send_all(waiter, send)
            await send({"type": "http.response.body", "body": b""})

    async def _send_all(self, waiter: Waiter, send: Send) -> None:
        async with aclosing(self._generate_chunks(waiter)) as chunks:
            async for chunk in chunks:
                async with asyncio.timeout(self._timings.send_timeout):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def _generate_chunks(self, waiter: Waiter) -> AsyncGenerator[bytes, None]:
        clock = asyncio.get_running_loop().time
        end = clock() + min(self._timings.longest, self._reader.seconds_left)
        after = self._reader.after
        yield b"retry: %d\n\n" % (self._timings.retry * 1000)
        beat = clock() + self._timings.heartbeat
        while not waiter.is_over and clock() < end:
            head = waiter.start_listening()
            rows = await self._read(after, waiter)
            page, last = cut(rows or (), PAGE)
            if page:
                yield b"".join(self._format(row) for row in page)
                after, beat = page[-1].position, clock() + self._timings.heartbeat
            if last is None:
                if rows is not None:
                    after = max(after, head)  # all before it was looked through
                await waiter.wait(min(beat, end))
            if clock() >= beat:
                yield b":\n\n"
                beat = clock() + self._timings.heartbeat

    async def _read(self, after: int, waiter: Waiter) -> Sequence[AnyRow] | None:
        """Return None if the database is away, for which the reader need not come again, or if it may read no more."""
        try:
            async with self._limiter.take_turn(self._reader.principal):
                return await self._reader.read(after)
        except Unauthenticated:
            waiter.end()
        except Unavailable:
            pass
        except Exception as error:
            if not is_unavailable(error):
                raise
        return None

    def _format(self, row: AnyRow) -> bytes:
        # Our events are one line; whatever came in several would be joined again by its reader.
        body = row.body.replace(b"\n", b"\ndata: ")
        return b"id: %b\nevent: %b\ndata: %b\n\n" % (
            self._reader.make_cursor(row.position).encode(),
            row.type.encode(),
            body,
        )
