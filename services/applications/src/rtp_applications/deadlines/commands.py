"""Commands of the deadline scheduler: each changes one case, in a transaction of its own."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, Uuid, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases import store
from rtp_applications.cases.commands import save
from rtp_applications.cases.models import Case, CaseDeadline
from rtp_applications.deadlines.succession import transfer
from rtp_applications.workflow.due import process_due
from rtp_applications.workflow.processes import Processes
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.outbox import Outbox
from rtp_shared.readers import SYSTEM

_case, _deadline = cast("Table", Case.__table__), cast("Table", CaseDeadline.__table__)
# A case that somebody else holds is left: whoever acts in it processes what is due first, and so does the next look.
_LOCK = select(_case.c.id).where(_case.c.id == bindparam("case_id", type_=Uuid)).with_for_update(skip_locked=True)
_DUE = select(_deadline.c.id).where(
    _deadline.c.case_id == bindparam("case_id", type_=Uuid), _deadline.c.look_at <= bindparam("now")
)
_SET_NEXT_LOOK = update(_deadline).where(_deadline.c.id == bindparam("deadline")).values(look_at=bindparam("next"))


async def process_due_case(
    session: AsyncSession, case_id: UUID, *, now: datetime, outbox: Outbox, processes: Processes
) -> bool:
    """Process what is due in the case; return True if anything was. As the system."""
    snapshot = await _lock(session, case_id, now)
    due = list(await session.scalars(_DUE, {"case_id": case_id, "now": now})) if snapshot else []
    if snapshot is None or not due:
        return False
    change = process_due(processes[snapshot.case.route, snapshot.case.process_version], snapshot, now, recount=True)
    if change is not None:
        snapshot = (await save(session, change, outbox=outbox, now=now)).after
    next_looks = [{"deadline": id_, "next": snapshot.deadlines[id_].next_look_at} for id_ in due]
    await session.execute(_SET_NEXT_LOOK, next_looks)
    return change is not None


async def transfer_case(
    session: AsyncSession, case_id: UUID, successors: Mapping[UUID, UUID], *, now: datetime, outbox: Outbox
) -> bool:
    """Put successors in the place of bodies that ended; return True if the case still named one. As the system."""
    snapshot = await _lock(session, case_id, now)
    change = transfer(snapshot, successors, now) if snapshot else None
    if change is None:
        return False
    await save(session, change, outbox=outbox, now=now)
    return True


async def _lock(session: AsyncSession, case_id: UUID, now: datetime) -> CaseSnapshot | None:
    if (await session.execute(_LOCK, {"case_id": case_id})).first() is None:
        return None
    return await store.read_file(session, case_id, readers=SYSTEM, now=now)
