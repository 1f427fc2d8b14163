"""Reading a client's deliveries by event. Row-level security stands behind every one of these."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.backlog.models import Attempt, Delivery
from rtp_shared.db import AnyRow, AnySelect
from rtp_shared.identities import Principal


async def list_deliveries_of_events(
    session: AsyncSession, principal: Principal, positions: Sequence[int], *, limit: int
) -> Sequence[AnyRow]:
    """Return deliveries of these events to the caller's own subscriptions, one more than `limit`."""
    query: AnySelect = (
        select(Delivery.position, Delivery.subscription_id, Delivery.state)
        .where(Delivery.position.in_(positions), Delivery.client_id == principal.client_id)
        .order_by(Delivery.position, Delivery.subscription_id)
        .limit(limit + 1)
    )
    return (await session.execute(query)).all()


async def list_attempts_of_events(
    session: AsyncSession, principal: Principal, positions: Sequence[int], *, limit: int
) -> Sequence[AnyRow]:
    """Return attempts at these events to the caller's own subscriptions, in the order they were made."""
    columns = (Attempt.attempt, Attempt.at, Attempt.ms, Attempt.outcome, Attempt.status, Attempt.error, Attempt.answer)
    query: AnySelect = (
        select(Attempt.position, Attempt.subscription_id, *columns)
        .where(Attempt.position.in_(positions), Attempt.client_id == principal.client_id)
        .order_by(Attempt.position, Attempt.subscription_id, Attempt.attempt)
        .limit(limit + 1)
    )
    return (await session.execute(query)).all()
