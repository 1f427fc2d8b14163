"""Queries. Row-level security stands behind every query of shortlists."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.shortlists.errors import NoSuchShortlist
from rtp_finance_directory.shortlists.models import Shortlist, ShortlistEdition, ShortlistLine
from rtp_shared.db import AnyRow, AnySelect, visible_to

_SUMMARY = (
    Shortlist.id,
    Shortlist.case_id,
    Shortlist.case_number,
    Shortlist.status,
    Shortlist.version,
    Shortlist.edition,
    Shortlist.fitting,
    Shortlist.not_fitting,
    Shortlist.judged_on,
    Shortlist.made_at,
    Shortlist.closed_at,
)


_LINE = (
    ShortlistLine.product_id,
    ShortlistLine.product_version,
    ShortlistLine.provider,
    ShortlistLine.product_name,
    ShortlistLine.verified_on,
    ShortlistLine.verdict,
    ShortlistLine.first_failing,
    ShortlistLine.why,
    ShortlistLine.rules,
    ShortlistLine.outlook,
)


def _is_visible_to(readers: Sequence[str]) -> ColumnElement[bool]:
    """Match shortlists that name one of the readers, and were made. Row-level security holds besides."""
    return visible_to(Shortlist.readers, readers) & Shortlist.made_at.is_not(None)


async def list_shortlists(
    session: AsyncSession,
    *,
    readers: Sequence[str],
    limit: int,
    after: UUID | None = None,
    case_id: UUID | None = None,
) -> Sequence[AnyRow]:
    """List shortlists, newest first, and one row more than `limit` where more follow."""
    query: AnySelect = select(*_SUMMARY).where(_is_visible_to(readers)).order_by(Shortlist.id.desc()).limit(limit + 1)
    if case_id is not None:
        query = query.where(Shortlist.case_id == case_id)
    if after is not None:
        query = query.where(Shortlist.id < after)
    return (await session.execute(query)).all()


async def get_shortlist(
    session: AsyncSession, case_id: UUID, *, readers: Sequence[str]
) -> tuple[AnyRow, Sequence[AnyRow]]:
    """Return a case's shortlist and its lines, best first."""
    query = select(*_SUMMARY, Shortlist.facts, Shortlist.rule_set, Shortlist.changes).where(
        Shortlist.case_id == case_id, _is_visible_to(readers)
    )
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchShortlist
    return row, await _list_lines(session, case_id, row.edition, readers=readers)


async def list_former_editions(session: AsyncSession, case_id: UUID, *, readers: Sequence[str]) -> Sequence[AnyRow]:
    """List the editions of a case's shortlist that later ones took the place of, newest first."""
    query = (
        select(*ShortlistEdition.__table__.c)
        .join(Shortlist, Shortlist.id == ShortlistEdition.shortlist_id)
        .where(Shortlist.case_id == case_id, _is_visible_to(readers))
        .order_by(ShortlistEdition.edition.desc())
    )
    return (await session.execute(query)).all()


async def get_edition(
    session: AsyncSession, case_id: UUID, edition: int, *, readers: Sequence[str]
) -> tuple[AnyRow, Sequence[AnyRow]]:
    """Return an edition of a case's shortlist, present or former, and its lines."""
    present, lines = await get_shortlist(session, case_id, readers=readers)
    if edition == present.edition:
        return present, lines
    formers = await list_former_editions(session, case_id, readers=readers)
    former = next((each for each in formers if each.edition == edition), None)
    if former is None:
        raise NoSuchShortlist
    return former, await _list_lines(session, case_id, edition, readers=readers)


async def _list_lines(
    session: AsyncSession, case_id: UUID, edition: int, *, readers: Sequence[str]
) -> Sequence[AnyRow]:
    lines = (
        select(*_LINE)
        .join(Shortlist, Shortlist.id == ShortlistLine.shortlist_id)
        .where(Shortlist.case_id == case_id, ShortlistLine.edition == edition, _is_visible_to(readers))
        .order_by(ShortlistLine.position)
    )
    return (await session.execute(lines)).all()
