"""Queries of matching rounds. Row-level security stands behind each."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_advice_matching.rounds.errors import NoSuchRound
from rtp_advice_matching.rounds.models import MatchingRound, RoundStatus
from rtp_shared.db import AnyRow, AnySelect, visible_to

WAITING = and_(
    SupportRequest.status.in_((SupportStatus.OPEN, SupportStatus.PROPOSED)), SupportRequest.ended_as.is_(None)
)
"""The condition that a request's group still looks for somebody: `SupportRequest.is_waiting`, in SQL."""

_COLUMNS = [column for column in MatchingRound.__table__.c if column.name not in ("certificate", "readers")]


async def list_waiting(session: AsyncSession, *, at_most: int) -> Sequence[SupportRequest]:
    """List the requests that take part in a round, who waits longest first, and one more where there are more."""
    query = (
        select(SupportRequest)
        .where(WAITING, SupportRequest.route.is_not(None))
        .order_by(SupportRequest.opened_at, SupportRequest.id)
        .limit(at_most + 1)
    )
    return (await session.scalars(query)).all()


async def list_rounds(
    session: AsyncSession,
    *,
    readers: Sequence[str],
    limit: int,
    after: UUID | None = None,
    status: RoundStatus | None = None,
) -> Sequence[AnyRow]:
    """List rounds, newest first, and one row more than `limit` where more follow."""
    query: AnySelect = select(*_COLUMNS).where(visible_to(MatchingRound.readers, readers))
    if status is not None:
        query = query.where(MatchingRound.status == status)
    if after is not None:
        query = query.where(MatchingRound.id < after)
    return (await session.execute(query.order_by(MatchingRound.id.desc()).limit(limit + 1))).all()


async def get_round(session: AsyncSession, round_id: UUID, *, readers: Sequence[str]) -> AnyRow:
    query = select(*_COLUMNS).where(MatchingRound.id == round_id, visible_to(MatchingRound.readers, readers))
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchRound
    return row


async def get_certificate(session: AsyncSession, round_id: UUID, *, readers: Sequence[str]) -> str:
    query = select(MatchingRound.certificate).where(
        MatchingRound.id == round_id, visible_to(MatchingRound.readers, readers)
    )
    certificate = await session.scalar(query)
    if certificate is None:
        raise NoSuchRound
    return certificate
