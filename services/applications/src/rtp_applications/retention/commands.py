"""Commands on how long cases are kept: legal holds, the warning before a case is destroyed, and its destruction."""

from datetime import date
from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete, update
from sqlalchemy.dialects.postgresql import insert

from rtp_applications.cases import store
from rtp_applications.cases.change import change_case, change_free_case
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.rewriting import rewrite_case
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.history.erasing import empty_entry
from rtp_applications.retention import queries
from rtp_applications.retention.disposing import empty_case, erase_contents
from rtp_applications.retention.errors import NotYoursToHold
from rtp_applications.retention.models import DisposalWarning, LegalHold
from rtp_applications.retention.schedule import WARNED_BEFORE, find_retention
from rtp_applications.sides import is_on_bodies_side
from rtp_applications.workflow.engine import CaseChange, find_roles
from rtp_applications.workflow.enums import Audience, Role
from rtp_applications.workflow.snapshot import CaseSnapshot, Signature
from rtp_shared.contracts.applications import CaseDisposalDue, CaseDisposed
from rtp_shared.identities import SYSTEM

HOLDING = (Role.CASE_OFFICER, Role.DECISION_MAKER, Role.MUTUALS_TEAM)
"""The roles that put a case on hold, the first that is held first."""
_warning = cast("Table", DisposalWarning.__table__)


async def place_hold(context: CommandContext, case_id: UUID, reason: str) -> UUID:
    """Put a case on hold: nothing of it is destroyed until every hold is lifted, and a new warning was given after."""
    placed: list[LegalHold] = []

    async def decide(snapshot: CaseSnapshot) -> CaseChange:
        by = _sign(context, snapshot)
        hold = LegalHold(case_id=case_id, reason=reason, placed_by=by.person, placed_as=by.role, placed_at=by.at)
        context.session.add(hold)
        await context.session.flush()
        await context.session.execute(delete(_warning).where(_warning.c.case_id == case_id))
        placed.append(hold)
        return _tell_bodies(snapshot, by, "place-hold", reason)

    await change_case(context, case_id, decide)
    return placed[0].id


async def lift_hold(context: CommandContext, case_id: UUID, hold_id: UUID, reason: str) -> None:
    """Lift one hold. Whatever else holds the case goes on, and nothing is destroyed without a warning before it."""

    async def decide(snapshot: CaseSnapshot) -> CaseChange:
        by = _sign(context, snapshot)
        hold = await queries.get_hold(context.session, snapshot.case, context.caller, hold_id)
        hold.lift(reason, by)
        await context.session.flush()
        return _tell_bodies(snapshot, by, "lift-hold", reason)

    await change_case(context, case_id, decide)


async def warn_or_dispose(context: CommandContext, case_id: UUID) -> bool:
    """Do with an ended case what its time of keeping asks for today; return whether that was anything."""
    if not await store.lock_if_free(context.session, case_id):
        return False
    snapshot = await store.read_snapshot(context.session, case_id, readers=SYSTEM, now=context.now)
    if snapshot is None or snapshot.case.disposed_at or await queries.is_held(context.session, case_id):
        return False
    today = civil_date(context.now)
    dispose_on = find_retention(snapshot, today).dispose_on
    if dispose_on is None or dispose_on > today + WARNED_BEFORE:
        return False
    warning = await queries.find_warning(context.session, case_id)
    if warning is None or warning.dispose_on < dispose_on:
        return await _warn(context, case_id, max(dispose_on, today + WARNED_BEFORE))
    if warning.dispose_on > today:
        return False
    await _dispose(context, snapshot)
    return True


async def _warn(context: CommandContext, case_id: UUID, dispose_on: date) -> bool:
    """Tell everybody who sees the case. The warning is no change of it: its time of keeping does not begin anew."""

    async def decide(snapshot: CaseSnapshot) -> CaseChange:
        case = snapshot.case
        told = CaseDisposalDue(case_id=case.id, number=case.number, dispose_on=dispose_on, at=context.now)
        by = _sign_as_system(context)
        return CaseChange(before=snapshot, after=snapshot, action="warn-of-disposal", signature=by, events=(told,))

    change = await change_free_case(context, case_id, decide)
    facts = {"warned_at": context.now, "dispose_on": dispose_on}
    statement = insert(_warning).values(case_id=case_id, **facts)
    await context.session.execute(statement.on_conflict_do_update(index_elements=["case_id"], set_=facts))
    return change is not None


async def _dispose(context: CommandContext, snapshot: CaseSnapshot) -> None:
    """Destroy what was said in the case, everywhere in this service, and tell that it went."""
    case, after = snapshot.case, empty_case(snapshot, context.now)
    told = CaseDisposed(case_id=case.id, number=case.number, status=case.status, at=context.now)
    change = CaseChange(
        before=snapshot, after=after, action="dispose", signature=_sign_as_system(context), events=(told,)
    )
    await rewrite_case(context, change, empty_entry, tells_state=True)
    await erase_contents(context.session, case.id, context.now)
    done = update(_warning).where(_warning.c.case_id == case.id).values(disposed_at=context.now)
    await context.session.execute(done)


def _sign(context: CommandContext, snapshot: CaseSnapshot) -> Signature:
    """Return the caller's signature as an officer of the bodies' side, or of the central team."""
    held = find_roles(snapshot, context.caller, context.now)
    role = next((each for each in HOLDING if each in held), None)
    if role is None or not is_on_bodies_side(snapshot.case, context.caller):
        raise NotYoursToHold
    return Signature(role, context.caller.person, held[role], context.now)


def _sign_as_system(context: CommandContext) -> Signature:
    return Signature(Role.SYSTEM, context.caller.person, context.caller.vouching_client, context.now)


def _tell_bodies(snapshot: CaseSnapshot, by: Signature, action: str, reason: str) -> CaseChange:
    """Return the change that only the audit tells of, and only to the bodies' side: who holds, and why, may be about
    what the others are to learn from a court.
    """
    return CaseChange(
        before=snapshot, after=snapshot, action=action, signature=by, reason=reason, audience=Audience.BODIES
    )
