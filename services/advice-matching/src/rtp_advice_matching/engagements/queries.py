"""Queries of engagements. Row-level security stands behind each."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, literal, null, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.engagements.errors import NoSuchEngagement
from rtp_advice_matching.engagements.models import OVERSIGHT, Engagement, EngagementStatus
from rtp_advice_matching.requests.models import SupportRequest
from rtp_shared.db import AnyRow, AnySelect, visible_to

_REQUEST = (SupportRequest.sector, SupportRequest.region, SupportRequest.stage, SupportRequest.topics)
_ENGAGEMENT = [
    column
    for column in Engagement.__table__.c
    if column.name not in ("request_id", "readers", "event_hash", "sequence", "due_at", "by_itself")
]


async def list_engagements(
    session: AsyncSession,
    *,
    readers: Sequence[str],
    limit: int,
    after: UUID | None = None,
    request_id: UUID | None = None,
    adviser_id: UUID | None = None,
    status: EngagementStatus | None = None,
) -> Sequence[AnyRow]:
    """List engagements, newest first, and one row more than `limit` where more follow."""
    query = _select(readers).order_by(Engagement.id.desc()).limit(limit + 1)
    if request_id is not None:
        query = query.where(Engagement.request_id == request_id)
    if adviser_id is not None:
        query = query.where(Engagement.adviser_id == adviser_id)
    if status is not None:
        query = query.where(Engagement.status == status)
    if after is not None:
        query = query.where(Engagement.id < after)
    return (await session.execute(query)).all()


async def get_engagement(session: AsyncSession, engagement_id: UUID, *, readers: Sequence[str]) -> AnyRow:
    row = (await session.execute(_select(readers).where(Engagement.id == engagement_id))).first()
    if row is None:
        raise NoSuchEngagement
    return row


async def list_due(session: AsyncSession, now: datetime, *, limit: int, after: UUID | None) -> Sequence[UUID]:
    """List the requests with an engagement whose clock is up, in the order of their ids."""
    query = select(Engagement.request_id).where(Engagement.due_at <= now).distinct().order_by(Engagement.request_id)
    if after is not None:
        query = query.where(Engagement.request_id > after)
    return (await session.scalars(query.limit(limit))).all()


async def find_next_due(session: AsyncSession) -> datetime | None:
    found: datetime | None = await session.scalar(select(func.min(Engagement.due_at)))
    return found


def _select(readers: Sequence[str]) -> AnySelect:
    of_group = or_(Engagement.__table__.c.readers[1].in_(list(readers)), literal(OVERSIGHT in readers))
    by_itself = case((of_group, Engagement.by_itself), else_=null()).label("by_itself")
    query: AnySelect = select(
        *_ENGAGEMENT, by_itself, Engagement.request_id.label("support_request_id"), *_REQUEST
    ).join(SupportRequest, SupportRequest.id == Engagement.request_id)
    return query.where(visible_to(Engagement.readers, readers))
