"""What time and the end of bodies do to cases: each case by itself, in a transaction of its own."""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from sqlalchemy import Table, Uuid, bindparam, select, update

from rtp_applications.cases.change import change_free_case
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.models import CaseDeadline
from rtp_applications.timekeeping.succession import transferred
from rtp_applications.workflow.casefile import CaseFile
from rtp_applications.workflow.engine import Outcome
from rtp_applications.workflow.keeping import keep

_deadline = cast("Table", CaseDeadline.__table__)
_DUE = select(_deadline.c.id).where(
    _deadline.c.case_id == bindparam("case_id", type_=Uuid), _deadline.c.look_at <= bindparam("now")
)
_LOOKED_AT = update(_deadline).where(_deadline.c.id == bindparam("deadline")).values(look_at=bindparam("next"))


async def keep_case(context: CommandContext, case_id: UUID) -> bool:
    """Do what is due in the case; return whether anything was. As the system."""
    due: list[UUID] = []
    looked_at: list[CaseFile] = []

    async def decide(file: CaseFile) -> Outcome | None:
        due.extend(await context.session.scalars(_DUE, {"case_id": case_id, "now": context.now}))
        looked_at.append(file)
        return keep(context.get_process(file), file, context.now, recount=True) if due else None

    outcome = await change_free_case(context, case_id, decide)
    if due:
        file = outcome.after if outcome else looked_at[0]
        rows = [{"deadline": id_, "next": file.deadlines[id_].next_look_at} for id_ in due]
        await context.session.execute(_LOOKED_AT, rows)
    return outcome is not None


async def transfer_case(context: CommandContext, case_id: UUID, successors: Mapping[UUID, UUID]) -> bool:
    """Put those who followed in the place of bodies that ended; return whether the case still named one."""

    async def decide(file: CaseFile) -> Outcome | None:
        return transferred(file, successors, context.now)

    return await change_free_case(context, case_id, decide) is not None
