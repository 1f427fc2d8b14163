"""Queries behind the Open Referral endpoints: offers of networks, made of their people, then services of feeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, distinct, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.facets import ChargeBasis, ProfileStatus
from rtp_advice_matching.directory.models import Adviser, AdviserNetwork
from rtp_advice_matching.directory.queries import SHOWN
from rtp_advice_matching.open_referral.models import ImportedService
from rtp_advice_matching.open_referral.offers import NetworkOffer
from rtp_advice_matching.open_referral.taxonomies import NAMES_BY_ID, WORDS_BY_ID, Record
from rtp_shared.db import AnyRow

_LISTS = ("topics", "sectors", "stages", "regions", "languages")
_PUBLISHED = AdviserNetwork.status == ProfileStatus.PUBLISHED


@dataclass(frozen=True, slots=True)
class ServiceFilters:
    """What is asked of services. What states no age or time is not found by one."""

    search: str | None = None
    taxonomy_term_id: UUID | None = None
    taxonomy_id: UUID | None = None
    minimum_age: float | None = None
    maximum_age: float | None = None
    times: bool = False
    """Whether a day or a time is asked for: no service here has a schedule."""


async def list_offers(session: AsyncSession, filters: ServiceFilters) -> list[NetworkOffer]:
    """List what published networks offer by each kind of their people, in a lasting order."""
    packed = [_pack(getattr(Adviser, name)).label(name) for name in _LISTS]
    query = (
        select(
            Adviser.network_id,
            AdviserNetwork.name.label("network_name"),
            AdviserNetwork.description.label("network_description"),
            AdviserNetwork.website,
            Adviser.kind,
            func.bool_or(Adviser.active).label("active"),
            func.bool_or(Adviser.remote).label("remote"),
            func.min(Adviser.verified_on).label("verified_on"),
            func.min(Adviser.day_rate).label("least_day_rate"),
            func.bool_or(Adviser.charge_basis == ChargeBasis.FREE).label("free"),
            *packed,
        )
        .join(AdviserNetwork, AdviserNetwork.id == Adviser.network_id)
        .where(SHOWN, _PUBLISHED)
        .group_by(Adviser.network_id, Adviser.kind, AdviserNetwork.id)
        .order_by(Adviser.network_id, Adviser.kind)
    )
    offers = [_unpack(row) for row in await session.execute(query)]
    return [offer for offer in offers if _matches(offer, filters)]


async def count_imported(session: AsyncSession, filters: ServiceFilters) -> int:
    query = select(func.count()).select_from(ImportedService).join(AdviserNetwork)
    return await session.scalar(query.where(_PUBLISHED, *_build_conditions(filters))) or 0


async def list_imported(session: AsyncSession, filters: ServiceFilters, *, offset: int, limit: int) -> Sequence[AnyRow]:
    query = select(ImportedService.record, *_ORGANIZATION).join(AdviserNetwork).order_by(ImportedService.id)
    query = query.where(_PUBLISHED, *_build_conditions(filters)).offset(offset).limit(limit)
    return (await session.execute(query)).all()


async def find_imported(session: AsyncSession, service_id: UUID) -> AnyRow | None:
    query = select(ImportedService.record, *_ORGANIZATION).join(AdviserNetwork)
    return (await session.execute(query.where(_PUBLISHED, ImportedService.id == service_id))).first()


_ORGANIZATION = (AdviserNetwork.id, AdviserNetwork.name, AdviserNetwork.description, AdviserNetwork.website)


def write_imported(row: AnyRow, *, full: bool) -> Record:
    """Write a service of a feed with its organisation as it stands here."""
    said = {"id": str(row.id), "name": row.name, "description": row.description, "website": row.website}
    organization = {name: value for name, value in said.items() if value}
    record = {name: value for name, value in row.record.items() if full or name != "attributes"}
    return {**record, "organization_id": str(row.id), "organization": organization}


def _pack(column: Any) -> Any:
    """Gather the different lists of a group, each as one text: only arrays of one length could be gathered as such."""
    return func.array_agg(distinct(func.array_to_string(column, " ")))


def _unpack(row: AnyRow) -> NetworkOffer:
    facts: dict[str, Any] = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    lists = {name: sorted({word for words in facts[name] for word in words.split()}) for name in _LISTS}
    return NetworkOffer(**{**facts, **lists})


def _matches(offer: NetworkOffer, filters: ServiceFilters) -> bool:
    if filters.times or filters.minimum_age is not None or filters.maximum_age is not None:
        return False
    words = {"topics": offer.topics, "sectors": offer.sectors, "stages": offer.stages}
    name, word = WORDS_BY_ID.get(str(filters.taxonomy_term_id), ("topics", ""))
    listed = NAMES_BY_ID.get(str(filters.taxonomy_id), "")
    return (
        (filters.search is None or offer.holds(filters.search))
        and (filters.taxonomy_term_id is None or word in words[name])
        and (filters.taxonomy_id is None or bool(words.get(listed)))
    )


def _build_conditions(filters: ServiceFilters) -> list[ColumnElement[bool]]:
    record = ImportedService.record
    conditions: list[ColumnElement[bool]] = [false()] if filters.times else []
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
