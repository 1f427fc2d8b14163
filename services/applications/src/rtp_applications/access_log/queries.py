"""Queries of who read personal data. Row-level security stands behind each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, any_, delete, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.access_log.models import PersonalDataRead, ReadKind
from rtp_shared.db import AnyRow, AnySelect, get_driver, visible_to

_read = cast("Table", PersonalDataRead.__table__).c
_SHOWN = [each for each in _read if each.name not in ("readers", "holder")]
AT_ONCE = 1000


@dataclass(frozen=True)
class ReadFilters:
    """What the log is narrowed by."""

    person: str | None = None
    case_id: UUID | None = None
    kind: ReadKind | None = None
    client_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def list_reads(
    session: AsyncSession, filters: ReadFilters, *, readers: Sequence[str], limit: int, after: UUID | None = None
) -> Sequence[AnyRow]:
    """List readings, newest first, and one row more than `limit` where more follow."""
    query: AnySelect = select(*_SHOWN).where(visible_to(_read.readers, readers))
    if filters.person is not None:
        query = query.where(literal(filters.person) == any_(_read.people))
    if filters.since is not None:
        query = query.where(_read.at >= filters.since)
    if filters.until is not None:
        query = query.where(_read.at < filters.until)
    for name in ("case_id", "kind", "client_id"):
        if (wanted := getattr(filters, name)) is not None:
            query = query.where(_read[name] == wanted)
    if after is not None:
        query = query.where(_read.id < after)
    return (await session.execute(query.order_by(_read.id.desc()).limit(limit + 1))).all()


async def delete_reads_of_case(session: AsyncSession, case_id: UUID) -> None:
    """Delete who read the data of a case that is destroyed. It needs the worker's role."""
    await session.execute(delete(PersonalDataRead).where(_read.case_id == case_id))


async def delete_reads_before(session: AsyncSession, time: datetime) -> int:
    """Delete some readings whose time is over; return how many."""
    old = select(_read.id).where(_read.at < time).limit(AT_ONCE)
    gone = await session.execute(delete(PersonalDataRead).where(_read.id.in_(old)).returning(_read.id))
    return len(gone.all())


async def erase_in_reads(
    session: AsyncSession, reference: str, pseudonym: str, *, holders: Sequence[str] | None
) -> None:
    """Put the pseudonym in place of the reference, where these vouched for the person, or everywhere."""
    driver = await get_driver(session)
    await driver.execute("SELECT erase_in_reads($1, $2, $3)", reference, pseudonym, list(holders) if holders else None)
