"""What time and the end of bodies do to cases: each case by itself, in a transaction of its own."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, Uuid, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases import store
from rtp_applications.cases.commands import save
from rtp_applications.cases.models import Case, CaseDeadline
from rtp_applications.timekeeping.succession import transferred
from rtp_applications.workflow.casefile import CaseFile
from rtp_applications.workflow.keeping import keep
from rtp_applications.workflow.processes import Processes
from rtp_shared.identities import SYSTEM
from rtp_shared.outbox import Outbox

_case, _deadline = cast("Table", Case.__table__), cast("Table", CaseDeadline.__table__)
# A case that somebody else holds is left: whoever acts in it does what is due first, and so does the next sweep.
_TAKE_UP = select(_case.c.id).where(_case.c.id == bindparam("case_id", type_=Uuid)).with_for_update(skip_locked=True)
_DUE = select(_deadline.c.id).where(
    _deadline.c.case_id == bindparam("case_id", type_=Uuid), _deadline.c.look_at <= bindparam("now")
)
_LOOKED_AT = update(_deadline).where(_deadline.c.id == bindparam("deadline")).values(look_at=bindparam("next"))


async def keep_case(
    session: AsyncSession, case_id: UUID, *, now: datetime, outbox: Outbox, processes: Processes
) -> bool:
    """Do what is due in the case; whether anything was. As the system."""
    file = await _taken_up(session, case_id, now)
    due = list(await session.scalars(_DUE, {"case_id": case_id, "now": now})) if file else []
    if file is None or not due:
        return False
    kept = keep(processes[file.case.route, file.case.process_version], file, now, recount=True)
    if kept is not None:
        file = (await save(session, kept, outbox=outbox, now=now)).after
    looked_at = [{"deadline": id_, "next": file.deadlines[id_].next_look_at} for id_ in due]
    await session.execute(_LOOKED_AT, looked_at)
    return kept is not None


async def transfer_case(
    session: AsyncSession, case_id: UUID, successors: Mapping[UUID, UUID], *, now: datetime, outbox: Outbox
) -> bool:
    """Put those who followed in the place of bodies that ended; whether the case still named one. As the system."""
    file = await _taken_up(session, case_id, now)
    outcome = transferred(file, successors, now) if file else None
    if outcome is None:
        return False
    await save(session, outcome, outbox=outbox, now=now)
    return True


async def _taken_up(session: AsyncSession, case_id: UUID, now: datetime) -> CaseFile | None:
    if (await session.execute(_TAKE_UP, {"case_id": case_id})).first() is None:
        return None
    return await store.read_file(session, case_id, readers=SYSTEM, now=now)
