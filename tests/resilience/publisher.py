"""A service that does nothing but publish: many cases, several events each, at a steady rate.

It writes into the applications service's outbox as that service does, so its worker relays them.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy import text

from rtp_shared.clock import utcnow
from rtp_shared.contracts import EventData
from rtp_shared.contracts.applications import CaseOpened, ScreeningBegun
from rtp_shared.contracts.events import compute_digest, read
from rtp_shared.db import Database, is_unavailable
from rtp_shared.outbox import Outbox

LIVE = 30
"""Cases that go on side by side."""
EVENTS = 8
"""Events of a case, until another one takes its place."""
_NEWEST = text("SELECT body FROM outbox WHERE case_id = :case_id ORDER BY position DESC LIMIT 1")


@dataclass
class Chain:
    """The events of one case."""

    readers: Sequence[str]
    case_id: UUID = field(default_factory=uuid4)
    sequence: int = 0
    previous: str | None = None
    sure: bool = True
    """False after a commit of which nobody knows whether it was done."""


def build_event(case_id: UUID, sequence: int) -> EventData:
    """Build an event that no service answers: every third of one type, the others of another."""
    if sequence % 3 == 1:
        return CaseOpened(case_id=case_id, route="right-to-provide")
    return ScreeningBegun(
        case_id=case_id,
        number="RTP-482-715-9361",
        route="right-to-provide",
        action="begin-screening",
        status_before="eoi-submitted",
        status="screening",
        role="case-officer",
        at=utcnow(),
    )


class Publisher:
    def __init__(
        self,
        database: Database,
        base_url: str,
        audiences: Sequence[Sequence[str]],
        *,
        live: int = LIVE,
        events: int = EVENTS,
        burst: int = 0,
    ) -> None:
        """Publish cases to `audiences`: the readers of the first case, of the second and so on, over and over."""
        self._database = database
        self._outbox = Outbox("applications", base_url)
        self._audiences = audiences
        self.made_up: list[UUID] = []
        """Cases that are known by their events alone."""
        self._events, self._burst = events, burst
        self._chains = [self._begin_chain() for _ in range(live)]

    async def run(self, per_second: float) -> None:
        """Publish so many events a second, until cancelled; none is made up for after an outage.

        There are `burst` in a transaction; one or two in turns if that is none.
        """
        turn, due = 0, time.monotonic()
        while True:
            turn += 1
            count = self._burst or 1 + turn % 2
            due = max(due + count / per_second, time.monotonic())
            try:
                await self.publish(turn % len(self._chains), count)
            except Exception as error:
                if not is_unavailable(error):
                    raise
                await asyncio.sleep(0.1)
            await asyncio.sleep(due - time.monotonic())

    def _begin_chain(self) -> Chain:
        chain = Chain(self._audiences[len(self.made_up) % len(self._audiences)])
        self.made_up.append(chain.case_id)
        return chain

    async def publish(self, number: int, count: int) -> None:
        """Publish so many events more of the case that goes on under this number."""
        chain = self._chains[number]
        if not chain.sure:
            await self._look_up(chain)
        chain.sure = False
        async with self._database.transaction() as session:
            bodies = await self._outbox.publish(
                session,
                [build_event(chain.case_id, chain.sequence + number) for number in range(1, count + 1)],
                subject_id=chain.case_id,
                sequence=chain.sequence + 1,
                previous=chain.previous,
                dataref=f"/v1/cases/{chain.case_id}",
                readers=chain.readers,
            )
        chain.sequence, chain.previous, chain.sure = chain.sequence + count, compute_digest(bodies[-1]), True
        if chain.sequence >= self._events:
            self._chains[number] = self._begin_chain()

    async def _look_up(self, chain: Chain) -> None:
        """Read how far the case has come, as a service finds it in its own row."""
        async with self._database.transaction(read_only=True) as session:
            body: bytes | None = await session.scalar(_NEWEST, {"case_id": chain.case_id})
        chain.sequence, chain.previous = (read(body).sequence, compute_digest(body)) if body else (0, None)
        chain.sure = True
