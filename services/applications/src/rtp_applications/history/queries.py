"""Queries about a case's history."""

from collections.abc import Sequence
from itertools import islice
from typing import cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.history.models import AuditEntry
from rtp_applications.json_types import JsonObject
from rtp_applications.sides import count_version
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.snapshot import Facts

_entry = cast("Table", AuditEntry.__table__).c
_SINCE = (
    select(_entry.version, _entry.confidential_steps, _entry.at, _entry.action, _entry.actor, _entry.changes)
    .where(_entry.case_id == bindparam("case_id"), _entry.version > bindparam("version"))
    .order_by(_entry.position)
    .limit(bindparam("limit"))
)
MOST = 20


async def list_changes_since(session: AsyncSession, case: Facts, caller: Caller, version: int) -> Sequence[JsonObject]:
    """Return what was changed after this version, by whom and where, as far as the caller may see it."""
    parameters = {"case_id": case.id, "version": version, "limit": MOST + case.confidential_steps + case.draft_steps}
    rows = await session.execute(_SINCE, parameters)
    counted = ((count_version(case, caller, at=row), row) for row in rows)
    return [
        {
            "version": own,
            "at": row.at.isoformat(),
            "action": row.action,
            "role": row.actor["role"],
            "fields": sorted(row.changes),
        }
        for own, row in islice((each for each in counted if each[0] > version), MOST)
    ]
