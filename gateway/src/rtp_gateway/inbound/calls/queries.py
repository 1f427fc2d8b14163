"""Reading a client's calls. Row-level security stands behind the query."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.inbound.calls.models import Call
from rtp_shared.db import AnyRow, AnySelect
from rtp_shared.identities import Principal


async def list_calls(
    session: AsyncSession, principal: Principal, correlation_id: str, *, limit: int
) -> Sequence[AnyRow]:
    """Return the caller's own calls of a correlation id, oldest first, one more than `limit`."""
    query: AnySelect = (
        select(Call.method, Call.path, Call.status, Call.at, Call.ms, Call.client_id)
        .where(Call.correlation_id == correlation_id, Call.client_id == principal.client_id)
        .order_by(Call.at, Call.id)
        .limit(limit + 1)
    )
    return (await session.execute(query)).all()
