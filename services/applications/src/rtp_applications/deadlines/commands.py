"""Commands of the deadline scheduler: each changes one case, in a transaction of its own, as the system."""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from sqlalchemy import Table, Uuid, bindparam, select, update

from rtp_applications.bodies.queries import build_facts, find_current_successor, find_open_bodies
from rtp_applications.cases.change import change_free_case
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.models import CaseDeadline
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.deadlines.succession import list_choices, transfer
from rtp_applications.workflow.due import process_due
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.snapshot import CaseSnapshot

_deadline = cast("Table", CaseDeadline.__table__)
_DUE = select(_deadline.c.id).where(
    _deadline.c.case_id == bindparam("case_id", type_=Uuid), _deadline.c.look_at <= bindparam("now")
)
_SET_NEXT_LOOK = update(_deadline).where(_deadline.c.id == bindparam("deadline")).values(look_at=bindparam("next"))


async def process_due_case(context: CommandContext, case_id: UUID) -> bool:
    """Process what is due in the case; return True if anything was."""
    due: list[UUID] = []
    looked_at: list[CaseSnapshot] = []

    async def decide(snapshot: CaseSnapshot) -> CaseChange | None:
        due.extend(await context.session.scalars(_DUE, {"case_id": case_id, "now": context.now}))
        looked_at.append(snapshot)
        return process_due(context.get_process(snapshot), snapshot, context.now, recount=True) if due else None

    change = await change_free_case(context, case_id, decide)
    if due:
        snapshot = change.after if change else looked_at[0]
        next_looks = [{"deadline": id_, "next": snapshot.deadlines[id_].next_look_at} for id_ in due]
        await context.session.execute(_SET_NEXT_LOOK, next_looks)
    return change is not None


async def start_late_clocks(context: CommandContext, case_id: UUID) -> bool:
    """Start the clocks of the case whose length its body published since; return True if there was one."""

    async def decide(snapshot: CaseSnapshot) -> CaseChange | None:
        return process_due(context.get_process(snapshot), snapshot, context.now)

    return await change_free_case(context, case_id, decide) is not None


async def transfer_case(context: CommandContext, case_id: UUID, successors: Mapping[UUID, UUID]) -> bool:
    """Put successors in the place of bodies that ended, those that were chosen in the case where several followed;
    return True if the case still named one.
    """

    async def decide(snapshot: CaseSnapshot) -> CaseChange | None:
        today = civil_date(context.now)
        chosen = list_choices(snapshot, today).items()
        standing = {body: await find_current_successor(context.session, new, today) for body, new in chosen}
        found = {**successors, **{body: new for body, new in standing.items() if new}}
        received = snapshot.case.submitted_at
        since = civil_date(received) if received else today
        rows = await find_open_bodies(context.session, [str(new) for new in found.values()], today=today, since=since)
        facts = {body: build_facts(rows[str(new)]) for body, new in found.items()}
        return transfer(context.get_process(snapshot), snapshot, facts, context.now)

    return await change_free_case(context, case_id, decide) is not None
