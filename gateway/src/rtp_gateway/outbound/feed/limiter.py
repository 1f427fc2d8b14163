"""The long-poll limiter: readers that wait for events take a slot, of which there are so many, and so many a client.

A waiter holds no database connection. Woken waiters read in turn, so that a crowd leaves connections to others.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from starlette.types import Receive

from rtp_gateway.outbound.feed.errors import RoomFull, TooManyReaders
from rtp_gateway.outbound.feed.notifier import EventNotifier, Waiter
from rtp_shared.db import AnyRow
from rtp_shared.identities import Principal

ReadAfter = Callable[[int], Awaitable[Sequence[AnyRow]]]
"""Reads the events after a position, in a short transaction of its own."""


class LongPollLimiter:
    """Gives out the slots of a process."""

    def __init__(self, notifier: EventNotifier, *, per_client: int = 10, slots: int = 1000, at_once: int = 4) -> None:
        self._notifier = notifier
        self._per_client = per_client
        self._slots = slots
        self._taken: Counter[str] = Counter()
        self._turns = asyncio.Semaphore(at_once)
        self._turns_of: dict[str, asyncio.Semaphore] = {}

    @contextmanager
    def take_slot(self, principal: Principal) -> Iterator[Waiter]:
        """Take a slot to wait in; raise TooManyReaders or RoomFull where there is no slot."""
        client_id = principal.client_id
        if self._taken[client_id] >= self._per_client:
            raise TooManyReaders(f"at most {self._per_client} at once")
        if self._taken.total() >= self._slots:
            raise RoomFull
        self._taken[client_id] += 1
        try:
            with self._notifier.wait_for(frozenset(principal.identities)) as waiter:
                yield waiter
        finally:
            self._taken -= Counter([client_id])  # and drop those that have none
            if client_id not in self._taken:
                self._turns_of.pop(client_id, None)

    @asynccontextmanager
    async def take_turn(self, principal: Principal) -> AsyncIterator[None]:
        """Read within the block. A client's waiters read one after the other, so that it never takes all turns."""
        own = self._turns_of.setdefault(principal.client_id, asyncio.Semaphore(1))
        async with own, self._turns:
            yield

    def count_taken(self, client_id: str) -> int:
        """Return the slots that the client has now."""
        return self._taken[client_id]

    async def close(self) -> None:
        await self._notifier.close()


@asynccontextmanager
async def end_on_disconnect(receive: Receive, waiter: Waiter) -> AsyncIterator[None]:
    """Stop waiting when the caller goes away."""

    async def watch() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        waiter.end()

    watching = asyncio.ensure_future(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def read_first(
    read: ReadAfter, limiter: LongPollLimiter, waiter: Waiter, principal: Principal, *, after: int, until: float
) -> Sequence[AnyRow]:
    """Return what comes first after a position; nothing if nothing comes until that time of the loop."""
    while True:
        head = waiter.start_listening()
        async with limiter.take_turn(principal):
            rows = await read(after)
        if rows or not await waiter.wait(until):
            return rows
        after = max(after, head)  # all before it was looked through and was not wanted
