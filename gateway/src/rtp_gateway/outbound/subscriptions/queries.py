"""Reading a client's subscriptions. Row-level security stands behind every one of these."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.subscriptions.errors import NoSuchSubscription
from rtp_gateway.outbound.subscriptions.models import Subscription, SubscriptionStatus


async def get_subscription(session: AsyncSession, subscription_id: UUID, *, client_id: str) -> Subscription:
    query = select(Subscription).where(Subscription.id == subscription_id, Subscription.client_id == client_id)
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise NoSuchSubscription
    return found


async def list_subscriptions(
    session: AsyncSession, *, client_id: str, limit: int, after: UUID | None, status: SubscriptionStatus | None
) -> Sequence[Subscription]:
    """Return the newest first, one more than `limit` where more follow."""
    query = select(Subscription).where(Subscription.client_id == client_id)
    if status is not None:
        query = query.where(Subscription.status == status)
    if after is not None:
        query = query.where(Subscription.id < after)
    return (await session.execute(query.order_by(Subscription.id.desc()).limit(limit + 1))).scalars().all()
