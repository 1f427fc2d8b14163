"""The long-poll limiter: readers that wait for events take a slot, of which there are so many, and so many a client.

A waiter holds no database connection. Woken waiters read in turn, so that a crowd leaves connections to others. A
reader whose client may no longer read waits no longer, though nothing happens.
"""

import asyncio
import contextvars
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext

from starlette.types import Receive

from rtp_gateway.limits.slots import SharedSlots
from rtp_gateway.outbound.feed.errors import RoomFull, TooManyReaders
from rtp_gateway.outbound.feed.notifier import EventNotifier, Waiter
from rtp_shared.auth import TokenVerifier
from rtp_shared.db import AnyRow
from rtp_shared.identities import Principal
from rtp_shared.problems import Unauthenticated, Unavailable

ReadAfter = Callable[[int], Awaitable[Sequence[AnyRow]]]
"""Reads the events after a position, in a short transaction of its own."""
CHECK_SECONDS = 0.5
"""Between two looks at whether those that wait may still read."""


class LongPollLimiter:
    """Gives out the slots of a process."""

    def __init__(
        self,
        notifier: EventNotifier,
        verifier: TokenVerifier,
        *,
        per_client: int = 10,
        slots: int = 1000,
        at_once: int = 4,
        shared: SharedSlots | None = None,
    ) -> None:
        self._notifier = notifier
        self._verifier = verifier
        self._readers: dict[Waiter, Principal] = {}
        self._checking: asyncio.Task[None] | None = None
        self._per_client = per_client
        self._slots = slots
        self._taken: Counter[str] = Counter()
        self._shared = shared
        self._turns = asyncio.Semaphore(at_once)
        self._turns_of: dict[str, asyncio.Semaphore] = {}

    @contextmanager
    def take_slot(self, principal: Principal) -> Iterator[Waiter]:
        """Take a slot to wait in; raise TooManyReaders or RoomFull where there is no slot."""
        client_id = principal.client_id
        if self.count_taken(client_id) >= self._per_client:
            raise TooManyReaders(f"at most {self._per_client} at once")
        if self._taken.total() >= self._slots:
            raise RoomFull
        self._taken[client_id] += 1
        try:
            with (
                self._shared.hold([_name_slot(client_id)]) if self._shared else nullcontext(),
                self._notifier.wait_for(frozenset(principal.identities)) as waiter,
                self._check(waiter, principal),
            ):
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
        """Return the slots that the client has now, in all processes as far as this one knows."""
        here = self._taken[client_id]
        return max(here, self._shared.count(_name_slot(client_id))) if self._shared else here

    async def close(self) -> None:
        await self._notifier.close()

    @contextmanager
    def _check(self, waiter: Waiter, principal: Principal) -> Iterator[None]:
        self._readers[waiter] = principal
        if self._checking is None or self._checking.done():
            # In a context of its own: it works for no one request.
            self._checking = asyncio.get_running_loop().create_task(self._check_all(), context=contextvars.Context())
        try:
            yield
        finally:
            del self._readers[waiter]

    async def _check_all(self) -> None:
        """End the waits of clients that may no longer read, as long as anybody waits."""
        while self._readers:
            for waiter, principal in list(self._readers.items()):
                try:
                    await self._verifier.require_current(principal)
                except Unauthenticated:
                    waiter.end()
                except Unavailable:
                    break  # nobody can read anything either
            await asyncio.sleep(CHECK_SECONDS)


def _name_slot(client_id: str) -> str:
    return f"events:{client_id}"


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
