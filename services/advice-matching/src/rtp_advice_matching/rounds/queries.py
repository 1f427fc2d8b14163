"""Queries of matching rounds. Row-level security stands behind each."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.needs.models import NeedState, SupportNeed
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_advice_matching.requests.strands import BUSY, SupportStrand
from rtp_advice_matching.rounds.errors import NoSuchRound
from rtp_advice_matching.rounds.models import MatchingRound, RoundRequest, RoundStatus
from rtp_advice_matching.rounds.rules.snapshot import write_canonical
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


async def list_waiting(
    session: AsyncSession, *, kind: str | None, at_most: int | None
) -> AsyncIterator[SupportRequest]:
    """List the requests that take part in a round, who waits longest first, and one more where there are more."""
    query = (
        select(SupportRequest)
        .where(waits_for(kind), SupportRequest.route.is_not(None))
        .order_by(SupportRequest.opened_at, SupportRequest.id)
        .limit(None if at_most is None else at_most + 1)
    )
    async for request in await session.stream_scalars(query.execution_options(yield_per=1000)):
        yield request


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
    """Return the certificate of a round, put together of its parts."""
    query = select(MatchingRound.certificate).where(
        MatchingRound.id == round_id, visible_to(MatchingRound.readers, readers)
    )
    kept = await session.scalar(query)
    if kept is None:
        raise NoSuchRound
    whole = json.loads(kept)
    if "lists" in whole:  # of an earlier format, and kept in one
        return kept
    columns = (RoundRequest.answer, RoundRequest.request, RoundRequest.listed)
    joined: list[ColumnElement[str]] = [
        func.coalesce(func.string_agg(each, aggregate_order_by(literal(","), RoundRequest.place)), "")
        for each in columns
    ]
    mine = RoundRequest.round_id == round_id, visible_to(RoundRequest.readers, readers)
    query_parts: AnySelect = select(*joined).where(*mine)
    answers, requests, lists = (await session.execute(query_parts)).one()
    written = {name: write_canonical(value).decode() for name, value in whole.items() if name != "input"}
    given = {name: write_canonical(value).decode() for name, value in whole["input"].items()}
    written["input"] = _join(given | {"requests": f"[{requests}]"})
    return _join(written | {"answers": f"[{answers}]", "lists": f"[{lists}]"})


def _join(written: Mapping[str, str]) -> str:
    """Write an object of values that are JSON already, in the order in which it is hashed."""
    return "{" + ",".join(f'"{name}":{written[name]}' for name in sorted(written)) + "}"


async def is_in_parts(session: AsyncSession, round_id: UUID) -> bool:
    """Return whether a round's certificate is kept in parts, as all are but those of earlier formats."""
    query = select(RoundRequest.place).where(RoundRequest.round_id == round_id).limit(1)
    return await session.scalar(query) is not None


async def list_pairs(
    session: AsyncSession, round_id: UUID, *, readers: Sequence[str], at_most: int | None = None
) -> dict[UUID, tuple[int, UUID]]:
    """List the pairs of a round of which nothing has become yet: by request, its version then and the adviser."""
    query = (
        select(RoundRequest.request_id, RoundRequest.request_version, RoundRequest.adviser_id)
        .where(RoundRequest.round_id == round_id, visible_to(RoundRequest.readers, readers))
        .where(RoundRequest.request_id.is_not(None), RoundRequest.adviser_id.is_not(None))
        .where(RoundRequest.outcome.is_(None))
        .order_by(RoundRequest.place)
        .limit(at_most)
    )
    rows: Sequence[AnyRow] = (await session.execute(query)).all()
    return {row.request_id: (row.request_version, row.adviser_id) for row in rows}
