"""Writing a case's history."""

import json
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.history.chain import Entry
from rtp_applications.history.models import AuditEntry
from rtp_shared.db import get_driver

_JSON = frozenset({"actor", "changes", "snapshot", "events", "commitments"})
_COLUMNS = tuple(AuditEntry.__table__.columns.keys())
_PLACES = ", ".join(f"${number}" for number in range(1, len(_COLUMNS) + 1))
# Past SQLAlchemy, as events go: every action writes one or two of these.
_INSERT = f"INSERT INTO audit_entries ({', '.join(_COLUMNS)}) VALUES ({_PLACES})"  # noqa: S608 - of our own words


_REWRITTEN = ("erased", "salt", "actor", "reason", "changes", "snapshot")
_REWRITE = "SELECT erase_audit_entry($1, $2, $3, $4, $5, $6, $7, $8)"


async def append_entries(session: AsyncSession, entries: Sequence[Entry]) -> None:
    connection = await get_driver(session)
    for entry in entries:
        await connection.execute(_INSERT, *(_encode(entry, name) for name in _COLUMNS))


async def rewrite_entries(session: AsyncSession, entries: Sequence[Entry]) -> None:
    """Put what is left of entries whose content was erased in place of what was there. Place and hashes stay."""
    connection = await get_driver(session)
    for entry in entries:
        values = [_encode(entry, name) for name in _REWRITTEN]
        await connection.execute(_REWRITE, entry.case_id, entry.place, *values)


def _encode(entry: Entry, column: str) -> object:
    if column == "position":
        return entry.place
    if column == "chain_position":
        return entry.position if entry.chain else None
    value: object = getattr(entry, column)
    return json.dumps(value) if column in _JSON and value is not None else value
