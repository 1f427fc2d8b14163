"""Publishing: an event leaves by a row written in the caller's own transaction, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared.clock import Clock, utcnow
from rtp_shared.contracts import ABOUT_NOTHING, About, EventData, events
from rtp_shared.db import get_driver

_INSERT = "INSERT INTO outbox (event_id, type, case_id, readers, body) VALUES ($1, $2, $3, $4, $5)"


@dataclass(frozen=True, slots=True)
class Outbox:
    """The outbox of one service, from which its events leave."""

    service: str
    base_url: str
    clock: Clock = utcnow

    async def publish(
        self,
        session: AsyncSession,
        every: Sequence[EventData],
        *,
        subject_id: UUID,
        sequence: int,
        previous: str | None,
        dataref: str,
        readers: Sequence[str],
        about: About = ABOUT_NOTHING,
        part: str | None = None,
    ) -> list[bytes]:
        """Write the events to the outbox and return their bytes; they leave if and only if the transaction commits.

        `sequence` and `previous` (digest of the event before) are the first one's, given inside the row lock of
        whatever counts them; `readers` are the identities that may ever be shown the events. `part` names a
        source within the service, whose events about the subject are a chain of their own.
        """
        rows = []
        source = f"{self.service}/{part}" if part else self.service
        for number, data in enumerate(every, sequence):
            event_id, body = events.write(
                data,
                base_url=self.base_url,
                service=source,
                subject_id=subject_id,
                sequence=number,
                dataref=dataref,
                previous=previous,
                about=about,
                at=self.clock(),
            )
            previous = events.compute_digest(body)
            rows.append((event_id, data.TYPE, subject_id, list(readers), body))
        connection = await get_driver(session)
        if len(rows) == 1:
            await connection.execute(_INSERT, *rows[0])
        elif rows:
            await connection.executemany(_INSERT, rows)
        return [row[-1] for row in rows]
