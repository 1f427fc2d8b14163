"""Queries of grants: one, the newest, and those that fit words best."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.grants.errors import NoSuchGrant
from rtp_finance_directory.grants.filters import Filters, parse_words, select_newest
from rtp_finance_directory.grants.models import Grant
from rtp_finance_directory.grants.places import ANYWHERE, IN_PROGRAMME, IN_TITLE, RankedPlace
from rtp_shared.db import AnyRow

MOST_RANKED = 1000
"""Grants found by words are ranked among the newest of them: ranking all that hold a common word takes seconds."""
LISTED = (
    Grant.id, Grant.grant_id, Grant.title, Grant.description, Grant.currency, Grant.amount_pence, Grant.awarded_on,
    Grant.funder_id, Grant.funder_name, Grant.recipient_id, Grant.recipient_name, Grant.programme, Grant.regions,
)  # fmt: skip


async def get_grant(session: AsyncSession, grant_id: UUID) -> AnyRow:
    row = (
        await session.execute(select(*LISTED, Grant.modified_at, Grant.document).where(Grant.id == grant_id))
    ).first()
    if row is None:
        raise NoSuchGrant
    return row


async def list_newest(
    session: AsyncSession, filters: Filters, *, limit: int, after: RankedPlace | None
) -> Sequence[AnyRow]:
    """List grants from the newest on, behind a place."""
    statement = select(*LISTED, literal(ANYWHERE).label("rank")).where(*filters.build())
    if after is not None:
        day, last = after.day, after.id
        statement = statement.where(or_(Grant.awarded_on < day, and_(Grant.awarded_on == day, Grant.id < last)))
        statement = statement.where(Grant.awarded_on <= day)  # the index begins there
    statement = statement.order_by(Grant.awarded_on.desc(), Grant.id.desc())
    return (await session.execute(statement.limit(limit + 1))).all()


async def list_ranked(
    session: AsyncSession, filters: Filters, *, limit: int, after: RankedPlace | None
) -> Sequence[AnyRow]:
    """List grants from the best match on, among the newest thousand that match."""
    columns = (Grant.id, Grant.awarded_on, Grant.search)
    newest = select_newest(filters, MOST_RANKED, *columns).cte("newest").prefix_with("MATERIALIZED")
    ranked = select(newest.c.id, newest.c.awarded_on, _rank(newest.c.search, filters.text).label("rank")).subquery()
    order = (ranked.c.rank, ranked.c.awarded_on, ranked.c.id)
    best = select(ranked).order_by(*(column.desc() for column in order)).limit(limit + 1)
    if after is not None:
        best = best.where(tuple_(*order) < tuple_(*map(literal, after)))
    page = best.subquery("page")
    statement = select(*LISTED, page.c.rank).join(page, page.c.id == Grant.id)
    statement = statement.order_by(page.c.rank.desc(), page.c.awarded_on.desc(), page.c.id.desc())
    return (await session.execute(statement)).all()


def _rank(search: ColumnElement[str], text: str | None) -> ColumnElement[int]:
    """Return how well it matches: by the words of the title alone, with those of the programme, or by all."""

    def matches(weights: str) -> ColumnElement[bool]:
        filtered = func.ts_filter(search, literal_column(f"'{weights}'::\"char\"[]"))
        return filtered.bool_op("@@")(parse_words(text))

    return case((matches("{a}"), IN_TITLE), (matches("{a,b}"), IN_PROGRAMME), else_=ANYWHERE)


_BY_ID = f"SELECT {', '.join(column.key for column in LISTED)} FROM grants WHERE id = ANY($1)"  # noqa: S608


async def list_by_places(driver: Any, places: Sequence[RankedPlace]) -> Sequence[Mapping[str, Any]]:
    """List the grants at these places, in their order. One that was taken out meanwhile is not there."""
    rows = {row["id"]: row for row in await driver.fetch(_BY_ID, [place.id for place in places])}
    return [rows[place.id] for place in places if place.id in rows]
