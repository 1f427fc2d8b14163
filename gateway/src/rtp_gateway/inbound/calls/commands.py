"""Deleting old calls."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared.db import get_driver

_DELETE_OLD = "DELETE FROM calls WHERE at < $1"


async def delete_old_calls(session: AsyncSession, *, before: datetime) -> int:
    """Delete calls made before; return how many."""
    status: str = await (await get_driver(session)).execute(_DELETE_OLD, before)
    return int(status.rpartition(" ")[2])
