"""Queries of the feeds: closing dates to come, and those of products that were taken off lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import TextClause, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.directory.models import SAID, SEARCHED, Product, ProductVersion
from rtp_finance_directory.search.criteria import ProductCriteria, build_conditions
from rtp_finance_directory.search.days import get_next_closing
from rtp_shared.db import AnyRow, AnySelect

MOST = 500
"""Closing dates of one feed: the soonest."""
CANCELLED_FOR = timedelta(days=60)
"""So long a feed says that a product was taken off."""
LAST_DAY = date(9999, 12, 30)
"""The last that has a day after it."""


@dataclass(frozen=True)
class ClosingDate:
    """The next closing date of a product."""

    id: UUID
    """The same for as long as the product has this window, whenever it closes."""
    product_id: UUID
    name: str
    provider: str
    kinds: Sequence[str]
    closes_on: date
    version: int
    changed_at: datetime
    taken_off: bool


async def list_closing_dates(
    session: AsyncSession, criteria: ProductCriteria, *, today: date, now: datetime
) -> list[ClosingDate]:
    """List what closes today or later and meets the criteria, the soonest first, with what was taken off lately."""
    page = _select_closing(criteria.narrow(dated=True), today=today)
    found = [_read(row, taken_off=False) for row in await session.execute(page)]
    lost = page.add_cte(_select_taken_off().columns(*SAID, Product.search).cte("products"))
    gone = await session.execute(lost, {"since": now - CANCELLED_FOR})
    both = [*found, *(_read(row, taken_off=True) for row in gone)]
    return sorted(both, key=lambda each: (each.closes_on, each.id))[:MOST]


def _select_closing(criteria: ProductCriteria, *, today: date) -> AnySelect:
    closes = get_next_closing(today)
    columns = (
        Product.id, Product.name, Product.provider, Product.kinds, Product.version, Product.windows,
        closes.label("closes_on"), ProductVersion.recorded_at,
    )  # fmt: skip
    same = (ProductVersion.product_id == Product.id) & (ProductVersion.version == Product.version)
    return (
        select(*columns)
        .join(ProductVersion, same)
        .where(*build_conditions(criteria, today=today), closes.between(today, LAST_DAY))
        .order_by(closes, Product.id)
        .limit(MOST)
    )


def _select_taken_off() -> TextClause:
    """Select what was taken off lately, as it was last told, in the place of the table of products.

    The conditions of a search are thus asked of it as of what is published.
    """
    said = ", ".join(f"p.{column.name}" for column in SAID)
    return text(f"""
        SELECT q.*, {SEARCHED} AS search FROM (
            SELECT {said}
            FROM (
                SELECT DISTINCT ON (product_id) change, recorded_at, body FROM product_versions WHERE told
                ORDER BY product_id, version DESC
            ) v
            CROSS JOIN LATERAL jsonb_populate_record(
                NULL::products, v.body || '{{"publication": "published"}}'
            ) p
            WHERE v.change IN ('suspended', 'withdrawn') AND v.recorded_at >= :since
        ) q
    """).bindparams(bindparam("since"))  # noqa: S608 - nothing in it comes from outside


def _read(row: AnyRow, *, taken_off: bool) -> ClosingDate:
    window = next((each for each in row.windows if each.get("closesOn") == row.closes_on.isoformat()), None)
    return ClosingDate(
        id=uuid5(row.id, window["opensOn"] if window else "closing"),
        product_id=row.id,
        name=row.name,
        provider=row.provider,
        kinds=row.kinds,
        closes_on=row.closes_on,
        version=row.version,
        changed_at=row.recorded_at,
        taken_off=taken_off,
    )
