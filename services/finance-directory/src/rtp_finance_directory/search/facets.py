"""ProductCounts: how many products would be found with each value of a facet, the other criteria as they are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, func, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.areas import REGIONS
from rtp_finance_directory.directory.models import Product
from rtp_finance_directory.search.criteria import (
    FACETS,
    Condition,
    ProductCriteria,
    build_facet_conditions,
    build_plain_conditions,
)
from rtp_finance_directory.vocabulary import ProductKind, ProductStatus
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector

VALUES: Mapping[str, Sequence[str]] = {
    "kinds": tuple(ProductKind),
    "statuses": tuple(ProductStatus),
    "sector": tuple(Sector),
    "legal_form": tuple(LegalForm),
    "purpose": tuple(FinancePurpose),
    "region": REGIONS,
}
"""The values of each facet, in the order of its closed list."""
SEVERAL = ("kinds", "statuses")
"""ProductCounts of which a search may name several values."""
MOST_FUNDERS = 100
_UNCOMPILED = text("SET LOCAL jit = off")
"""Compiling so many conditions takes a second, and counting ten thousand products by them a quarter of one."""


@dataclass(frozen=True)
class ProductCounts:
    """How many products a search finds, and how many it would find with each value of each facet."""

    total: int
    counts: Mapping[str, Mapping[str, int]]
    funders: Mapping[UUID, int]
    """Of the funders with the most products; a product without one counts for none."""


async def count_facets(session: AsyncSession, criteria: ProductCriteria, *, today: date) -> ProductCounts:
    """Count all of them in one statement."""
    plain = build_plain_conditions(criteria, today=today)
    asked = build_facet_conditions(criteria, today=today)
    counted = list(_list_counted(criteria, asked, today))
    numbers = [func.count().filter(condition) for _, _, condition in counted]
    total = func.count().filter(and_(true(), *asked.values()))
    await session.execute(_UNCOMPILED)
    row = (await session.execute(select(total, *numbers).select_from(Product).where(*plain))).one()
    counts: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
    for (facet, value, _), number in zip(counted, row[1:], strict=True):
        counts[facet][value] = number
    return ProductCounts(row[0], counts, await _count_funders(session, plain, asked))


async def _count_funders(
    session: AsyncSession, plain: Sequence[Condition], asked: Mapping[str, Condition]
) -> Mapping[UUID, int]:
    others = [condition for name, condition in asked.items() if name != "funder"]
    number = func.count()
    query = select(Product.funder_id, number).where(*plain, *others, Product.funder_id.is_not(None))
    most = query.group_by(Product.funder_id).order_by(number.desc(), Product.funder_id).limit(MOST_FUNDERS)
    return {row[0]: row[1] for row in await session.execute(most) if row[0] is not None}


def _list_counted(
    criteria: ProductCriteria, asked: Mapping[str, Condition], today: date
) -> Iterator[tuple[str, str, Condition]]:
    for facet in FACETS:
        others = [condition for name, condition in asked.items() if name != facet]
        for value in VALUES[facet]:
            chosen = criteria.narrow(**{facet: (value,) if facet in SEVERAL else value})
            yield facet, value, and_(*others, build_facet_conditions(chosen, today=today)[facet])
