"""Queries about public bodies."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    ScalarSelect,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.errors import NoSuchBody, UnknownBody
from rtp_applications.bodies.models import Body, BodyAlias, BodyIdentifier, BodyKind, BodyRule
from rtp_applications.bodies.naming import complete_reference, contain_body_name, is_alias, rank_body_name
from rtp_applications.workflow.body_facts import BodyFacts, OwnRule
from rtp_shared.contracts.vocabulary import Sector
from rtp_shared.db import AnyRow, AnySelect
from rtp_shared.problems import FieldError

_body, _identifier = Body.__table__.c, BodyIdentifier.__table__.c
_body_named = Body.__table__.alias("named")


def get_name(body_id: ColumnElement[UUID | None]) -> ScalarSelect[str]:
    """Return the name of a body as a column, to stand beside its id."""
    named = _body_named.c
    return select(named.name).where(named.id == body_id).scalar_subquery()


_BODY = (
    Body.id,
    Body.name,
    Body.kind,
    Body.nation,
    Body.region,
    Body.opened_on,
    Body.ended_on,
    Body.successor_id,
    get_name(_body.successor_id).label("successor_name"),
    Body.version,
)


async def get_body(session: AsyncSession, reference: str) -> tuple[AnyRow, Sequence[AnyRow]]:
    """Return a body by its id or by any identifier it ever had, with all its identifiers."""
    row = (await session.execute(select(*_BODY).where(match_body(reference)).limit(1))).first()
    if row is None:
        raise NoSuchBody
    return row, (await list_identifiers(session, [row.id])).get(row.id, [])


async def is_body(session: AsyncSession, id_: UUID) -> bool:
    """Return whether this is the id of a body that exists, or ever did."""
    return await session.scalar(select(_body.id).where(_body.id == id_)) is not None


async def list_predecessors(session: AsyncSession, body_id: UUID) -> Sequence[AnyRow]:
    """Return the bodies that this one followed, those that ended first in front."""
    query = select(Body.id, Body.name, Body.ended_on).where(
        or_(Body.successor_id == body_id, Body.shared_among.contains([body_id]))
    )
    return (await session.execute(query.order_by(Body.ended_on, Body.name))).all()


async def list_successors(session: AsyncSession, body_id: UUID) -> Sequence[AnyRow]:
    """Return the body that followed this one, or all that did."""
    ended = Body.__table__.alias("ended")
    following = or_(_body.id == ended.c.successor_id, _body.id == any_(ended.c.shared_among))
    query = select(_body.id, _body.name).select_from(ended.join(Body.__table__, following))
    return (await session.execute(query.where(ended.c.id == body_id).order_by(_body.name))).all()


async def find_current_successor(session: AsyncSession, body_id: UUID, day: date) -> UUID | None:
    """Return the body that exists on this day for the one named: itself while it exists, else the next in its chain
    that does.

    None where the chain breaks off: the body, or one that followed it, ended without one successor.
    """
    found = await session.execute(_SUCCESSOR, {"body_id": body_id, "day": day})
    return found.scalar_one_or_none()


async def list_rules_in_force(
    session: AsyncSession, body_id: UUID, day: date, sector: Sector | None = None
) -> Sequence[AnyRow]:
    """Return what the body set for itself and holds on this day; for one kind of service only what holds there: of
    each rule the one set for that kind, or else the one for every kind.
    """
    query = select(
        BodyRule.rule,
        func.nullif(BodyRule.sector, "").label("sector"),
        BodyRule.value,
        BodyRule.valid_from,
        BodyRule.valid_to,
        BodyRule.source,
        BodyRule.published_on,
        BodyRule.set_at,
    ).where(BodyRule.body_id == body_id, _is_in_force(day), BodyRule.value.is_not(None))
    rows = (await session.execute(query.order_by(BodyRule.rule, BodyRule.sector))).all()
    if sector is None:
        return rows
    return list({row.rule: row for row in rows if row.sector in (None, sector)}.values())


def _is_in_force(day: date | BindParameter[date]) -> ColumnElement[bool]:
    return and_(BodyRule.valid_from <= day, or_(BodyRule.valid_to.is_(None), BodyRule.valid_to >= day))


async def list_identifiers(session: AsyncSession, bodies: Sequence[UUID]) -> dict[UUID, list[AnyRow]]:
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
    today: date,
    limit: int,
    after: tuple[str, UUID] | None = None,
    text: str | None = None,
    kind: BodyKind | None = None,
    region: str | None = None,
    ended: bool = False,
) -> Sequence[AnyRow]:
    """Return bodies by name, those that hold all of the text in front; those that have ended only when asked for."""
    name: ColumnElement[str] = func.lower(Body.name)
    called = _is_called(text, today) if text is not None else None
    if text is not None and called is not None:
        is_board = Body.kind == BodyKind.INTEGRATED_CARE_BOARD
        name = rank_body_name(_body.name, text, called=called, is_board=is_board) + " " + name
    query: AnySelect = select(*_BODY, name.label("sorted_by")).order_by(name, Body.id).limit(limit + 1)
    if not ended:
        query = query.where(or_(Body.ended_on.is_(None), Body.ended_on > today))
    if text is not None and called is not None:
        query = query.where(or_(contain_body_name(_body.name, text), called))
    if kind is not None:
        query = query.where(Body.kind == kind)
    if region is not None:
        query = query.where(Body.region == region)
    if after is not None:
        query = query.where(or_(name > after[0], (name == after[0]) & (Body.id > after[1])))
    return (await session.execute(query)).all()


def _is_called(typed: str, today: date) -> ColumnElement[bool]:
    """Return the condition that people call the body so today."""
    alias = BodyAlias.__table__.c
    return (
        exists()
        .where(
            alias.body_id == _body.id,
            or_(alias.valid_from.is_(None), alias.valid_from <= today),
            or_(alias.valid_to.is_(None), alias.valid_to > today),
            is_alias(alias.alias, typed),
        )
        .correlate(Body.__table__)
    )


async def find_names(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of bodies by id, also of those that have ended."""
    rows = await session.execute(select(_body.id, _body.name).where(_body.id.in_(ids)))
    return {row.id: row.name for row in rows}


