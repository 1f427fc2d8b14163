"""Queries about a case's history."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Table, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.history.models import AuditEntry
from rtp_applications.json_types import JsonObject

_entry = cast("Table", AuditEntry.__table__).c
_SINCE = (
    select(_entry.version, _entry.at, _entry.action, _entry.actor, _entry.changes)
    .where(_entry.case_id == bindparam("case_id"), _entry.version > bindparam("version"))
    .order_by(_entry.position)
    .limit(20)
)


async def list_changes_since(session: AsyncSession, case_id: UUID, version: int) -> Sequence[JsonObject]:
    """Return what was changed after this version, by whom and where, as far as the caller may see it."""
    rows = await session.execute(_SINCE, {"case_id": case_id, "version": version})
    return [
        {
            "version": row.version,
            "at": row.at.isoformat(),
            "action": row.action,
            "role": row.actor["role"],
            "fields": sorted(row.changes),
        }
        for row in rows
    ]
