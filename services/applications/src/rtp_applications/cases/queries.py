"""Queries about cases. Row-level security stands behind every one of these."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Boolean, Text, Uuid, and_, any_, bindparam, exists, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.models import Body
from rtp_applications.bodies.queries import get_name
from rtp_applications.cases.errors import NoSuchCase
from rtp_applications.cases.models import Case, CaseRecord
from rtp_applications.cases.sight import OWN_CHANGE_TIME, OWN_VERSION, READERS, is_known_to
from rtp_applications.cases.store import read_snapshot
from rtp_applications.workflow.enums import APPEALABLE, LIVING, Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.reorganisation.payloads import SuccessorChoice
from rtp_shared.contracts.vocabulary import Route, Sector
from rtp_shared.db import AnyRow, AnySelect, system_scope
from rtp_shared.identities import SYSTEM

# Statements are built once, and of the tables' columns: building one, and the ORM's part in one that loads no object,
# cost as much as running it.
_case = Case.__table__.c
_body, _record = Body.__table__.c, CaseRecord.__table__.c
_CHOSEN = (
    exists()
    .where(_record.case_id == _case.id, _record.kind == SuccessorChoice.KIND, _record.key == _body.id.cast(Text))
    .correlate(Case.__table__, Body.__table__)
)
IS_LIVING = and_(
    _case.submitted_at.is_not(None),
    or_(_case.status.in_(sorted(LIVING - APPEALABLE)), _case.status.in_(sorted(APPEALABLE)) & _case.final_at.is_(None)),
)
"""The condition that something can still be asked of the case's bodies."""
_AWAITS_SUCCESSOR = and_(
    IS_LIVING,
    exists().where(
        or_(
            _body.id.in_([_case.employer_id, _case.commissioner_id, _case.decision_body_id, _case.duty_holder_id]),
            _body.id == any_(_case.further_employer_ids),
        ),
        func.cardinality(_body.shared_among) > 1,
        ~_CHOSEN,
    ),
)
"""A body that the case names is followed by several, and which of them takes it is not chosen yet."""


async def get_case(session: AsyncSession, case_id: UUID, *, readers: Sequence[str], now: datetime) -> CaseSnapshot:
    """Return the whole case as these readers may see it."""
    snapshot = await read_snapshot(session, case_id, readers=readers, now=now)
    if snapshot is None:
        raise NoSuchCase
    return snapshot


async def get_whole_case(session: AsyncSession, case_id: UUID, *, now: datetime, reason: str) -> CaseSnapshot:
    """Return the case with what its reader may not see. Ask `get_case` first: it refuses who may not know of it."""
    async with system_scope(session, reason):
        return await get_case(session, case_id, readers=SYSTEM, now=now)


async def list_cases(
    session: AsyncSession,
    *,
    readers: Sequence[str],
    limit: int,
    after: UUID | None = None,
    status: Status | None = None,
    route: Route | None = None,
    sector: Sector | None = None,
    employer: Sequence[UUID] | None = None,
    number: str | None = None,
    awaits_successor: bool = False,
) -> Sequence[AnyRow]:
    """Return the newest first, one row more than `limit` where more follow; with `awaits_successor` only those that
    name a body whose successor is to be chosen in the case.
    """
    filters = {
        "after": after,
        "status": status,
        "route": route,
        "sector": sector,
        "employer": employer,
        "number": number,
        "awaits_successor": awaits_successor or None,
    }
    wanted = {name: value for name, value in filters.items() if value is not None}
    return (await session.execute(_build_list(*wanted), {**wanted, "readers": readers, "limit": limit + 1})).all()


@cache
def _build_list(*names: str) -> AnySelect:
    conditions = {
        "after": _case.id < bindparam("after"),
        "status": _case.status == bindparam("status"),
        "route": _case.route == bindparam("route"),
        "sector": _case.sector == bindparam("sector"),
        "employer": _case.employer_id == any_(bindparam("employer", type_=ARRAY(Uuid))),
        "number": _case.number == bindparam("number"),
        "awaits_successor": and_(_AWAITS_SUCCESSOR, bindparam("awaits_successor", type_=Boolean)),
    }
    line = (
        _case.id,
        _case.number,
        _case.route,
        _case.status,
        OWN_VERSION.label("version"),
        _case.employer_id,
        get_name(_case.employer_id).label("employer_name"),
        _case.region,
        _case.service_name,
        _case.sector,
        _case.suspended,
        _case.escalated_at,
        _case.final_at,
        _case.opened_at,
        OWN_CHANGE_TIME.label("changed_at"),
        _case.submitted_at,
    )
    lines = select(*line).where(is_known_to(READERS), *(conditions[name] for name in names))
    return lines.order_by(_case.id.desc()).limit(bindparam("limit"))
