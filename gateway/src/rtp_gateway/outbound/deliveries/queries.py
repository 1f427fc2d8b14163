"""Reading the deliveries of a client's subscription. Row-level security stands behind every one of these."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.backlog.models import Attempt, Delivery, DeliveryState
from rtp_gateway.outbound.deliveries.errors import NoSuchDelivery
from rtp_gateway.outbound.events.models import Event
from rtp_shared.db import AnyRow, AnySelect

_COLUMNS = (
    Delivery.position,
    Event.event_id,
    Event.type,
    Delivery.subject_id.label("case_id"),
    Event.source,
    Event.sequence,
    Delivery.state,
    Delivery.attempts,
    Delivery.replays,
    Delivery.last_status,
    Delivery.last_error,
    Event.recorded_at,
    Delivery.attempted_at,
    Delivery.settled_at,
    Delivery.next_attempt_at,
)


async def list_deliveries(
    session: AsyncSession, subscription_id: UUID, *, limit: int, after: int | None, state: DeliveryState | None
) -> Sequence[AnyRow]:
    """Return the deliveries of one subscription, newest first, one row more than `limit` where more follow."""
    query: AnySelect = (
        select(*_COLUMNS)
        .join(Event, Event.position == Delivery.position)
        .where(Delivery.subscription_id == subscription_id)
    )
    if state is not None:
        query = query.where(Delivery.state == state)
    if after is not None:
        query = query.where(Delivery.position < after)
    return (await session.execute(query.order_by(Delivery.position.desc()).limit(limit + 1))).all()


async def list_attempts(session: AsyncSession, subscription_id: UUID, event_id: UUID) -> Sequence[Attempt]:
    """Return all attempts of one delivery that are still kept, oldest first."""
    position = await find_position(session, subscription_id, event_id)
    query = select(Attempt).where(Attempt.subscription_id == subscription_id, Attempt.position == position)
    return (await session.execute(query.order_by(Attempt.attempt))).scalars().all()


async def find_position(session: AsyncSession, subscription_id: UUID, event_id: UUID) -> int:
    query = (
        select(Delivery.position)
        .join(Event, Event.position == Delivery.position)
        .where(Delivery.subscription_id == subscription_id, Event.event_id == event_id)
    )
    position = (await session.execute(query)).scalar_one_or_none()
    if position is None:
        raise NoSuchDelivery
    return position


_WAITING = text("""
    SELECT
        (SELECT count(*) FROM (
            SELECT FROM deliveries WHERE subscription_id = :id AND state = 'pending' LIMIT 10000) w) AS waiting,
        (SELECT count(*) FROM (
            SELECT FROM deliveries WHERE subscription_id = :id AND state = 'dead' LIMIT 10000) d) AS dead_letters,
        (SELECT extract(epoch FROM CAST(:now AS timestamptz) - e.recorded_at)::float FROM events e WHERE e.position = (
            SELECT min(position) FROM deliveries WHERE subscription_id = :id AND state IN ('pending', 'dead')))
            AS oldest_waiting_seconds
""")
_FIGURES = text("""
    SELECT count(*) AS attempts,
        avg((a.outcome = 'delivered')::int)::float AS success_rate,
        max(a.at) FILTER (WHERE a.outcome = 'delivered') AS last_delivered_at,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY a.ms) AS p50_ms,
        percentile_cont(0.95) WITHIN GROUP (ORDER BY a.ms) AS p95_ms,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM a.at - e.recorded_at) * 1000 + a.ms)
            FILTER (WHERE a.outcome = 'delivered') AS lag_p50_ms,
        percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM a.at - e.recorded_at) * 1000 + a.ms)
            FILTER (WHERE a.outcome = 'delivered') AS lag_p95_ms
    FROM attempts a JOIN events e ON e.position = a.position
    WHERE a.subscription_id = :id AND a.at > CAST(:now AS timestamptz) - :hours * interval '1 hour'
""")


async def measure_backlog(session: AsyncSession, subscription_id: UUID, *, now: datetime) -> AnyRow:
    return (await session.execute(_WAITING, {"id": subscription_id, "now": now})).one()


async def compute_figures(session: AsyncSession, subscription_id: UUID, *, now: datetime, hours: int) -> AnyRow:
    return (await session.execute(_FIGURES, {"id": subscription_id, "now": now, "hours": hours})).one()