async def find_bodies(session: AsyncSession, reference: str | None, *, parameter: str) -> list[UUID] | None:
    """Return the bodies that a query parameter refers to: several where an identifier went from one to another. None
    where the parameter is left out.
    """
    if reference is None:
        return None
    found = list(await session.scalars(select(_body.id).where(match_body(reference))))
    if not found:
        raise UnknownBody(errors=[FieldError(parameter, "no body has, or had, this id or identifier", "query")])
    return found


def match_body(reference: str) -> ColumnElement[bool]:
    """Return the condition that a body is the one referred to, by its id or by an identifier."""
    try:
        return Body.id == UUID(reference)
    except ValueError:
        return Body.id.in_(
            select(BodyIdentifier.body_id).where(BodyIdentifier.reference == complete_reference(reference))
        )


_TODAY, _SINCE = bindparam("today", type_=Date), bindparam("since", type_=Date)
_EXISTS = and_(
    or_(_body.opened_on.is_(None), _body.opened_on <= _TODAY), or_(_body.ended_on.is_(None), _body.ended_on > _TODAY)
)
_RULES = (
    select(
        func.json_agg(
            func.json_build_object(
                "rule",
                BodyRule.rule,
                "value",
                BodyRule.value,
                "source",
                BodyRule.source,
                "valid_from",
                BodyRule.valid_from,
                "valid_to",
                BodyRule.valid_to,
                "published_on",
                BodyRule.published_on,
                "sector",
                BodyRule.sector,
            )
        )
    )
    .where(
        BodyRule.body_id == _body.id,
        BodyRule.value.is_not(None),
        BodyRule.valid_from <= _TODAY,
        or_(BodyRule.valid_to.is_(None), BodyRule.valid_to >= _SINCE),
    )
    .scalar_subquery()
    .label("rules")
)
_FACTS = (_body.id, _body.region, _body.name, _body.kind, _body.nation, _body.ended_on, _RULES)
_NAMED = (
    select(*_FACTS, _identifier.reference)
    .join(BodyIdentifier.__table__, _identifier.body_id == _body.id)
    .where(_identifier.reference == any_(bindparam("names", type_=ARRAY(Text))), _EXISTS)
)
_BY_ID = select(*_FACTS).where(_body.id == any_(bindparam("ids", type_=ARRAY(Uuid))), _EXISTS)


async def find_open_bodies(
    session: AsyncSession, references: Sequence[str], *, today: date, since: date | None = None
) -> dict[str, AnyRow]:
    """Return the bodies that exist today, with the rules of their own that held on any day since then, or today, by the
    reference they were named with: an id or an identifier.
    """
    days = {"today": today, "since": since or today}
    found: dict[str, AnyRow] = {}
    ids, names = _separate_ids(references)
    if names:
        by_name = await session.execute(_NAMED, {"names": list(set(names.values())), **days})
        named = {row.reference: row for row in by_name}
        found |= {reference: named[name] for reference, name in names.items() if name in named}
    if ids:
        by_id = await session.execute(_BY_ID, {"ids": list(ids.values()), **days})
        rows = {row.id: row for row in by_id}
        found |= {reference: rows[id_] for reference, id_ in ids.items() if id_ in rows}
    return found


def build_facts(body: AnyRow) -> BodyFacts:
    """Return an open body that was found as the rules of a case see it."""
    rules = tuple(map(OwnRule.from_json, body.rules or ()))
    return BodyFacts(body.id, body.name, body.kind, body.ended_on, rules=rules, nation=body.nation)


def _separate_ids(references: Sequence[str]) -> tuple[dict[str, UUID], dict[str, str]]:
    """Return the ids, and the identifiers with their schemes, each by the reference that was given."""
    ids: dict[str, UUID] = {}
    names: dict[str, str] = {}
    for reference in references:
        try:
            ids[reference] = UUID(reference)
        except ValueError:
            names[reference] = complete_reference(reference)
    return ids, names


_DAY = bindparam("day", type_=Date)
_LINK = (_body.id, _body.ended_on, _body.successor_id)
_ended = select(*_LINK).where(_body.id == bindparam("body_id", type_=Uuid)).cte("chain", recursive=True)
# UNION keeps each body once, so that a circle in the data ends too.
_chain = _ended.union(select(*_LINK).join(_ended, (_body.id == _ended.c.successor_id) & (_ended.c.ended_on <= _DAY)))
_SUCCESSOR = select(_chain.c.id).where(or_(_chain.c.ended_on.is_(None), _chain.c.ended_on > _DAY))
