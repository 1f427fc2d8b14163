"""The waiting room: where readers wait for events that are still to come. It has so many seats, and so many a client.

Who waits holds no database connection. Who is called reads in turn, so that a crowd leaves connections to others.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from starlette.types import Receive

from rtp_gateway.feed.bell import Bell, Ear
from rtp_gateway.feed.errors import RoomFull, TooManyReaders
from rtp_shared.db import AnyRow
from rtp_shared.identities import Principal

Read = Callable[[int], Awaitable[Sequence[AnyRow]]]
"""Reads what is there behind a position, in a short transaction of its own."""


class WaitingRoom:
    """One a process: its limits hold for the process."""

    def __init__(self, bell: Bell, *, per_client: int = 10, seats: int = 1000, at_once: int = 4) -> None:
        self._bell = bell
        self._per_client = per_client
        self._seats = seats
        self._taken: Counter[str] = Counter()
        self.turns = asyncio.Semaphore(at_once)
        """For every read of somebody who waited."""

    @contextmanager
    def seat(self, principal: Principal) -> Iterator[Ear]:
        """Wait here; raise TooManyReaders or RoomFull where there is no seat."""
        client_id = principal.client_id
        if self._taken[client_id] >= self._per_client:
            raise TooManyReaders(f"at most {self._per_client} at once")
        if self._taken.total() >= self._seats:
            raise RoomFull
        self._taken[client_id] += 1
        try:
            with self._bell.ear(frozenset(principal.identities)) as ear:
                yield ear
        finally:
            self._taken -= Counter([client_id])  # and forget who has none

    def taken(self, client_id: str) -> int:
        """Seats that the client has now."""
        return self._taken[client_id]

    async def close(self) -> None:
        await self._bell.close()


@asynccontextmanager
async def while_there(receive: Receive, ear: Ear) -> AsyncIterator[None]:
    """Stop waiting when the caller goes away."""

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        ear.end()

    watching = asyncio.ensure_future(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def first_news(read: Read, room: WaitingRoom, ear: Ear, *, after: int, until: float) -> Sequence[AnyRow]:
    """What comes first behind a position; nothing if nothing comes until that time of the loop."""
    while True:
        head = ear.listen()
        async with room.turns:
            rows = await read(after)
        if rows or not await ear.rings(until):
            return rows
        after = max(after, head)  # all before it was looked through and was not wanted
