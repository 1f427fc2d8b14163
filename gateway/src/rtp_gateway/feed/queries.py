"""Reading the feed. Row-level security stands behind the query."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.feed.models import Event
from rtp_shared.db import AnyRow, AnySelect, visible_to


async def list_events(
    session: AsyncSession, *, readers: Sequence[str], after: int, limit: int, type_: str | None = None
) -> Sequence[AnyRow]:
    """Oldest first from behind a position, one row more than `limit` where more follow."""
    query: AnySelect = (
        select(Event.position, Event.body)
        .where(Event.position > after, visible_to(Event.readers, readers))
        .order_by(Event.position)
        .limit(limit + 1)
    )
    if type_ is not None:
        query = query.where(Event.type == type_)
    return (await session.execute(query)).all()
