"""Queries of grants: one, the newest, and those that fit words best."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Integer, and_, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.grants.errors import NoSuchGrant
from rtp_finance_directory.grants.filters import Filters, parse_words, select_newest
from rtp_finance_directory.grants.models import Grant
from rtp_shared.db import AnyRow

MOST_RANKED = 1000
"""Grants found by words are ranked among the newest of them: ranking all that hold a common word takes seconds."""
_RANK_UNITS = 1_000_000

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
    session: AsyncSession, filters: Filters, *, limit: int, after: tuple[int, UUID] | None
) -> Sequence[AnyRow]:
    """List grants from the newest on, behind the number of a day and an id."""
    statement = select(*LISTED).where(*filters.build()).order_by(Grant.awarded_on.desc(), Grant.id.desc())
    if after is not None:
        day, last = date.fromordinal(max(1, after[0])), after[1]
        statement = statement.where(or_(Grant.awarded_on < day, and_(Grant.awarded_on == day, Grant.id < last)))
        statement = statement.where(Grant.awarded_on <= day)  # the index begins there
    return (await session.execute(statement.limit(limit + 1))).all()


async def list_ranked(
    session: AsyncSession, filters: Filters, *, limit: int, after: tuple[int, UUID] | None
) -> Sequence[AnyRow]:
    """List grants from the best match on, among the newest thousand that match."""
    newest = select_newest(filters, MOST_RANKED, Grant.id, Grant.search).cte("newest").prefix_with("MATERIALIZED")
    rank = cast(func.ts_rank(newest.c.search, parse_words(filters.text)) * _RANK_UNITS, Integer)
    ranked = select(newest.c.id, rank.label("rank")).subquery("ranked")
    best = select(ranked).order_by(ranked.c.rank.desc(), ranked.c.id.desc()).limit(limit + 1)
    if after is not None:
        at, last = after
        best = best.where(or_(ranked.c.rank < at, and_(ranked.c.rank == at, ranked.c.id < last)))
    page = best.subquery("page")
    statement = (
        select(*LISTED, page.c.rank).join(page, page.c.id == Grant.id).order_by(page.c.rank.desc(), page.c.id.desc())
    )
    return (await session.execute(statement)).all()
