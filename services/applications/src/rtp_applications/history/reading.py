"""A case's history as its reader may see it. Row-level security stands behind every one of these."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.history.chain import Entry, Withheld, fold
from rtp_applications.history.errors import NotVisibleThen
from rtp_applications.history.models import AuditEntry
from rtp_applications.history.restore import NotAState, restore_case
from rtp_applications.history.rows import WITHHELD, read_entry
from rtp_applications.sides import count_version, is_group_client, is_on_bodies_side
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Audience
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.db import AnyRow, system_scope

_table = cast("Table", AuditEntry.__table__)
_entry = _table.c
_HAS_SNAPSHOT = func.jsonb_typeof(_entry.snapshot) == "object"  # a missing one is stored as JSON's null
BATCH = 200
OpenTransaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""Opens a transaction that acts as the caller."""


async def read_page(
    session: AsyncSession, snapshot: CaseSnapshot, caller: Caller, *, after: int, limit: int
) -> Sequence[Entry | Withheld]:
    """Return the entries of the caller's chains after the first `after` of them, oldest first.

    Of entries without a chain that the caller may not read, it is the place and the hashes.
    """
    readable = _filter_readable(snapshot, caller)
    here = (_entry.case_id == snapshot.case.id, _entry.position <= snapshot.case.audit_position)
    async with system_scope(session, "hashes of entries that are withheld hold the chain together"):
        listed = select(_entry.position, _entry.previous_hash, _entry.hash).where(
            *here, or_(_entry.chain.is_(None), readable)
        )
        links = (await session.execute(listed.order_by(_entry.position).offset(after).limit(limit))).all()
    places = [row.position for row in links]
    rows = await session.execute(select(_table).where(*here, _entry.position.in_(places), readable))
    read = {row.position: read_entry(row) for row in rows}
    return [read.get(row.position) or Withheld(row.position, row.previous_hash, row.hash) for row in links]


async def find_place(session: AsyncSession, snapshot: CaseSnapshot, caller: Caller, entry_hash: bytes) -> int | None:
    """Return where an entry of this hash stands among all of the case, if the caller may read it."""
    here = (_entry.case_id == snapshot.case.id, _entry.hash == entry_hash, _filter_readable(snapshot, caller))
    found: int | None = await session.scalar(select(_entry.position).where(*here))
    return found


async def read_all_entries(
    open_transaction: OpenTransaction, snapshot: CaseSnapshot, caller: Caller
) -> AsyncIterator[Entry | Withheld]:
    """Yield the whole history up to where the case stands, reading some entries at a time, each in a transaction.

    Nothing is held while an entry is used. Entries are only ever added, so those up to there are always the same.
    """
    for after in range(0, snapshot.case.audit_position, BATCH):
        async with open_transaction() as session:
            page = await read_page(session, snapshot, caller, after=after, limit=BATCH)
        for entry in page:
            yield entry


async def read_chain(session: AsyncSession, case_id: UUID, until: int) -> Sequence[AnyRow]:
    """Return every entry with its content, for the system to check."""
    here = select(_table).where(_entry.case_id == case_id, _entry.position <= until)
    return (await session.execute(here.order_by(_entry.position))).all()


async def read_as_at(session: AsyncSession, snapshot: CaseSnapshot, caller: Caller, at: datetime) -> CaseSnapshot:
    """Return the case as it was at a time, by the entries that the caller may see."""
    here = and_(
        _entry.case_id == snapshot.case.id,
        _entry.at <= at,
        _entry.action != WITHHELD,
        _filter_readable(snapshot, caller),
    )
    start = select(func.max(_entry.position)).where(here, _HAS_SNAPSHOT).scalar_subquery()
    rows = await session.execute(
        select(_table).where(here, _entry.position >= func.coalesce(start, 0)).order_by(_entry.position)
    )
    entries = [entry for row in rows if isinstance(entry := read_entry(row), Entry)]
    if not entries:
        raise NotVisibleThen
    last = entries[-1]
    version = count_version(snapshot.case, caller, at=last)
    kept = {"version": version, "changed_at": last.at, "sequence": 0, "audit_position": last.place}
    try:
        return restore_case(fold(entries), calendars=snapshot.calendars, **kept)
    except NotAState:
        raise NotVisibleThen from None


def can_read(snapshot: CaseSnapshot, caller: Caller, *, place: int, audience: Audience) -> bool:
    """Return whether the caller may read the content of the entry."""
    if is_group_client(snapshot.case, caller):
        return audience is Audience.EVERYBODY
    disclosed = snapshot.case.disclosed_position
    if disclosed is None or place < disclosed:
        return False
    return audience is Audience.EVERYBODY or is_on_bodies_side(snapshot.case, caller)


def _filter_readable(snapshot: CaseSnapshot, caller: Caller) -> ColumnElement[bool]:
    """Return the condition of a query that is the same as `can_read`: the first wall."""
    for_everybody = _entry.audience == Audience.EVERYBODY
    if is_group_client(snapshot.case, caller):
        return for_everybody
    disclosed = snapshot.case.disclosed_position
    if disclosed is None:
        return false()
    since = _entry.position >= disclosed
    return since if is_on_bodies_side(snapshot.case, caller) else and_(since, for_everybody)
