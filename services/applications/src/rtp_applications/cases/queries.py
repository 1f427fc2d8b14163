"""Queries about cases. Row-level security stands behind every one of these."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.models import Body
from rtp_applications.cases.errors import NoSuchCase
from rtp_applications.cases.models import Case, CaseRecord
from rtp_applications.cases.store import read_snapshot
from rtp_applications.workflow.enums import APPEALABLE, LIVING
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.db import system_scope
from rtp_shared.identities import SYSTEM

# Statements are built once, and of the tables' columns: building one, and the ORM's part in one that loads no object,
# cost as much as running it.
_case = Case.__table__.c
_body, _record = Body.__table__.c, CaseRecord.__table__.c
IS_LIVING = and_(
    _case.submitted_at.is_not(None),
    or_(_case.status.in_(sorted(LIVING - APPEALABLE)), _case.status.in_(sorted(APPEALABLE)) & _case.final_at.is_(None)),
)
"""The condition that something can still be asked of the case's bodies."""


async def get_case(session: AsyncSession, case_id: UUID, *, readers: Sequence[str], now: datetime) -> CaseSnapshot:
    """Return the whole case as these readers may see it."""
    snapshot = await read_snapshot(session, case_id, readers=readers, now=now)
    if snapshot is None:
        raise NoSuchCase
    return snapshot


async def get_whole_case(session: AsyncSession, case_id: UUID, *, now: datetime, reason: str) -> CaseSnapshot:
    """Return the case with what its reader may not see. Ask `get_case` first: it refuses who may not know of it."""
    async with system_scope(session, reason):
        return await get_case(session, case_id, readers=SYSTEM, now=now)
