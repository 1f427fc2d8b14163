"""What can be asked. Row-level security stands behind every one of these."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.errors import NoSuchBody, NoSuchCase
from rtp_applications.models import Body, BodyIdentifier, BodyKind, Case, CaseStatus
from rtp_shared.clock import today
from rtp_shared.contracts.vocabulary import Route, Sector
from rtp_shared.db import AnyRow, AnySelect, visible_to

_LINE = (
    Case.id,
    Case.number,
    Case.route,
    Case.status,
    Case.version,
    Case.employer_id,
    Case.region,
    Case.service_name,
    Case.sector,
    Case.opened_at,
    Case.changed_at,
    Case.submitted_at,
)


async def get_case(session: AsyncSession, case_id: UUID, *, readers: Sequence[str]) -> AnyRow:
    columns = Case.__table__.c
    row = (await session.execute(select(*columns).where(Case.id == case_id, visible_to(Case.readers, readers)))).first()
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
    query: AnySelect = select(*_LINE).where(visible_to(Case.readers, readers)).order_by(Case.id.desc()).limit(limit + 1)
    for column, wanted in (
        (Case.status, status),
        (Case.route, route),
        (Case.sector, sector),
        (Case.employer_id, employer),
        (Case.number, number),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if after is not None:
        query = query.where(Case.id < after)
    return (await session.execute(query)).all()


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
    query: AnySelect = select(*_BODY).order_by(name, Body.id).limit(limit + 1)
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


async def open_bodies(session: AsyncSession, references: Sequence[str]) -> dict[str, AnyRow]:
    """Id and region of the bodies that exist today, by the reference they were named with: an id or an identifier."""
    found: dict[str, AnyRow] = {}
    ids, names = _split(references)
    exists = or_(Body.ended_on.is_(None), Body.ended_on > today())
    if names:
        query = (
            select(Body.id, Body.region, BodyIdentifier.reference)
            .join(BodyIdentifier, BodyIdentifier.body_id == Body.id)
            .where(BodyIdentifier.reference.in_(names), exists)
        )
        found |= {row.reference: row for row in await session.execute(query)}
    if ids:
        by_id = select(Body.id, Body.region).where(Body.id.in_(ids.values()), exists)
        rows = {row.id: row for row in await session.execute(by_id)}
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
