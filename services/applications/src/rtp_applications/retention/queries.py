"""Queries of what is kept, for how long, and what is on hold. Row-level security stands behind every one of these."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Integer, Table, and_, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.models import BodyRule
from rtp_applications.cases.models import Case
from rtp_applications.cases.sight import is_known_to
from rtp_applications.deadlines.rules.days import add_months, starts_at
from rtp_applications.retention.errors import NoSuchHold
from rtp_applications.retention.models import DisposalWarning, LegalHold
from rtp_applications.retention.schedule import WARNED_BEFORE, RetentionClass, find_shortest
from rtp_applications.sides import is_on_bodies_side
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import ENDED
from rtp_applications.workflow.snapshot import Facts
from rtp_shared.db import AnyRow, AnySelect

_case, _hold = cast("Table", Case.__table__).c, cast("Table", LegalHold.__table__).c
_warning, _rule = cast("Table", DisposalWarning.__table__).c, cast("Table", BodyRule.__table__).c
Place = tuple[datetime, UUID]
"""Where a look at ended cases stands: by when a case was changed, and its id."""


async def list_ended_cases(
    session: AsyncSession, today: date, *, limit: int, after: Place | None = None
) -> Sequence[AnyRow]:
    """Return ended cases that were not changed for so long that one could be due, the longest first."""
    own = await session.scalar(
        select(func.min(_rule.value["number"].astext.cast(Integer))).where(
            _rule.rule.in_([each.rule for each in RetentionClass]), _rule.value.is_not(None)
        )
    )
    until = add_months(today, -find_shortest(own, today)) + WARNED_BEFORE
    held = exists().where(_hold.case_id == _case.id, _hold.lifted_at.is_(None))
    query: AnySelect = select(_case.changed_at, _case.id).where(
        _case.disposed_at.is_(None), _case.status.in_(sorted(ENDED)), _case.changed_at < starts_at(until), ~held
    )
    if after is not None:
        query = query.where(tuple_(_case.changed_at, _case.id) > tuple_(*after))
    return (await session.execute(query.order_by(_case.changed_at, _case.id).limit(limit))).all()


async def is_held(session: AsyncSession, case_id: UUID) -> bool:
    """Return whether any legal hold on the case stands. It needs the system's sight."""
    return bool(await session.scalar(select(exists().where(_hold.case_id == case_id, _hold.lifted_at.is_(None)))))


async def find_warning(session: AsyncSession, case_id: UUID) -> DisposalWarning | None:
    return await session.get(DisposalWarning, case_id)


async def list_holds(
    session: AsyncSession, case: Facts, caller: Caller, *, limit: int, after: UUID | None = None
) -> Sequence[LegalHold]:
    """List the legal holds of a case, for its bodies' side alone; one more than `limit` where more follow."""
    if not is_on_bodies_side(case, caller):
        return []
    query = select(LegalHold).where(LegalHold.case_id == case.id)
    if after is not None:
        query = query.where(_hold.id > after)
    return (await session.scalars(query.order_by(_hold.id).limit(limit + 1))).all()


async def get_hold(session: AsyncSession, case: Facts, caller: Caller, hold_id: UUID) -> LegalHold:
    hold = await session.get(LegalHold, hold_id) if is_on_bodies_side(case, caller) else None
    if hold is None or hold.case_id != case.id:
        raise NoSuchHold
    return hold


async def list_warnings(
    session: AsyncSession,
    *,
    readers: Sequence[str],
    limit: int,
    after: tuple[date, UUID] | None = None,
    due_before: date | None = None,
) -> Sequence[AnyRow]:
    """List the cases that a warning was given of and that are not destroyed yet, the next due first."""
    query: AnySelect = (
        select(_warning.case_id, _case.number, _case.status, _warning.dispose_on, _warning.warned_at)
        .join(Case, and_(_case.id == _warning.case_id, is_known_to(readers)))
        .where(_warning.disposed_at.is_(None))
    )
    if after is not None:
        day, case_id = after
        query = query.where(
            or_(_warning.dispose_on > day, and_(_warning.dispose_on == day, _warning.case_id > case_id))
        )
    if due_before is not None:
        query = query.where(_warning.dispose_on < due_before)
    return (await session.execute(query.order_by(_warning.dispose_on, _warning.case_id).limit(limit + 1))).all()
