"""Queries of complaints on data protection. Row-level security asks the same behind every query."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.complaints.errors import NoSuchComplaint
from rtp_applications.complaints.models import ACKNOWLEDGED_WITHIN, PrivacyComplaint
from rtp_applications.deadlines.rules.days import starts_at
from rtp_shared.db import visible_to


async def list_complaints(
    session: AsyncSession,
    *,
    readers: Sequence[str],
    today: date,
    limit: int,
    after: UUID | None = None,
    open_only: bool = False,
    overdue: bool = False,
) -> Sequence[PrivacyComplaint]:
    """List complaints, newest first, and one more than `limit` where more follow."""
    query = select(PrivacyComplaint).where(visible_to(PrivacyComplaint.readers, readers))
    if after is not None:
        query = query.where(PrivacyComplaint.id < after)
    if open_only:
        query = query.where(PrivacyComplaint.answered_at.is_(None))
    if overdue:
        first = starts_at(today - ACKNOWLEDGED_WITHIN + timedelta(days=1))
        query = query.where(PrivacyComplaint.acknowledged_at.is_(None), PrivacyComplaint.received_at < first)
    return (await session.scalars(query.order_by(PrivacyComplaint.id.desc()).limit(limit + 1))).all()


async def get_complaint(
    session: AsyncSession, complaint_id: UUID, *, readers: Sequence[str], lock: bool = False
) -> PrivacyComplaint:
    query = select(PrivacyComplaint).where(
        PrivacyComplaint.id == complaint_id, visible_to(PrivacyComplaint.readers, readers)
    )
    found = await session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NoSuchComplaint
    return found
