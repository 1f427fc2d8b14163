"""Queries of the register of barriers. Row-level security asks the same behind every query."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, cast, exists, func, literal, not_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.queries import get_name
from rtp_applications.cases.errors import NoSuchCase
from rtp_applications.cases.models import Case
from rtp_applications.cases.sight import is_known_to
from rtp_applications.registers.barriers.errors import NoSuchBarrier
from rtp_applications.registers.barriers.models import (
    COUNTING,
    UNSETTLED,
    Barrier,
    BarrierChange,
    BarrierKind,
    BarrierState,
)
from rtp_applications.statistics.rules.disclosure import FEWEST
from rtp_applications.workflow.identities import OVERSIGHT
from rtp_shared.db import AnyRow, AnySelect, identity_scope
from rtp_shared.identities import SYSTEM

_barrier, _case, _change = Barrier.__table__.c, Case.__table__.c, BarrierChange.__table__.c
_PERSONAL = {"reported_by", "holder", "reported_at"}
_SHOWN = [
    *(column for column in _barrier if column.name not in _PERSONAL),
    get_name(_barrier.body_id).label("body_name"),
]


def filter_undisclosed(readers: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a barrier of a visible case is seen though it is not disclosed: on the reporting side,
    or centrally once the case is submitted. Never by a client of one of the case's bodies, whatever else it is, unless
    it is the staff group's own.
    """
    if set(SYSTEM) <= set(readers):
        return literal(True)
    bodies = func.array_remove(func.array_remove(_case.body_readers, OVERSIGHT), SYSTEM[0])
    reporting = _barrier.holder.in_(readers)
    central = and_(literal(OVERSIGHT in readers), _case.submitted_at.is_not(None))
    own = (literal("client:") + _case.opened_by).in_(readers)
    return or_(own, and_(or_(reporting, central), not_(bodies.op("&&")(list(readers)))))


def _filter_visible(readers: Sequence[str]) -> ColumnElement[bool]:
    of_a_case_seen = and_(_case.id == _barrier.case_id, is_known_to(readers))
    return exists().where(of_a_case_seen, or_(_barrier.disclosed, filter_undisclosed(readers)))


async def find_case_of(session: AsyncSession, barrier_id: UUID, *, readers: Sequence[str]) -> UUID:
    """Return the case of a barrier that these readers may know of."""
    found: UUID | None = await session.scalar(
        select(_barrier.case_id).where(_barrier.id == barrier_id, _filter_visible(readers))
    )
    if found is None:
        raise NoSuchBarrier
    return found


async def get_barrier(
    session: AsyncSession, barrier_id: UUID, *, readers: Sequence[str], today: date
) -> tuple[AnyRow, Sequence[AnyRow]]:
    """Return a barrier and its changes, oldest first, as far as these readers may know of them."""
    query = select(*_SHOWN, _is_overdue(today).label("overdue")).where(
        _barrier.id == barrier_id, _filter_visible(readers)
    )
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchBarrier
    allowed = exists().where(
        _barrier.id == _change.barrier_id, _case.id == _barrier.case_id, filter_undisclosed(readers)
    )
    changes = select(_change.at, _change.action, _change.role, _change.state, _change.due_on, _change.note).where(
        _change.barrier_id == barrier_id, or_(_change.disclosed, allowed)
    )
    return row, (await session.execute(changes.order_by(_change.version))).all()


async def list_barriers(
    session: AsyncSession,
    *,
    readers: Sequence[str],
    today: date,
    limit: int,
    after: UUID | None = None,
    case_id: UUID | None = None,
    body: Sequence[UUID] | None = None,
    state: BarrierState | None = None,
    kind: BarrierKind | None = None,
    overdue: bool | None = None,
) -> Sequence[AnyRow]:
    """Return the newest first."""
    query = select(*_SHOWN, _is_overdue(today).label("overdue")).where(_filter_visible(readers))
    if after is not None:
        query = query.where(_barrier.id < after)
    if case_id is not None:
        query = query.where(_barrier.case_id == case_id)
    if body is not None:
        query = query.where(_barrier.body_id.in_(body))
    if state is not None:
        query = query.where(_barrier.state == state)
    if kind is not None:
        query = query.where(_barrier.kind == kind)
    if overdue is not None:
        query = query.where(_is_overdue(today) == overdue)
    return (await session.execute(query.order_by(_barrier.id.desc()).limit(limit + 1))).all()


async def require_case(session: AsyncSession, case_id: UUID, *, readers: Sequence[str]) -> None:
    if not await session.scalar(select(exists().where(_case.id == case_id, is_known_to(readers)))):
        raise NoSuchCase


async def count_barriers(
    session: AsyncSession,
    *,
    month: date,
    limit: int,
    after: tuple[UUID, BarrierKind] | None = None,
    body: Sequence[UUID] | None = None,
) -> Sequence[AnyRow]:
    """Count per body and kind what was disclosed before the month began, as it stood then, where it is enough to be
    shown. The transaction reads as one that is shown nothing undisclosed.

    A draft discloses nothing and an undisclosed barrier adds nothing, not even later to an earlier count: a barrier
    counts from the day of its disclosure, and its days to removal count from then. So no number tells of either.
    """
    query = _select_counts(month)
    if body is not None:
        query = query.where(_barrier.body_id.in_(body))
    if after is not None:
        query = query.where(tuple_(_barrier.body_id, _barrier.kind) > tuple_(*after))
    query = query.order_by(_barrier.body_id, _barrier.kind).limit(limit + 1)
    async with identity_scope(session, COUNTING, "public counts are shown nothing that is undisclosed"):
        return (await session.execute(query)).all()


def _select_counts(month: date) -> AnySelect:
    days = _convert_to_day(_barrier.closed_at) - _convert_to_day(_barrier.disclosed_at)
    closed = func.coalesce(_convert_to_day(_barrier.closed_at) < month, False)
    removed = and_(closed, _barrier.state == BarrierState.REMOVED)
    median = func.percentile_cont(0.5).within_group(days).filter(removed)
    return (
        select(
            _barrier.body_id,
            get_name(_barrier.body_id).label("body_name"),
            _barrier.kind,
            func.count().label("raised"),
            func.count().filter(not_(closed)).label("open"),
            func.count().filter(not_(closed), func.coalesce(_barrier.due_on < month, False)).label("overdue"),
            func.count().filter(removed).label("removed"),
            func.count().filter(closed, _barrier.state == BarrierState.NOT_REMOVED).label("not_removed"),
            func.count().filter(closed, _barrier.state == BarrierState.WITHDRAWN).label("withdrawn"),
            median.label("median_days_to_removal"),
        )
        .where(_barrier.disclosed, _barrier.body_id.is_not(None), _convert_to_day(_barrier.disclosed_at) < month)
        .group_by(_barrier.body_id, _barrier.kind)
        .having(func.count() >= FEWEST)
    )


def _convert_to_day(at: ColumnElement[datetime]) -> ColumnElement[date]:
    return cast(func.timezone("Europe/London", at), Date)


def _is_overdue(today: date) -> ColumnElement[bool]:
    return func.coalesce(_barrier.state.in_(UNSETTLED) & (_barrier.due_on < today), False)
