"""Following a correlation id. Row-level security stands behind every one of these."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.deliveries.models import Attempt, Delivery
from rtp_gateway.feed.models import Event
from rtp_gateway.traces.models import Call
from rtp_shared.db import AnyRow, AnySelect, visible_to
from rtp_shared.identities import Principal

CALLS = 200
EVENTS = 200
DELIVERIES = 1000
ATTEMPTS = 2000
"""How much of a trace is shown. A caller may use one correlation id for as many calls as it likes."""


async def calls(session: AsyncSession, principal: Principal, correlation_id: str) -> Sequence[AnyRow]:
    """The caller's own, oldest first."""
    query: AnySelect = (
        select(Call.method, Call.path, Call.status, Call.at, Call.ms, Call.client_id)
        .where(Call.correlation_id == correlation_id, Call.client_id == principal.client_id)
        .order_by(Call.at, Call.id)
        .limit(CALLS + 1)
    )
    return (await session.execute(query)).all()


async def events(session: AsyncSession, principal: Principal, correlation_id: str) -> Sequence[AnyRow]:
    """Those that the caller may see, in the order of the feed."""
    query: AnySelect = (
        select(Event.position, Event.body, Event.recorded_at)
        .where(Event.correlation_id == correlation_id, visible_to(Event.readers, principal.identities))
        .order_by(Event.position)
        .limit(EVENTS + 1)
    )
    return (await session.execute(query)).all()


async def deliveries(session: AsyncSession, principal: Principal, positions: Sequence[int]) -> Sequence[AnyRow]:
    """To the caller's own subscriptions."""
    query: AnySelect = (
        select(Delivery.position, Delivery.subscription_id, Delivery.state)
        .where(Delivery.position.in_(positions), Delivery.client_id == principal.client_id)
        .order_by(Delivery.position, Delivery.subscription_id)
        .limit(DELIVERIES + 1)
    )
    return (await session.execute(query)).all()


async def attempts(session: AsyncSession, principal: Principal, positions: Sequence[int]) -> Sequence[AnyRow]:
    """Of deliveries to the caller's own subscriptions, in the order in which they were made."""
    columns = (Attempt.attempt, Attempt.at, Attempt.ms, Attempt.outcome, Attempt.status, Attempt.error, Attempt.answer)
    query: AnySelect = (
        select(Attempt.position, Attempt.subscription_id, *columns)
        .where(Attempt.position.in_(positions), Attempt.client_id == principal.client_id)
        .order_by(Attempt.position, Attempt.subscription_id, Attempt.attempt)
        .limit(ATTEMPTS + 1)
    )
    return (await session.execute(query)).all()
