"""Queries of guides, toolkits and templates."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.resources.errors import NoSuchResource
from rtp_advice_matching.resources.models import Resource
from rtp_shared.db import AnyRow, AnySelect

_RESOURCE = tuple(Resource.__table__.c)
BESIDE = 10
"""Most of them that are shown beside something else."""


async def get_resource(session: AsyncSession, resource_id: UUID) -> AnyRow:
    row = (await session.execute(select(*_RESOURCE).where(Resource.id == resource_id))).first()
    if row is None:
        raise NoSuchResource
    return row


async def list_resources(
    session: AsyncSession, *, filters: Mapping[str, Any], limit: int, after: tuple[str, UUID] | None = None
) -> Sequence[AnyRow]:
    """List what serves all that is asked for, by title. What names no stage, topic, route or sector serves any."""
    query: AnySelect = select(*_RESOURCE).order_by(Resource.title, Resource.id).limit(limit + 1)
    query = query.where(*_build_conditions(filters))
    if after is not None:
        title, id_ = after
        query = query.where(or_(Resource.title > title, (Resource.title == title) & (Resource.id > id_)))
    return (await session.execute(query)).all()


async def list_offers(
    session: AsyncSession, *, stage: str | None, topics: Sequence[str], route: str | None, sector: str | None
) -> Sequence[AnyRow]:
    """List what is on offer to a group at a stage: what is about its topics in front, and a bounded number."""
    filters = {"stage": stage, "route": route, "sector": sector}
    query: AnySelect = select(Resource.id, Resource.kind, Resource.title, Resource.publisher, Resource.url)
    query = query.where(*_build_conditions(filters))
    about_them = Resource.topics.overlap(list(topics)).desc()
    return (await session.execute(query.order_by(about_them, Resource.title, Resource.id).limit(BESIDE))).all()


async def list_for_group(session: AsyncSession, *, route: str | None, sector: str | None) -> Sequence[AnyRow]:
    """List all that serves groups of a route and sector, by title, with the stages and topics of each."""
    columns = (Resource.id, Resource.kind, Resource.title, Resource.publisher, Resource.url)
    query: AnySelect = select(*columns, Resource.stages, Resource.topics)
    query = query.where(*_build_conditions({"route": route, "sector": sector}))
    return (await session.execute(query.order_by(Resource.title, Resource.id))).all()


def _build_conditions(filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    lists = {"topic": Resource.topics, "route": Resource.routes, "sector": Resource.sectors, "stage": Resource.stages}
    conditions: list[ColumnElement[bool]] = [
        or_(column.contains([filters[name]]), func.cardinality(column) == 0)
        for name, column in lists.items()
        if filters.get(name) is not None
    ]
    if filters.get("kind") is not None:
        conditions.append(Resource.kind == filters["kind"])
    if filters.get("stale_since") is not None:
        conditions.append(Resource.checked_on < filters["stale_since"])
    if filters.get("q") is not None:
        searched = func.concat_ws(" ", Resource.title, Resource.publisher, Resource.description)
        words = filters["q"].split()
        conditions.append(and_(true(), *(searched.icontains(word, autoescape=True) for word in words)))
    return conditions
