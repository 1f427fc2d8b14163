"""A client's subscriptions as FHIR knows them: those that FHIR can say, and that have not ended."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.fhir import mapping
from rtp_gateway.outbound.fhir.errors import NotInFhir
from rtp_gateway.outbound.subscriptions.models import Subscription, SubscriptionStatus
from rtp_gateway.outbound.subscriptions.schemas import NewSubscription
from rtp_gateway.outbound.transports.requests import Protocol


def _select_living(client_id: str) -> Select[Subscription]:
    return select(Subscription).where(
        Subscription.client_id == client_id, Subscription.status != SubscriptionStatus.ENDED
    )


async def get_subscription(session: AsyncSession, subscription_id: UUID, *, client_id: str) -> Subscription:
    """Return it as it is now, for reading: commands lock and read it again."""
    query = _select_living(client_id).where(Subscription.id == subscription_id)
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotInFhir
    session.expunge(found)
    return found


def _select_sayable(client_id: str) -> Select[Subscription]:
    """Return those that FHIR can say but for their filters, which only a look at them tells."""
    return _select_living(client_id).where(
        Subscription.source.is_(None),
        func.cardinality(Subscription.types) == 1,
        Subscription.payload.in_(mapping.FORMS),
    )


async def count_subscriptions(session: AsyncSession, *, client_id: str) -> int:
    """Return how many the pages of a list have together."""
    rows = (await session.execute(_select_sayable(client_id))).scalars()
    return sum(mapping.is_in_fhir(each) for each in rows)


async def list_subscriptions(
    session: AsyncSession, *, client_id: str, limit: int, after: UUID | None
) -> Sequence[Subscription]:
    """Return the newest first, one more than `limit` where more follow. Some may have filters that FHIR cannot say."""
    query = _select_sayable(client_id)
    if after is not None:
        query = query.where(Subscription.id < after)
    return (await session.execute(query.order_by(Subscription.id.desc()).limit(limit + 1))).scalars().all()


async def find_matching(session: AsyncSession, details: NewSubscription, *, client_id: str) -> UUID | None:
    """Return a subscription to the same events at the same endpoint. A client has one queue for the same events."""
    query = _select_living(client_id).where(
        Subscription.protocol == details.protocol,
        Subscription.types == details.types,
        Subscription.filters == details.filters,
    )
    if details.protocol is Protocol.HTTP:
        query = query.where(Subscription.sink == details.sink)
    return (await session.execute(query.with_only_columns(Subscription.id).limit(1))).scalar_one_or_none()
