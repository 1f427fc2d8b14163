"""Events of many cases, committed to the outbox of applications at an even pace.

They are written as the service writes them. What makes them a service's, its own tables and rules, is left out: the
generator must not take the CPU of what is measured.
"""

import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from rtp_shared import events
from rtp_shared.contracts import EventData

CONNECTIONS = 4
_INSERT = "INSERT INTO outbox (event_id, type, case_id, readers, body) VALUES ($1, $2, $3, $4, $5)"


class Publisher:
    def __init__(self, connections: Any, base_url: str, readers: list[str]) -> None:
        self._connections = connections
        self._base_url = base_url
        self._readers = readers
        self._chains: dict[UUID, tuple[int, str | None]] = {}
        self.committing: dict[str, float] = {}
        """When each event began to be committed, by its id, on the clock of time.perf_counter."""

    @classmethod
    async def open(cls, url: str, base_url: str, readers: list[str]) -> "Publisher":
        pool = await asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS)
        return cls(pool, base_url, readers)

    async def close(self) -> None:
        await self._connections.close()

    async def publish(self, data: EventData, case_id: UUID) -> str:
        """One event in a transaction of its own; its id."""
        sequence, previous = self._chains.get(case_id, (0, None))
        event_id, body = events.write(
            data,
            base_url=self._base_url,
            service="applications",
            case_id=case_id,
            sequence=sequence + 1,
            previous=previous,
            dataref=f"/v1/cases/{case_id}",
        )
        self._chains[case_id] = sequence + 1, events.digest(body)
        self.committing[str(event_id)] = time.perf_counter()
        await self._connections.execute(_INSERT, event_id, data.TYPE, case_id, self._readers, body)
        return str(event_id)

    async def publish_evenly(self, data: EventData, *, cases: int, a_second: float, seconds: float) -> list[str]:
        """Going round the cases; the events' ids. A late one does not put off those after it."""
        ids, began, under_way = [uuid4() for _ in range(cases)], time.perf_counter(), []
        for number in range(round(a_second * seconds)):
            await asyncio.sleep(max(0.0, began + number / a_second - time.perf_counter()))
            under_way.append(asyncio.ensure_future(self.publish(data, ids[number % cases])))
        return await asyncio.gather(*under_way)
