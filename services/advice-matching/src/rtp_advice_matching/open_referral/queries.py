"""What published networks offer by their people, and what is asked of services."""

from dataclasses import dataclass
from datetime import time
from typing import Any
from uuid import UUID

from sqlalchemy import distinct, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.facets import ChargeBasis, ProfileStatus
from rtp_advice_matching.directory.models import Adviser, AdviserNetwork
from rtp_advice_matching.directory.queries import SHOWN
from rtp_advice_matching.open_referral.offers import NetworkOffer
from rtp_advice_matching.open_referral.taxonomies import NAMES_BY_ID, WORDS_BY_ID
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
    start_time: time | None = None
    end_time: time | None = None
    day: str | None = None
    """As the standard writes it, such as MO."""

    @property
    def ask_for_times(self) -> bool:
        """Return whether a day or a time is asked for: what a network offers has no schedule."""
        return any(each is not None for each in (self.start_time, self.end_time, self.day))


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


def _pack(column: Any) -> Any:
    """Gather the different lists of a group, each as one text: only arrays of one length could be gathered as such."""
    return func.array_agg(distinct(func.array_to_string(column, " ")))


def _unpack(row: AnyRow) -> NetworkOffer:
    facts: dict[str, Any] = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    lists = {name: sorted({word for words in facts[name] for word in words.split()}) for name in _LISTS}
    return NetworkOffer(**{**facts, **lists})


def _matches(offer: NetworkOffer, filters: ServiceFilters) -> bool:
    if filters.ask_for_times or filters.minimum_age is not None or filters.maximum_age is not None:
        return False
    words = {"topics": offer.topics, "sectors": offer.sectors, "stages": offer.stages}
    name, word = WORDS_BY_ID.get(str(filters.taxonomy_term_id), ("topics", ""))
    listed = NAMES_BY_ID.get(str(filters.taxonomy_id), "")
    return (
        (filters.search is None or offer.holds(filters.search))
        and (filters.taxonomy_term_id is None or word in words[name])
        and (filters.taxonomy_id is None or bool(words.get(listed)))
    )
