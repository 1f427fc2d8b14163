"""What a client may ask about its subscriptions. Row-level security stands behind every one of these."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.feed.models import Event
from rtp_gateway.subscriptions.errors import NoSuchSubscription
from rtp_gateway.subscriptions.models import Delivery, DeliveryState, Subscription, SubscriptionStatus
from rtp_shared.db import AnyRow, AnySelect

_SHOWN = (
    Subscription.id,
    Subscription.sink,
    Subscription.types,
    Subscription.description,
    Subscription.status,
    Subscription.version,
    Subscription.made_at,
    Subscription.changed_at,
    Subscription.ended_at,
)

_ATTEMPTED = (
    Delivery.position,
    Event.event_id,
    Event.type,
    Delivery.case_id,
    Delivery.state,
    Delivery.attempts,
    Delivery.last_status,
    Delivery.last_error,
    Event.recorded_at,
    Delivery.attempted_at,
    Delivery.next_attempt_at,
)


async def get_subscription(session: AsyncSession, subscription_id: UUID, *, client_id: str) -> AnyRow:
    query = select(*_SHOWN).where(Subscription.id == subscription_id, Subscription.client_id == client_id)
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchSubscription
    return row


async def list_subscriptions(
    session: AsyncSession, *, client_id: str, limit: int, after: UUID | None, status: SubscriptionStatus | None
) -> Sequence[AnyRow]:
    """Newest first, one row more than `limit` where more follow."""
    query: AnySelect = select(*_SHOWN).where(Subscription.client_id == client_id)
    if status is not None:
        query = query.where(Subscription.status == status)
    if after is not None:
        query = query.where(Subscription.id < after)
    return (await session.execute(query.order_by(Subscription.id.desc()).limit(limit + 1))).all()


async def list_deliveries(
    session: AsyncSession, subscription_id: UUID, *, limit: int, after: int | None, state: DeliveryState | None
) -> Sequence[AnyRow]:
    """Of one subscription, newest first, one row more than `limit` where more follow."""
    query: AnySelect = (
        select(*_ATTEMPTED)
        .join(Event, Event.position == Delivery.position)
        .where(Delivery.subscription_id == subscription_id)
    )
    if state is not None:
        query = query.where(Delivery.state == state)
    if after is not None:
        query = query.where(Delivery.position < after)
    return (await session.execute(query.order_by(Delivery.position.desc()).limit(limit + 1))).all()
