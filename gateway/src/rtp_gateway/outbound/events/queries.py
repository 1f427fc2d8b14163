"""Reading stored events. Row-level security stands behind the query."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.events.models import Event
from rtp_shared.db import AnyRow, AnySelect, visible_to
from rtp_shared.identities import Principal


async def list_correlated(
    session: AsyncSession, principal: Principal, correlation_id: str, *, limit: int
) -> Sequence[AnyRow]:
    """Return events of a correlation id that the caller may see, in the order of the feed, one more than `limit`."""
    query: AnySelect = (
        select(Event.position, Event.body, Event.recorded_at)
        .where(Event.correlation_id == correlation_id, visible_to(Event.readers, principal.identities))
        .order_by(Event.position)
        .limit(limit + 1)
    )
    return (await session.execute(query)).all()
