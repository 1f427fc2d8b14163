"""The bell: tells the readers who wait that there are new events, by one connection of the process for all of them.

It listens while somebody waits, and hears of every event (NOTIFY by a trigger of `events`). Then it asks once whom the
new ones concern, so that an event does not make everybody read. Nothing depends on it being heard: whoever it cannot
tell looks for himself every few seconds.
"""

import asyncio
import contextvars
import logging
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from typing import Any

from rtp_shared.db import describe_error
from rtp_shared.loops import listen

log = logging.getLogger(__name__)

POLL_SECONDS = 2.0
TOGETHER_SECONDS = 0.015
"""Events that come within this time of one another wake their readers once."""
LINGER_SECONDS = 5.0
"""How long it goes on listening when nobody waits: who polls comes back soon."""

_BECOME = "SELECT set_config('rtp.readers', 'system', false)"
_HEAD = "SELECT coalesce(max(position), 0) FROM events"
_NEW = """
    SELECT max(position) AS head, array_agg(DISTINCT reader) AS readers
    FROM events, unnest(readers) AS reader WHERE position > $1
"""


class Ear:
    """One reader who waits. `over` once there is nothing more to wait for: he went away, or the process ends."""

    def __init__(self, bell: "Bell", readers: AbstractSet[str]) -> None:
        self._bell = bell
        self._readers = readers
        self._rung = asyncio.Event()
        self.over = False

    def listen(self) -> int:
        """Hear what comes from now on. Return a position up to which a read that begins now sees everything."""
        self._rung.clear()
        return self._bell.head

    async def rings(self, until: float) -> bool:
        """Wait until something may be new, but not beyond that time of the loop; whether there is reason to look."""
        try:
            async with asyncio.timeout_at(until):
                await self._rung.wait()
        except TimeoutError:
            return False
        return not self.over

    def ring(self, readers: AbstractSet[str] | None = None) -> None:
        """There is something new for these; for everybody if they are not known."""
        if readers is None or not self._readers.isdisjoint(readers):
            self._rung.set()

    def end(self) -> None:
        self.over = True
        self._rung.set()


class Bell:
    """One a process. It begins to listen with the first reader who waits, and stops some time after the last."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._ears: set[Ear] = set()
        self._left_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self._heard = asyncio.Event()
        self.head = 0
        """Position of the newest event that it knows of; positions become visible in order."""

    @contextmanager
    def ear(self, readers: AbstractSet[str]) -> Iterator[Ear]:
        ear = Ear(self, readers)
        self._ears.add(ear)
        if self._task is None or self._task.done():
            # In a context of its own: it works for no one request.
            self._task = asyncio.get_running_loop().create_task(self._run(), context=contextvars.Context())
        try:
            yield ear
        finally:
            self._ears.discard(ear)
            self._left_at = asyncio.get_running_loop().time()

    async def close(self) -> None:
        """Send home whoever waits. It may be used again after."""
        for ear in list(self._ears):
            ear.end()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _wanted(self) -> bool:
        return bool(self._ears) or asyncio.get_running_loop().time() < self._left_at + LINGER_SECONDS

    async def _run(self) -> None:
        while self._wanted():
            try:
                await self._listen()
            except Exception as error:  # noqa: BLE001 - asyncpg has many words for a lost connection
                log.warning(
                    "nobody is told of new events, they look themselves", extra={"error": describe_error(error)}
                )
                self._ring()
                await asyncio.sleep(POLL_SECONDS)

    async def _listen(self) -> None:
        settings = {"application_name": "rtp-bell"}
        async with listen(self._url, "events", self._heard.set, self._heard.set, settings) as connection:
            await connection.execute(_BECOME)
            # Whatever came before we listened, nobody was told of.
            self.head = await connection.fetchval(_HEAD)
            self._ring()
            while self._wanted():
                self._heard.clear()
                await self._look(connection)
                await asyncio.sleep(TOGETHER_SECONDS)
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._heard.wait()

    async def _look(self, connection: Any) -> None:
        found = await connection.fetchrow(_NEW, self.head, timeout=10)
        if found["head"] is not None:
            self.head = found["head"]
            self._ring(frozenset(found["readers"]))

    def _ring(self, readers: AbstractSet[str] | None = None) -> None:
        for ear in self._ears:
            ear.ring(readers)
