"""Queries of the services that were taken in of feeds, with their places and terms. Each is its network's."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, and_, column, func, literal, select, true
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.facets import ProfileStatus
from rtp_advice_matching.directory.models import AdviserNetwork
from rtp_advice_matching.open_referral.models import ImportedService
from rtp_advice_matching.open_referral.queries import ServiceFilters
from rtp_advice_matching.open_referral.records import IN_FULL
from rtp_advice_matching.open_referral.taxonomies import TERMS_BY_ID, Record
from rtp_shared.db import AnyRow, AnySelect

PUBLISHED = AdviserNetwork.status == ProfileStatus.PUBLISHED
_ORGANIZATION = (AdviserNetwork.id, AdviserNetwork.name, AdviserNetwork.description, AdviserNetwork.website)


def _unfold(name: str, record: Any = ImportedService.record) -> Any:
    """Return the rows of a list within the records."""
    items = func.jsonb_array_elements(record[name])
    return items.table_valued(column("value", JSONB), name=name, joins_implicitly=True)


_PLACES = _unfold("service_at_locations")
_PLACE_ID = _PLACES.c.value["id"].astext
_ATTRIBUTES = _unfold("attributes")
_TERM = _ATTRIBUTES.c.value["taxonomy_term"]
_NOT_OURS = _TERM["id"].astext.not_in(list(TERMS_BY_ID))


async def count_services(session: AsyncSession, filters: ServiceFilters) -> int:
    query = select(func.count()).select_from(ImportedService).join(AdviserNetwork)
    return await session.scalar(query.where(PUBLISHED, *_build_conditions(filters))) or 0


async def list_services(session: AsyncSession, filters: ServiceFilters, *, offset: int, limit: int) -> Sequence[AnyRow]:
    query = select(ImportedService.record, *_ORGANIZATION).join(AdviserNetwork).order_by(ImportedService.id)
    query = query.where(PUBLISHED, *_build_conditions(filters)).offset(offset).limit(limit)
    return (await session.execute(query)).all()


async def find_service(session: AsyncSession, service_id: UUID) -> AnyRow | None:
    query = select(ImportedService.record, *_ORGANIZATION).join(AdviserNetwork)
    return (await session.execute(query.where(PUBLISHED, ImportedService.id == service_id))).first()


async def list_feeds(
    session: AsyncSession, *, stale_before: datetime, limit: int, after: str | None = None
) -> Sequence[AnyRow]:
    """List the feeds that services were taken in from, by their addresses."""
    seen, source = ImportedService.seen_at, ImportedService.source
    query = select(
        source,
        func.count().label("services"),
        func.count().filter(seen < stale_before).label("stale"),
        func.max(seen).label("last_seen_at"),
        func.min(seen).label("longest_unseen_at"),
    ).group_by(source)
    if after is not None:
        query = query.where(source > after)
    return (await session.execute(query.order_by(source).limit(limit + 1))).all()


async def count_places(session: AsyncSession, filters: ServiceFilters) -> int:
    query = _select_places(func.count(_PLACE_ID.distinct())).where(*_build_conditions(filters))
    return await session.scalar(query) or 0


async def list_places(session: AsyncSession, filters: ServiceFilters, *, offset: int, limit: int) -> Sequence[AnyRow]:
    """List the places of services of feeds by their ids. Where two services have one of an id, one is shown."""
    query = _select_places(_PLACES.c.value.label("place"), ImportedService.record, *_ORGANIZATION)
    query = query.where(*_build_conditions(filters)).ext(distinct_on(_PLACE_ID)).order_by(_PLACE_ID, ImportedService.id)
    return (await session.execute(query.offset(offset).limit(limit))).all()


async def find_place(session: AsyncSession, place_id: UUID) -> AnyRow | None:
    query = _select_places(_PLACES.c.value.label("place"), ImportedService.record, *_ORGANIZATION)
    held = ImportedService.record.contains({"service_at_locations": [{"id": str(place_id)}]})
    query = query.where(held, str(place_id) == _PLACE_ID).order_by(ImportedService.id)
    return (await session.execute(query)).first()


async def count_terms(session: AsyncSession) -> int:
    return await session.scalar(_select_terms(func.count(_TERM["id"].astext.distinct())).where(_NOT_OURS)) or 0


async def list_terms(session: AsyncSession, *, offset: int, limit: int) -> list[Record]:
    """List the terms that only services of feeds have, by their ids. Where feeds differ about one, one is heard."""
    term_id = _TERM["id"].astext
    query = _select_terms(_TERM).where(_NOT_OURS).ext(distinct_on(term_id)).order_by(term_id, ImportedService.id)
    return list(await session.scalars(query.offset(offset).limit(limit)))


async def find_term(session: AsyncSession, term_id: UUID) -> Record | None:
    query = _select_terms(_TERM).where(ImportedService.terms.contains([str(term_id)]))
    query = query.where(_TERM["id"].astext == str(term_id)).order_by(ImportedService.id)
    term: Record | None = await session.scalar(query.limit(1))
    return term


def write_service(row: AnyRow, *, full: bool) -> Record:
    """Write a service of a feed with its organisation as it stands here."""
    said = {"id": str(row.id), "name": row.name, "description": row.description, "website": row.website}
    organization = {name: value for name, value in said.items() if value}
    record = {name: value for name, value in row.record.items() if full or name not in IN_FULL}
    return {**record, "organization_id": str(row.id), "organization": organization}


def write_place(row: AnyRow) -> Record:
    """Write where a service of a feed is, by the name of the place."""
    ids = {"service_id": row.record["id"], "location_id": row.place.get("location", {}).get("id")}
    place = {**row.place, **{name: value for name, value in ids.items() if value}}
    return {**place, "service": write_service(row, full=False)}


def _select_places(*columns: Any) -> AnySelect:
    query: AnySelect = select(*columns).select_from(ImportedService).join(AdviserNetwork).join(_PLACES, true())
    return query.where(PUBLISHED)


def _select_terms(*columns: Any) -> AnySelect:
    query: AnySelect = select(*columns).select_from(ImportedService).join(AdviserNetwork).join(_ATTRIBUTES, true())
    return query.where(PUBLISHED)


def _build_conditions(filters: ServiceFilters) -> list[ColumnElement[bool]]:
    record = ImportedService.record
    conditions: list[ColumnElement[bool]] = [_be_scheduled(filters)] if filters.ask_for_times else []
    if filters.search is not None:
        searched = func.concat_ws(" ", ImportedService.name, record["description"].astext)
        conditions += [searched.icontains(word, autoescape=True) for word in filters.search.split()]
    if filters.taxonomy_term_id is not None:
        conditions.append(ImportedService.terms.contains([str(filters.taxonomy_term_id)]))
    if filters.taxonomy_id is not None:
        conditions.append(ImportedService.taxonomies.contains([str(filters.taxonomy_id)]))
    if filters.minimum_age is not None:
        conditions.append(record["minimum_age"].astext.cast(Float) >= filters.minimum_age)
    if filters.maximum_age is not None:
        conditions.append(record["maximum_age"].astext.cast(Float) <= filters.maximum_age)
    return conditions


def _be_scheduled(filters: ServiceFilters) -> ColumnElement[bool]:
    """Return the condition that one schedule has the day, and opens and closes within the times that are asked for."""
    schedules = _unfold("schedules")
    schedule = schedules.c.value
    conditions: list[ColumnElement[bool]] = []
    if filters.day is not None:
        letters = func.regexp_replace(func.upper(schedule["byday"].astext), "[^A-Z,]", "", "g")
        conditions.append(literal(filters.day.strip().upper()) == func.any(func.string_to_array(letters, ",")))
    if filters.start_time is not None:
        conditions.append(func.left(schedule["opens_at"].astext, 8) >= _write_time(filters.start_time))
    if filters.end_time is not None:
        conditions.append(func.left(schedule["closes_at"].astext, 8) <= _write_time(filters.end_time))
    return select(1).select_from(schedules).where(and_(*conditions)).exists()


def _write_time(value: time) -> str:
    return value.strftime("%H:%M:%S")
