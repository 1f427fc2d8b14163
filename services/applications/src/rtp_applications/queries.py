"""What can be asked. Row-level security stands behind every one of these."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Text, Uuid, any_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.errors import NoSuchBody, NoSuchCase
from rtp_applications.models import Body, BodyIdentifier, BodyKind, Case, CaseStatus
from rtp_shared.clock import today
from rtp_shared.contracts.vocabulary import Route, Sector
from rtp_shared.db import AnyRow, AnySelect, visible_to

# Statements are built once, and of the tables' columns: building one, and the ORM's part in one that loads no object,
# cost as much as running it.
_case, _body, _identifier = Case.__table__.c, Body.__table__.c, BodyIdentifier.__table__.c
_VISIBLE = visible_to(_case.readers, bindparam("readers"))

_CASE = select(*_case).where(_case.id == bindparam("case_id"), _VISIBLE)


async def get_case(session: AsyncSession, case_id: UUID, *, readers: Sequence[str]) -> AnyRow:
    row = (await session.execute(_CASE, {"case_id": case_id, "readers": readers})).first()
    if row is None:
        raise NoSuchCase
    return row


async def list_cases(
    session: AsyncSession,
    *,
    readers: Sequence[str],
    limit: int,
    after: UUID | None = None,
    status: CaseStatus | None = None,
    route: Route | None = None,
    sector: Sector | None = None,
    employer: UUID | None = None,
    number: str | None = None,
) -> Sequence[AnyRow]:
    """Newest first, one row more than `limit` where more follow."""
    wanted = {
        "after": after,
        "status": status,
        "route": route,
        "sector": sector,
        "employer": employer,
        "number": number,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    return (await session.execute(_lines(*given), {**given, "readers": readers, "limit": limit + 1})).all()


@cache
def _lines(*given: str) -> AnySelect:
    conditions = {
        "after": _case.id < bindparam("after"),
        "status": _case.status == bindparam("status"),
        "route": _case.route == bindparam("route"),
        "sector": _case.sector == bindparam("sector"),
        "employer": _case.employer_id == bindparam("employer"),
        "number": _case.number == bindparam("number"),
    }
    line = (
        _case.id,
        _case.number,
        _case.route,
        _case.status,
        _case.version,
        _case.employer_id,
        _case.region,
        _case.service_name,
        _case.sector,
        _case.opened_at,
        _case.changed_at,
        _case.submitted_at,
    )
    shown = select(*line).where(_VISIBLE, *(conditions[name] for name in given))
    return shown.order_by(_case.id.desc()).limit(bindparam("limit"))


_BODY = (
    Body.id,
    Body.name,
    Body.kind,
    Body.nation,
    Body.region,
    Body.opened_on,
    Body.ended_on,
    Body.successor_id,
)


async def get_body(session: AsyncSession, reference: str) -> tuple[AnyRow, Sequence[AnyRow]]:
    """A body by its id or by any identifier it ever had, with all its identifiers."""
    row = (await session.execute(select(*_BODY).where(_named(reference)).limit(1))).first()
    if row is None:
        raise NoSuchBody
    return row, (await identifiers(session, [row.id])).get(row.id, [])


async def identifiers(session: AsyncSession, bodies: Sequence[UUID]) -> dict[UUID, list[AnyRow]]:
    query = select(
        BodyIdentifier.body_id,
        BodyIdentifier.scheme,
        BodyIdentifier.value,
        BodyIdentifier.valid_from,
        BodyIdentifier.valid_to,
    ).where(BodyIdentifier.body_id.in_(bodies))
    found: dict[UUID, list[AnyRow]] = {}
    for row in await session.execute(query.order_by(BodyIdentifier.scheme, BodyIdentifier.value)):
        found.setdefault(row.body_id, []).append(row)
    return found


async def list_bodies(
    session: AsyncSession,
    *,
    limit: int,
    after: tuple[str, UUID] | None = None,
    text: str | None = None,
    kind: BodyKind | None = None,
    region: str | None = None,
    ended: bool = False,
) -> Sequence[AnyRow]:
    """By name; those that have ended only when asked for."""
    name = func.lower(Body.name)
    query: AnySelect = select(*_BODY, name.label("sorted_by")).order_by(name, Body.id).limit(limit + 1)
    if not ended:
        query = query.where(or_(Body.ended_on.is_(None), Body.ended_on > today()))
    if text is not None:
        query = query.where(name.contains(text.lower(), autoescape=True))
    if kind is not None:
        query = query.where(Body.kind == kind)
    if region is not None:
        query = query.where(Body.region == region)
    if after is not None:
        query = query.where(or_(name > after[0], (name == after[0]) & (Body.id > after[1])))
    return (await session.execute(query)).all()


def _named(reference: str) -> Any:
    try:
        return Body.id == UUID(reference)
    except ValueError:
        return Body.id.in_(select(BodyIdentifier.body_id).where(BodyIdentifier.reference == reference))


_EXISTS = or_(_body.ended_on.is_(None), _body.ended_on > bindparam("today", type_=Date))
_NAMED = (
    select(_body.id, _body.region, _identifier.reference)
    .join(BodyIdentifier.__table__, _identifier.body_id == _body.id)
    .where(_identifier.reference == any_(bindparam("names", type_=ARRAY(Text))), _EXISTS)
)
_BY_ID = select(_body.id, _body.region).where(_body.id == any_(bindparam("ids", type_=ARRAY(Uuid))), _EXISTS)


async def open_bodies(session: AsyncSession, references: Sequence[str]) -> dict[str, AnyRow]:
    """Id and region of the bodies that exist today, by the reference they were named with: an id or an identifier."""
    found: dict[str, AnyRow] = {}
    ids, names = _split(references)
    if names:
        found |= {row.reference: row for row in await session.execute(_NAMED, {"names": names, "today": today()})}
    if ids:
        by_id = await session.execute(_BY_ID, {"ids": list(ids.values()), "today": today()})
        rows = {row.id: row for row in by_id}
        found |= {reference: rows[id_] for reference, id_ in ids.items() if id_ in rows}
    return found


def _split(references: Sequence[str]) -> tuple[dict[str, UUID], list[str]]:
    ids: dict[str, UUID] = {}
    names: list[str] = []
    for reference in references:
        try:
            ids[reference] = UUID(reference)
        except ValueError:
            names.append(reference)
    return ids, names
