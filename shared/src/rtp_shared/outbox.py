"""Publishing: an event leaves by a row written in the caller's own transaction, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared import events
from rtp_shared.contracts import EventData
from rtp_shared.db import driver

_INSERT = "INSERT INTO outbox (event_id, type, case_id, readers, body) VALUES ($1, $2, $3, $4, $5)"


@dataclass(frozen=True, slots=True)
class Outbox:
    """The way out for one service's events."""

    service: str
    base_url: str

    async def publish(
        self,
        session: AsyncSession,
        data: EventData,
        *,
        case_id: UUID,
        sequence: int,
        dataref: str,
        readers: Sequence[str],
    ) -> UUID:
        """Write the event to the outbox; it goes out if and only if the caller's transaction commits.

        `sequence` is given inside the row lock of whatever counts it; `readers` says who may ever be shown the event.
        """
        event_id, body = events.write(
            data, base_url=self.base_url, service=self.service, case_id=case_id, sequence=sequence, dataref=dataref
        )
        await (await driver(session)).execute(_INSERT, event_id, data.TYPE, case_id, list(readers), body)
        return event_id
