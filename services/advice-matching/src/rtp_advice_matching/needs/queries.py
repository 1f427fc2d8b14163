"""Queries of needs. Row-level security stands behind each."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, case, cast, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.needs.errors import NoSuchNeed
from rtp_advice_matching.needs.models import NeedState, SupportNeed
from rtp_advice_matching.requests.errors import NoSuchSupportRequest
from rtp_advice_matching.requests.models import SupportRequest
from rtp_shared.db import AnyRow, AnySelect, visible_to

_RESTS = and_(SupportNeed.state == NeedState.OPEN, SupportNeed.rests.is_not(None))
"""As `SupportNeed.shown_state`, in SQL."""
_SHOWN_STATE: ColumnElement[str] = case(
    (_RESTS, literal(NeedState.NOT_NEEDED.value)), else_=cast(SupportNeed.state, Text)
)
_SHOWN_REASON = case((_RESTS, cast(SupportNeed.rests, Text)), else_=cast(SupportNeed.reason, Text))
_NEED = (
    SupportNeed.id,
    SupportNeed.request_id.label("support_request_id"),
    SupportNeed.source,
    SupportNeed.kind.label("kind_sought"),
    SupportNeed.topic,
    SupportNeed.stage,
    _SHOWN_STATE.label("state"),
    _SHOWN_REASON.label("reason"),
    SupportNeed.version,
    SupportNeed.opened_at,
    SupportNeed.changed_at,
    SupportNeed.closed_at,
)


async def get_seen_request(session: AsyncSession, request_id: UUID, *, readers: Sequence[str]) -> AnyRow:
    """Return route and sector of a request, for whoever sees its case; to all others there is no such request."""
    query = select(SupportRequest.route, SupportRequest.sector).where(
        SupportRequest.id == request_id, visible_to(SupportRequest.case_readers, readers)
    )
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchSupportRequest
    return row


async def list_needs(
    session: AsyncSession,
    request_id: UUID,
    *,
    readers: Sequence[str],
    limit: int,
    after: UUID | None = None,
    state: NeedState | None = None,
) -> Sequence[AnyRow]:
    """List the needs of a request, oldest first, and one row more than `limit` where more follow."""
    query = _select(request_id, readers).order_by(SupportNeed.id).limit(limit + 1)
    if state is not None:
        query = query.where(_SHOWN_STATE.in_([state.value]))
    if after is not None:
        query = query.where(SupportNeed.id > after)
    return (await session.execute(query)).all()


async def get_need(session: AsyncSession, request_id: UUID, need_id: UUID, *, readers: Sequence[str]) -> AnyRow:
    row = (await session.execute(_select(request_id, readers).where(SupportNeed.id == need_id))).first()
    if row is None:
        raise NoSuchNeed
    return row


def is_known_to(readers: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that somebody may know of a need: they see the case, and what brought it is not kept from
    them.
    """
    sees_case = select(SupportRequest.id).where(
        SupportRequest.id == SupportNeed.request_id, visible_to(SupportRequest.case_readers, readers)
    )
    return and_(
        sees_case.correlate(SupportNeed).exists(),
        or_(SupportNeed.readers.is_(None), visible_to(SupportNeed.__table__.c.readers, readers)),
    )


def _select(request_id: UUID, readers: Sequence[str]) -> AnySelect:
    query: AnySelect = select(*_NEED).where(SupportNeed.request_id == request_id, is_known_to(readers))
    return query
