"""Who gives, how much, how often, when and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.grants.filters import Filters, select_newest
from rtp_finance_directory.grants.models import Grant
from rtp_shared.db import AnyRow

MOST_COUNTED = 20_000
"""Figures are of the newest grants that match, so that nobody makes the database sort all."""
MOST_GIVERS = 50


def _list_measures(amount: ColumnElement[int], awarded_on: ColumnElement[date]) -> list[Any]:
    """Return what is said of a number of grants: how many, how much, and when the latest was."""
    quarters = func.percentile_disc(literal_column("ARRAY[0.25, 0.5, 0.75]")).within_group(amount)
    return [
        func.count().label("number"),
        func.sum(amount).label("total_pence"),
        func.min(amount).label("least_pence"),
        quarters.label("quarters"),
        func.max(amount).label("most_pence"),
        func.min(awarded_on).label("first_on"),
        func.max(awarded_on).label("latest_on"),
    ]


def _select_amounts(filters: Filters) -> Any:
    columns = (
        Grant.funder_id, Grant.funder_name, Grant.recipient_id, Grant.regions, Grant.awarded_on, Grant.amount_pence,
    )  # fmt: skip
    return select_newest(filters, MOST_COUNTED, *columns).cte("newest").prefix_with("MATERIALIZED")


@dataclass(frozen=True)
class Statistics:
    """What was given: all together, by year, and by region."""

    overall: AnyRow
    years: Sequence[AnyRow]
    regions: Sequence[AnyRow]


async def compute_statistics(session: AsyncSession, filters: Filters) -> Statistics:
    """Compute them over the newest grants that match, in one currency."""
    newest = _select_amounts(filters)
    measures = _list_measures(newest.c.amount_pence, newest.c.awarded_on)
    overall = (await session.execute(select(*measures))).one()
    year = cast(func.extract("year", newest.c.awarded_on), Integer).label("year")
    years = (await session.execute(select(year, *measures).group_by(year).order_by(year.desc()))).all()
    each = select(func.unnest(newest.c.regions).label("region"), newest.c.amount_pence, newest.c.awarded_on).subquery(
        "in_regions"
    )
    of_region = _list_measures(each.c.amount_pence, each.c.awarded_on)
    statement = select(each.c.region, *of_region).group_by(each.c.region).order_by(func.count().desc(), each.c.region)
    return Statistics(overall, years, (await session.execute(statement)).all())


async def list_givers(session: AsyncSession, filters: Filters) -> Sequence[AnyRow]:
    """List the funders of the newest grants that match, from the one who gave most often on."""
    newest = _select_amounts(filters)
    regions = func.array_agg(func.distinct(func.array_to_string(newest.c.regions, " "))).label("regions")
    statement = (
        select(
            newest.c.funder_id,
            func.max(newest.c.funder_name).label("funder_name"),
            *_list_measures(newest.c.amount_pence, newest.c.awarded_on),
            func.count(newest.c.recipient_id.distinct()).label("recipients"),
            select(func.count()).select_from(newest).scalar_subquery().label("counted"),
            regions,
        )
        .group_by(newest.c.funder_id)
        .order_by(func.count().desc(), newest.c.funder_id)
        .limit(MOST_GIVERS)
    )
    return (await session.execute(statement)).all()
