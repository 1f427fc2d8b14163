"""Handling once: an event's id is claimed in the handler's own transaction."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared.db import get_driver

_CLAIM = "INSERT INTO inbox (event_id, type) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true"


async def claim(session: AsyncSession, event_id: UUID, event_type: str) -> bool:
    """Return True the first time, and False if this service has handled the event before."""
    return await (await get_driver(session)).fetchval(_CLAIM, event_id, event_type) is not None
