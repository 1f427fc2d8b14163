"""Queries of the search: a page of what meets the criteria, in an order that a cursor holds."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Integer, Text, cast, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.directory.models import SAID, Product
from rtp_finance_directory.search.criteria import ProductCriteria, build_conditions, parse_words
from rtp_finance_directory.search.days import get_next_closing
from rtp_finance_directory.search.highlights import select_highlights
from rtp_shared.db import AnyRow, AnySelect

RANK_UNITS = 1_000_000
LAST = 10**7
"""Behind the number of every day: what does not say when it closes."""
DAY_ONE = date(1900, 1, 1)


class SearchOrder(StrEnum):
    """The orders of a search."""

    RELEVANCE = "relevance"
    CLOSING = "closing"
    NAME = "name"


def get_sort_key(order: SearchOrder, criteria: ProductCriteria, today: date) -> ColumnElement[Any]:
    """Return what the page is in the order of, from the least up; the product's id decides between equals."""
    if order is SearchOrder.RELEVANCE:
        rank = func.ts_rank_cd(Product.search, parse_words(criteria.text or ""), 32)  # 32: below 1, as rank/(rank+1)
        return -cast(rank * RANK_UNITS, Integer)
    if order is SearchOrder.CLOSING:
        days = get_next_closing(today).op("-", return_type=Integer())(literal(DAY_ONE, Date))
        return func.coalesce(days, LAST, type_=Integer)
    return func.lower(Product.name + " " + Product.provider, type_=Text)


async def search_products(
    session: AsyncSession,
    criteria: ProductCriteria,
    *,
    order: SearchOrder,
    today: date,
    limit: int,
    after: tuple[str | int, UUID] | None = None,
) -> Sequence[AnyRow]:
    """List what meets the criteria, with the key of the order, the next closing date and the texts that were found."""
    key = get_sort_key(order, criteria, today)
    columns = (Product.id, key.label("sort_key"), get_next_closing(today).label("closes_on"))
    page: AnySelect = select(*columns).where(*build_conditions(criteria, today=today))
    if after is not None:
        page = page.where(tuple_(key, Product.id) > tuple_(literal(after[0], key.type), literal(after[1])))
    found = page.order_by(key, Product.id).limit(limit + 1).subquery("found")
    highlights = select_highlights(criteria.text) if criteria.text is not None else []
    statement: AnySelect = select(*SAID, found.c.sort_key, found.c.closes_on, *highlights).join(
        found, found.c.id == Product.id
    )
    return (await session.execute(statement.order_by(found.c.sort_key, Product.id))).all()
