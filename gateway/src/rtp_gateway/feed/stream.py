"""The feed as server-sent events (HTML standard section 9.2): every event as soon as it is there, on one connection."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from rtp_gateway.feed.bell import Ear
from rtp_gateway.feed.waiting import Read, WaitingRoom, while_there
from rtp_shared.db import AnyRow, is_unavailable
from rtp_shared.identities import Principal
from rtp_shared.middleware import BODILESS
from rtp_shared.paging import cut

PAGE = 50
"""Events that are read and sent at once, and so what a slow reader can make us hold."""


@dataclass(frozen=True, slots=True)
class Pace:
    heartbeat: float = 15.0
    longest: float = 600.0
    """Then the reader must come again, and its access is checked anew."""
    patience: float = 30.0
    """How long a reader may take nothing of what it is sent."""
    retry: float = 3.0
    """When a reader shall come again."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a stream is for, and how it reads."""

    principal: Principal
    read: Read
    """One event more than PAGE where more follow."""
    after: int
    seal: Callable[[int], str]
    """Makes the cursor of a position."""


class EventStream(Response):
    """Sends events until the reader goes away, its token expires or the longest time is over."""

    media_type = "text/event-stream"

    def __init__(self, reader: Reader, room: WaitingRoom, pace: Pace) -> None:
        super().__init__(headers={"Cache-Control": "no-store"})
        del self.headers["content-length"]
        self._reader, self._room, self._pace = reader, room, pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._room.seat(self._reader.principal) as ear:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            if not scope.get(BODILESS):
                async with while_there(receive, ear):
                    await self._send_all(ear, send)
            await send({"type": "http.response.body", "body": b""})

    async def _send_all(self, ear: Ear, send: Send) -> None:
        async with aclosing(self._chunks(ear)) as chunks:
            async for chunk in chunks:
                async with asyncio.timeout(self._pace.patience):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def _chunks(self, ear: Ear) -> AsyncGenerator[bytes, None]:
        clock = asyncio.get_running_loop().time
        end = clock() + min(self._pace.longest, self._reader.principal.expires - time.time())
        after = self._reader.after
        yield b"retry: %d\n\n" % (self._pace.retry * 1000)
        beat = clock() + self._pace.heartbeat
        while not ear.over and clock() < end:
            head = ear.listen()
            rows = await self._read(after)
            page, last = cut(rows or (), PAGE)
            if page:
                yield b"".join(self._block(row) for row in page)
                after, beat = page[-1].position, clock() + self._pace.heartbeat
            if last is None:
                if rows is not None:
                    after = max(after, head)  # all before it was looked through
                await ear.rings(min(beat, end))
            if clock() >= beat:
                yield b":\n\n"
                beat = clock() + self._pace.heartbeat

    async def _read(self, after: int) -> Sequence[AnyRow] | None:
        """None where the database is away: the reader need not come again for that."""
        try:
            async with self._room.turns:
                return await self._reader.read(after)
        except Exception as error:
            if not is_unavailable(error):
                raise
            return None

    def _block(self, row: AnyRow) -> bytes:
        # Our events are one line; whatever came in several would be joined again by its reader.
        body = row.body.replace(b"\n", b"\ndata: ")
        return b"id: %b\nevent: %b\ndata: %b\n\n" % (self._reader.seal(row.position).encode(), row.type.encode(), body)
