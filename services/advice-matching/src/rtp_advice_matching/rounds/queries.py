"""Queries of matching rounds. Row-level security stands behind each."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.needs.models import NeedState, SupportNeed
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_advice_matching.requests.strands import BUSY, SupportStrand
from rtp_advice_matching.rounds.errors import NoSuchRound
from rtp_advice_matching.rounds.models import MatchingRound, RoundStatus
from rtp_shared.db import AnyRow, AnySelect, visible_to

WAITING = and_(
    SupportRequest.status.in_((SupportStatus.OPEN, SupportStatus.PROPOSED)), SupportRequest.ended_as.is_(None)
)
"""The condition that a request's group still looks for somebody: `SupportRequest.is_waiting`, in SQL."""


def waits_for(kind: str | None) -> ColumnElement[bool]:
    """Return the condition that a group needs somebody of a kind by name, and that nobody of it is asked or agreed on;
    of no kind, that it looks for anybody and has nobody. It is `SupportRequest.waits_for` in SQL, and the need besides.
    What a barrier has brought is left out: who takes part must not tell of it.
    """
    if kind is None:
        return WAITING
    of_request = SupportStrand.request_id == SupportRequest.id
    busy = exists().where(of_request, SupportStrand.kind == kind, SupportStrand.status.in_(BUSY))
    needed = exists().where(
        SupportNeed.request_id == SupportRequest.id,
        SupportNeed.kind == kind,
        SupportNeed.state == NeedState.OPEN,
        SupportNeed.rests.is_(None),
        SupportNeed.readers.is_(None),
    )
    named = or_(func.cardinality(SupportRequest.kinds) == 0, SupportRequest.kinds.contains([kind]))
    going_on = and_(SupportRequest.status != SupportStatus.CLOSED, SupportRequest.ended_as.is_(None))
    return and_(going_on, named, needed.correlate(SupportRequest), ~busy.correlate(SupportRequest))


_COLUMNS = [column for column in MatchingRound.__table__.c if column.name not in ("certificate", "readers")]


async def list_waiting(session: AsyncSession, *, kind: str | None, at_most: int) -> Sequence[SupportRequest]:
    """List the requests that take part in a round, who waits longest first, and one more where there are more."""
    query = (
        select(SupportRequest)
        .where(waits_for(kind), SupportRequest.route.is_not(None))
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
