"""The event notifier: wakes the readers that wait for events, by one connection of the process for all of them.

It listens while somebody waits, and is notified of every event (NOTIFY by a trigger of `events`). Then it asks once who
may see the new ones, so that an event does not make everybody read. Nothing depends on a notification: a reader that is
not woken looks for itself every few seconds.
"""

import asyncio
import contextvars
import logging
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress

import asyncpg

from rtp_shared.db import describe_error
from rtp_shared.loops import listen

log = logging.getLogger(__name__)

POLL_SECONDS = 2.0
TOGETHER_SECONDS = 0.015
"""Events that come within this time of one another wake their readers once."""
LINGER_SECONDS = 5.0
"""It goes on listening for this time when nobody waits, because a reader that polls comes back soon."""

_ACT_AS_SYSTEM = "SELECT set_config('rtp.readers', 'system', false)"
_HEAD = "SELECT coalesce(max(position), 0) FROM events"
_NEW = """
    SELECT max(position) AS head, array_agg(DISTINCT reader) AS readers
    FROM events, unnest(readers) AS reader WHERE position > $1
"""


class Waiter:
    """A reader that waits. `is_over` once there is nothing more to wait for: it went away, or the process ends."""

    def __init__(self, notifier: "EventNotifier", identities: AbstractSet[str]) -> None:
        self._notifier = notifier
        self._identities = identities
        self._woken = asyncio.Event()
        self.is_over = False

    def start_listening(self) -> int:
        """Be woken by what comes from now on; return a position up to which a read that begins now sees everything."""
        self._woken.clear()
        return self._notifier.head

    async def wait(self, until: float) -> bool:
        """Wait until something may be new, or that time of the loop; return True if there is reason to look."""
        try:
            async with asyncio.timeout_at(until):
                await self._woken.wait()
        except TimeoutError:
            return False
        return not self.is_over

    def wake(self, readers: AbstractSet[str] | None = None) -> None:
        """Wake it if it has one of these identities, or if they are not known."""
        if readers is None or not self._identities.isdisjoint(readers):
            self._woken.set()

    def end(self) -> None:
        self.is_over = True
        self._woken.set()


class EventNotifier:
    """Wakes the waiters of a process. It begins to listen with the first waiter, and stops some time after the last."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._waiters: set[Waiter] = set()
        self._left_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self._notified = asyncio.Event()
        self.head = 0
        """Position of the newest event that it knows of; positions become visible in order."""

    @contextmanager
    def wait_for(self, identities: AbstractSet[str]) -> Iterator[Waiter]:
        waiter = Waiter(self, identities)
        self._waiters.add(waiter)
        if self._task is None or self._task.done():
            # In a context of its own: it works for no one request.
            self._task = asyncio.get_running_loop().create_task(self._run(), context=contextvars.Context())
        try:
            yield waiter
        finally:
            self._waiters.discard(waiter)
            self._left_at = asyncio.get_running_loop().time()

    async def close(self) -> None:
        """Let nobody wait any more. It may be used again after."""
        for waiter in list(self._waiters):
            waiter.end()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _is_needed(self) -> bool:
        return bool(self._waiters) or asyncio.get_running_loop().time() < self._left_at + LINGER_SECONDS

    async def _run(self) -> None:
        while self._is_needed():
            try:
                await self._listen()
            except Exception as error:  # noqa: BLE001 - asyncpg has many kinds of error for a lost connection
                log.warning(
                    "readers are not woken by new events, and look every few seconds",
                    extra={"error": describe_error(error)},
                )
                self._wake()
                await asyncio.sleep(POLL_SECONDS)

    async def _listen(self) -> None:
        settings = {"application_name": "rtp-event-notifier"}
        async with listen(self._url, "events", self._notified.set, self._notified.set, settings) as connection:
            await connection.execute(_ACT_AS_SYSTEM)
            # Nobody was woken by what came before we listened.
            self.head = await connection.fetchval(_HEAD)
            self._wake()
            while self._is_needed():
                self._notified.clear()
                await self._look(connection)
                await asyncio.sleep(TOGETHER_SECONDS)
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._notified.wait()

    async def _look(self, connection: asyncpg.Connection) -> None:
        found = await connection.fetchrow(_NEW, self.head, timeout=10)
        if found["head"] is not None:
            self.head = found["head"]
            self._wake(frozenset(found["readers"]))

    def _wake(self, readers: AbstractSet[str] | None = None) -> None:
        for waiter in self._waiters:
            waiter.wake(readers)
