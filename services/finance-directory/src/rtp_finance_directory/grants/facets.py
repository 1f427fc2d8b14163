"""Facets: of which funder, region, year and kind of recipient the grants that match are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, String, func, literal, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.grants.filters import Filters, select_newest
from rtp_finance_directory.grants.index.searching import MOST_VALUES
from rtp_finance_directory.grants.models import Grant
from rtp_shared.db import AnyRow

MOST_COUNTED = 1000
"""Facets are counted over the newest grants that match."""


@dataclass(frozen=True)
class Facets:
    """How many of the grants counted have each value of each facet."""

    counted: int
    complete: bool
    funders: Sequence[AnyRow]
    regions: Sequence[AnyRow]
    years: Sequence[AnyRow]
    recipient_schemes: Sequence[AnyRow]


async def count_facets(session: AsyncSession, filters: Filters) -> Facets:
    """Count over the newest thousand grants that match."""
    columns = (Grant.funder_id, Grant.funder_name, Grant.regions, Grant.awarded_on, Grant.recipient_scheme)
    newest = select_newest(filters, MOST_COUNTED + 1, *columns).cte("newest").prefix_with("MATERIALIZED")
    regions = select(func.unnest(newest.c.regions).label("code")).subquery("in_regions")
    parts = (
        _count("all", literal(""), newest),
        _count("funder", newest.c.funder_id, newest, name=func.min(newest.c.funder_name.collate("C"))),
        _count("region", regions.c.code, regions),
        _count("year", func.to_char(newest.c.awarded_on, "YYYY"), newest),
        _count("scheme", newest.c.recipient_scheme, newest),
    )
    rows = (await session.execute(union_all(*parts))).all()
    found = {facet: _sort(facet, rows) for facet in ("all", "funder", "region", "year", "scheme")}
    counted = found["all"][0].number if found["all"] else 0
    return Facets(
        counted=min(counted, MOST_COUNTED),
        complete=counted <= MOST_COUNTED,
        funders=found["funder"],
        regions=found["region"],
        years=sorted(found["year"], key=lambda row: str(row.code), reverse=True),
        recipient_schemes=found["scheme"],
    )


def _count(
    facet: str, code: ColumnElement[Any], of: FromClause, *, name: ColumnElement[Any] | None = None
) -> Select[Any]:
    named = literal("", String) if name is None else name
    columns = (
        literal(facet, String).label("facet"),
        code.label("code"),
        named.label("name"),
        func.count().label("number"),
    )
    return select(*columns).select_from(of).group_by(text("2"))


def _sort(facet: str, rows: Sequence[AnyRow]) -> list[AnyRow]:
    found = [row for row in rows if row.facet == facet and row.code is not None]
    return sorted(found, key=lambda row: (-row.number, row.code))[:MOST_VALUES]
