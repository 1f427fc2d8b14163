"""What can be asked of the register of barriers. Row-level security asks the same behind every query."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, cast, exists, func, literal, not_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.models import Body
from rtp_applications.bodies.queries import named
from rtp_applications.cases.errors import NoSuchCase
from rtp_applications.cases.models import Case
from rtp_applications.registers.barriers.errors import NoSuchBarrier
from rtp_applications.registers.barriers.models import (
    COUNTING,
    STANDING,
    Barrier,
    BarrierChange,
    BarrierKind,
    BarrierState,
)
from rtp_applications.workflow.identities import OVERSIGHT
from rtp_shared.db import SYSTEM, AnyRow, AnySelect, become, visible_to

_barrier, _case, _change = Barrier.__table__.c, Case.__table__.c, BarrierChange.__table__.c
_PERSONAL = {"reported_by", "holder", "reported_at"}
_SHOWN = [column for column in _barrier if column.name not in _PERSONAL]


def seen_undisclosed(readers: Sequence[str]) -> ColumnElement[bool]:
    """Whether a barrier of a visible case is seen though it is not disclosed: on the reporting side, or centrally once
    the case is submitted. Never by a client of one of the case's bodies, whatever else it is, unless it is the staff
    group's own.
    """
    if set(SYSTEM) <= set(readers):
        return literal(True)
    bodies = func.array_remove(func.array_remove(_case.body_readers, OVERSIGHT), SYSTEM[0])
    reporting = _barrier.holder.in_(readers)
    central = and_(literal(OVERSIGHT in readers), _case.submitted_at.is_not(None))
    own = (literal("client:") + _case.opened_by).in_(readers)
    return or_(own, and_(or_(reporting, central), not_(bodies.op("&&")(list(readers)))))


def _visible(readers: Sequence[str]) -> ColumnElement[bool]:
    of_a_case_seen = and_(_case.id == _barrier.case_id, visible_to(_case.readers, readers))
    return exists().where(of_a_case_seen, or_(_barrier.disclosed, seen_undisclosed(readers)))


async def case_of(session: AsyncSession, barrier_id: UUID, *, readers: Sequence[str]) -> UUID:
    """The case of a barrier that these readers may know of."""
    found: UUID | None = await session.scalar(
        select(_barrier.case_id).where(_barrier.id == barrier_id, _visible(readers))
    )
    if found is None:
        raise NoSuchBarrier
    return found


async def get_barrier(
    session: AsyncSession, barrier_id: UUID, *, readers: Sequence[str], today: date
) -> tuple[AnyRow, Sequence[AnyRow]]:
    """With its changes, oldest first, as far as these readers may know of them."""
    query = select(*_SHOWN, _overdue(today).label("overdue")).where(_barrier.id == barrier_id, _visible(readers))
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchBarrier
    allowed = exists().where(_barrier.id == _change.barrier_id, _case.id == _barrier.case_id, seen_undisclosed(readers))
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
    body: str | None = None,
    state: BarrierState | None = None,
    kind: BarrierKind | None = None,
    overdue: bool | None = None,
) -> Sequence[AnyRow]:
    """Newest first."""
    query = select(*_SHOWN, _overdue(today).label("overdue")).where(_visible(readers))
    conditions: dict[str, tuple[Any, Any]] = {
        "after": (after, after and _barrier.id < after),
        "case": (case_id, _barrier.case_id == case_id),
        "body": (body, body and _of_body(body)),
        "state": (state, _barrier.state == state),
        "kind": (kind, _barrier.kind == kind),
        "overdue": (overdue, _overdue(today) == overdue),
    }
    query = query.where(*(condition for value, condition in conditions.values() if value is not None))
    return (await session.execute(query.order_by(_barrier.id.desc()).limit(limit + 1))).all()


async def require_case(session: AsyncSession, case_id: UUID, *, readers: Sequence[str]) -> None:
    if not await session.scalar(select(exists().where(_case.id == case_id, visible_to(_case.readers, readers)))):
        raise NoSuchCase


async def count_barriers(
    session: AsyncSession,
    *,
    today: date,
    limit: int,
    after: tuple[UUID, BarrierKind] | None = None,
    body: str | None = None,
) -> Sequence[AnyRow]:
    """Per body and kind, what was disclosed. The transaction reads as one that is shown nothing undisclosed.

    A draft discloses nothing and an undisclosed barrier adds nothing, not even later to an earlier count: a barrier
    counts from the day of its disclosure, and its days to removal count from then. So no number tells of either.
    """
    await become(session, COUNTING)
    query = _counts(today)
    if body is not None:
        query = query.where(_of_body(body))
    if after is not None:
        query = query.where(tuple_(_barrier.body_id, _barrier.kind) > tuple_(*after))
    return (await session.execute(query.order_by(_barrier.body_id, _barrier.kind).limit(limit + 1))).all()


def _counts(today: date) -> AnySelect:
    days = _civil(_barrier.closed_at) - _civil(_barrier.disclosed_at)
    removed = _barrier.state == BarrierState.REMOVED
    median = func.percentile_cont(0.5).within_group(days).filter(removed)
    return (
        select(
            _barrier.body_id,
            _barrier.kind,
            func.count().label("raised"),
            func.count().filter(_barrier.state.in_(STANDING)).label("open"),
            func.count().filter(_overdue(today)).label("overdue"),
            func.count().filter(removed).label("removed"),
            func.count().filter(_barrier.state == BarrierState.NOT_REMOVED).label("not_removed"),
            func.count().filter(_barrier.state == BarrierState.WITHDRAWN).label("withdrawn"),
            median.label("median_days_to_removal"),
        )
        .where(_barrier.disclosed, _barrier.body_id.is_not(None))
        .group_by(_barrier.body_id, _barrier.kind)
    )


def _civil(at: Any) -> Any:
    return cast(func.timezone("Europe/London", at), Date)


def _overdue(today: date) -> Any:
    return func.coalesce(_barrier.state.in_(STANDING) & (_barrier.due_on < today), False)


def _of_body(reference: str) -> Any:
    return _barrier.body_id.in_(select(Body.id).where(named(reference)))
