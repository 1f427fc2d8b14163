"""Queries of requests for access to one's data. Row-level security stands behind each."""

from collections.abc import Sequence
from datetime import date
from typing import cast
from uuid import UUID

from sqlalchemy import Table, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.deadlines.rules.days import add_months, starts_at
from rtp_applications.subject_access.errors import NoSuchAccessRequest
from rtp_applications.subject_access.models import FURTHER_MONTHS, MONTHS, SubjectAccessRequest
from rtp_shared.db import visible_to

_request = cast("Table", SubjectAccessRequest.__table__).c


async def list_requests(
    session: AsyncSession,
    *,
    readers: Sequence[str],
    today: date,
    limit: int,
    after: UUID | None = None,
    open_only: bool = False,
    overdue: bool = False,
) -> Sequence[SubjectAccessRequest]:
    """List requests, newest first, and one more than `limit` where more follow."""
    query = select(SubjectAccessRequest).where(visible_to(SubjectAccessRequest.readers, readers))
    if after is not None:
        query = query.where(SubjectAccessRequest.id < after)
    if open_only or overdue:
        query = query.where(_request.answered_at.is_(None))
    if overdue:
        # Days of receipt whose last day has passed: a month later counts from the first of them that has not.
        usual, extended = (_find_first_open(today, months) for months in (MONTHS, MONTHS + FURTHER_MONTHS))
        query = query.where(
            or_(
                and_(_request.extended_at.is_(None), _request.received_at < starts_at(usual)),
                and_(_request.extended_at.is_not(None), _request.received_at < starts_at(extended)),
            )
        )
    return (await session.scalars(query.order_by(SubjectAccessRequest.id.desc()).limit(limit + 1))).all()


def _find_first_open(today: date, months: int) -> date:
    """Return the first day of receipt whose time is not over. The last day of a short month stands for several."""
    day = add_months(today, -months)
    while add_months(day, months) >= today:
        day = date.fromordinal(day.toordinal() - 1)
    return date.fromordinal(day.toordinal() + 1)


async def get_request(
    session: AsyncSession, request_id: UUID, *, readers: Sequence[str], lock: bool = False
) -> SubjectAccessRequest:
    query = select(SubjectAccessRequest).where(
        SubjectAccessRequest.id == request_id, visible_to(SubjectAccessRequest.readers, readers)
    )
    found = await session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NoSuchAccessRequest
    return found


async def rename_in_requests(
    session: AsyncSession, reference: str, pseudonym: str, *, holders: Sequence[str] | None
) -> None:
    """Put the pseudonym in place of the reference in requests that these vouched for, or in all."""
    statement = update(SubjectAccessRequest).where(_request.person == reference)
    if holders is not None:
        statement = statement.where(_request.holder.in_(holders))
    await session.execute(
        statement.values(person=pseudonym, scope=None, extension_reason=None),
        execution_options={"synchronize_session": False},
    )
