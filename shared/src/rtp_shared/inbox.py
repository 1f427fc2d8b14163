"""Handling once: an event's id is claimed in the handler's own transaction."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared.plumbing import inbox


async def claim(session: AsyncSession, event_id: UUID, event_type: str) -> bool:
    """True the first time; False if this service has handled the event before."""
    # RETURNING, because rowcount is -1 for ON CONFLICT DO NOTHING.
    row = await session.execute(
        insert(inbox).values(event_id=event_id, type=event_type).on_conflict_do_nothing().returning(inbox.c.event_id)
    )
    return row.first() is not None
