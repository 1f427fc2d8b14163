"""Events of many cases, committed to the outbox of applications at an even pace.

They are written as the service writes them. What makes them a service's, its own tables and rules, is left out: the
generator must not take the CPU of what is measured.
"""

import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from rtp_shared.contracts import EventData, events

CONNECTIONS = 4
_INSERT = "INSERT INTO outbox (event_id, type, case_id, readers, body) VALUES ($1, $2, $3, $4, $5)"


class Publisher:
    def __init__(self, base_url: str, readers: list[str]) -> None:
        self._idle: asyncio.Queue[Any] = asyncio.Queue()
        self._base_url = base_url
        self._readers = readers
        self._chains: dict[UUID, tuple[int, str | None]] = {}
        self.committing: dict[str, float] = {}
        """The time at which the commit of each event began, by its id, on the clock of time.perf_counter."""

    @classmethod
    async def open(cls, url: str, base_url: str, readers: list[str]) -> "Publisher":
        publisher = cls(base_url, readers)
        for _ in range(CONNECTIONS):
            publisher._idle.put_nowait(await asyncpg.connect(url))
        return publisher

    async def close(self) -> None:
        for _ in range(CONNECTIONS):
            await (await self._idle.get()).close()

    async def publish(self, data: EventData, case_id: UUID) -> str:
        """Publish one event in a transaction of its own; return its id."""
        sequence, previous = self._chains.get(case_id, (0, None))
        event_id, body = events.write(
            data,
            base_url=self._base_url,
            service="applications",
            subject_id=case_id,
            sequence=sequence + 1,
            previous=previous,
            dataref=f"/v1/cases/{case_id}",
        )
        self._chains[case_id] = sequence + 1, events.compute_digest(body)
        self.committing[str(event_id)] = time.perf_counter()
        connection = await self._idle.get()
        try:
            await connection.execute(_INSERT, event_id, data.TYPE, case_id, self._readers, body)
        finally:
            self._idle.put_nowait(connection)
        return str(event_id)

    async def publish_evenly(self, data: EventData, *, cases: int, a_second: float, seconds: float) -> list[str]:
        """Publish events at an even pace, case after case; return their ids. A late one puts off none after it."""
        ids, began, under_way = [uuid4() for _ in range(cases)], time.perf_counter(), []
        for number in range(round(a_second * seconds)):
            await asyncio.sleep(max(0.0, began + number / a_second - time.perf_counter()))
            under_way.append(asyncio.ensure_future(self.publish(data, ids[number % cases])))
        return await asyncio.gather(*under_way)
