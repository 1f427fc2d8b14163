"""A service that does nothing but publish: many cases, several events each, at a steady rate.

It writes into the applications service's outbox as that service does, so its worker relays them.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy import text

from rtp_shared.contracts.applications import CaseOpened
from rtp_shared.contracts.events import compute_digest, read
from rtp_shared.db import Database, is_unavailable
from rtp_shared.outbox import Outbox

LIVE = 30
"""Cases that go on side by side."""
EVENTS = 8
"""Events of a case, until another one takes its place."""
_NEWEST = text("SELECT body FROM outbox WHERE case_id = :case_id ORDER BY position DESC LIMIT 1")


@dataclass
class Line:
    """One case's events."""

    readers: Sequence[str]
    case_id: UUID = field(default_factory=uuid4)
    sequence: int = 0
    previous: str | None = None
    sure: bool = True
    """False after a commit of which nobody knows whether it was done."""


class Publisher:
    def __init__(self, database: Database, base_url: str, audiences: Sequence[Sequence[str]]) -> None:
        """`audiences`: readers of the first case, of the second and so on, over and over."""
        self._database = database
        self._outbox = Outbox("applications", base_url)
        self._audiences = audiences
        self.made_up: list[UUID] = []
        """Cases that are known by their events alone."""
        self._lines = [self._line() for _ in range(LIVE)]

    async def run(self, per_second: float) -> None:
        """So many events, until cancelled; what an outage kept it from is not made up for."""
        turn, due = 0, time.monotonic()
        while True:
            turn += 1
            due = max(due + 1.5 / per_second, time.monotonic())
            try:
                await self.publish(turn % LIVE, 1 + turn % 2)  # one or two in a transaction, in turns
            except Exception as error:
                if not is_unavailable(error):
                    raise
                await asyncio.sleep(0.1)
            await asyncio.sleep(due - time.monotonic())

    def _line(self) -> Line:
        line = Line(self._audiences[len(self.made_up) % len(self._audiences)])
        self.made_up.append(line.case_id)
        return line

    async def publish(self, number: int, count: int) -> None:
        """So many events more of the case that goes on under this number."""
        line = self._lines[number]
        if not line.sure:
            await self._look_up(line)
        line.sure = False
        async with self._database.transaction() as session:
            bodies = await self._outbox.publish(
                session,
                [CaseOpened(case_id=line.case_id, route="right-to-provide")] * count,
                subject_id=line.case_id,
                sequence=line.sequence + 1,
                previous=line.previous,
                dataref=f"/v1/cases/{line.case_id}",
                readers=line.readers,
            )
        line.sequence, line.previous, line.sure = line.sequence + count, compute_digest(bodies[-1]), True
        if line.sequence >= EVENTS:
            self._lines[number] = self._line()

    async def _look_up(self, line: Line) -> None:
        """Where the case stands, as a service finds it in its own row."""
        async with self._database.transaction(read_only=True) as session:
            body: bytes | None = await session.scalar(_NEWEST, {"case_id": line.case_id})
        line.sequence, line.previous = (read(body).sequence, compute_digest(body)) if body else (0, None)
        line.sure = True
