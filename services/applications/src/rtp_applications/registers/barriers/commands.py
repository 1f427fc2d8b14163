"""Commands on the register of barriers.

Only what is disclosed enters the case's own sequence of events and its audit: anything else would show there as a gap.
"""

from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

from sqlalchemy import select

from rtp_applications.bodies.errors import UnknownBody
from rtp_applications.bodies.queries import find_open_bodies
from rtp_applications.cases.change import change_case
from rtp_applications.cases.context import CommandContext
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.registers.barriers.errors import (
    ABodyVouches,
    NoSuchBarrier,
    NothingToDisclose,
    NotTheAnsweringSide,
    NotTheReportingSide,
)
from rtp_applications.registers.barriers.models import Barrier, BarrierChange, BarrierState
from rtp_applications.registers.barriers.queries import find_case_of
from rtp_applications.sides import get_group_reader, is_group_client, is_of_named_body
from rtp_applications.workflow.engine import CaseChange, find_roles
from rtp_applications.workflow.enums import APPLICANTS, Role
from rtp_applications.workflow.leading import explain_lead
from rtp_applications.workflow.snapshot import CaseSnapshot, Signature
from rtp_shared.contracts.applications import BarrierClosed, BarrierRaised
from rtp_shared.etags import Expected
from rtp_shared.identities import organisation_identity
from rtp_shared.problems import FieldError

REPORTING = APPLICANTS | {Role.STAFF_REP, Role.ADVISER}
ANSWERING = frozenset({Role.CASE_OFFICER, Role.DECISION_MAKER, Role.COMMISSIONER})


async def report_barrier(context: CommandContext, case_id: UUID, barrier: Barrier, *, body: str | None) -> UUID:
    """Enter a barrier: open to everybody who sees the case, or known to the reporting side alone."""

    async def decide(snapshot: CaseSnapshot) -> CaseChange | None:
        by = _require_reporting(context, snapshot)
        if barrier.disclosed:
            _require_submitted(snapshot)
        elif is_of_named_body(snapshot.case, context.caller.identities) and not _is_of_group(snapshot, by):
            raise ABodyVouches
        barrier.enter(case_id, await _find_body(context, body), by)
        context.session.add(barrier)
        await context.session.flush()
        await _add_change(context, barrier, "report", by.role, by.holder, note=barrier.description)
        return _disclose_to_case(snapshot, barrier, "report-barrier", by) if barrier.disclosed else None

    await change_case(context, case_id, decide)
    return barrier.id


async def disclose_barrier(context: CommandContext, barrier_id: UUID, *, version: Expected) -> None:
    """Disclose a barrier: from here on everybody who sees the case knows of it."""

    async def decide(snapshot: CaseSnapshot, barrier: Barrier) -> CaseChange:
        by = _require_reporting(context, snapshot, barrier)
        _require_submitted(snapshot)
        barrier.disclose(context.now)
        await _add_change(context, barrier, "disclose", by.role, by.holder, note=barrier.description)
        return _disclose_to_case(snapshot, barrier, "disclose-barrier", by)

    await _change_barrier(context, barrier_id, decide, version=version)


async def answer_barrier(
    context: CommandContext, barrier_id: UUID, *, answer: str, due_on: date, version: Expected
) -> None:
    """Say what will be done by when, for the body that can remove it."""

    async def decide(snapshot: CaseSnapshot, barrier: Barrier) -> None:
        role, holder = _require_answering(context, snapshot, barrier)
        barrier.give_answer(answer, due_on, now=context.now, today=civil_date(context.now))
        await _add_change(context, barrier, "answer", role, holder, note=answer)

    await _change_barrier(context, barrier_id, decide, version=version)


async def close_barrier(
    context: CommandContext, barrier_id: UUID, *, state: BarrierState, outcome: str | None, version: Expected
) -> None:
    """Close a barrier: removed or not, by the reporting side or the central team; withdrawn, by the former."""

    async def decide(snapshot: CaseSnapshot, barrier: Barrier) -> CaseChange | None:
        by = _require_closing(context, snapshot, barrier, state)
        barrier.close(state, outcome, context.now)
        action = "withdraw" if state is BarrierState.WITHDRAWN else "close"
        await _add_change(context, barrier, action, by.role, by.holder, note=outcome)
        return _disclose_to_case(snapshot, barrier, f"{action}-barrier", by) if barrier.disclosed else None

    await _change_barrier(context, barrier_id, decide, version=version)


async def _change_barrier(
    context: CommandContext,
    barrier_id: UUID,
    decide: Callable[[CaseSnapshot, Barrier], Awaitable[CaseChange | None]],
    *,
    version: Expected,
) -> None:
    """Change a barrier in the lock of its case, of both of which the caller may know."""

    async def decide_on_case(snapshot: CaseSnapshot) -> CaseChange | None:
        query = select(Barrier).where(Barrier.id == barrier_id).with_for_update()
        barrier = await context.session.scalar(query)
        if barrier is None:
            raise NoSuchBarrier
        barrier.expect(version)
        return await decide(snapshot, barrier)

    case_id = await find_case_of(context.session, barrier_id, readers=context.caller.identities)
    await change_case(context, case_id, decide_on_case)


def _require_closing(
    context: CommandContext, snapshot: CaseSnapshot, barrier: Barrier, state: BarrierState
) -> Signature:
    central = find_roles(snapshot, context.caller, context.now).get(Role.MUTUALS_TEAM)
    if central and state is not BarrierState.WITHDRAWN:
        return Signature(Role.MUTUALS_TEAM, context.caller.person, central, context.now)
    return _require_reporting(context, snapshot, barrier)


def _require_reporting(context: CommandContext, snapshot: CaseSnapshot, barrier: Barrier | None = None) -> Signature:
    """Return the caller as of the reporting side: of an existing barrier, the group's own client or its reporter."""
    held = find_roles(snapshot, context.caller, context.now)
    for role in sorted(REPORTING & held.keys()):
        by = Signature(role, context.caller.person, held[role], context.now)
        if barrier is None or by.holder == barrier.holder or _is_of_group(snapshot, by):
            return by
    raise NotTheReportingSide(explain_lead(snapshot, context.caller, context.now))


def _is_of_group(snapshot: CaseSnapshot, by: Signature) -> bool:
    return by.holder == get_group_reader(snapshot.case)


def _require_answering(context: CommandContext, snapshot: CaseSnapshot, barrier: Barrier) -> tuple[Role | None, str]:
    caller = context.caller
    held = find_roles(snapshot, caller, context.now)
    for role in sorted(ANSWERING & held.keys()):
        return role, held[role]
    body = barrier.body_id and organisation_identity(barrier.body_id)
    if body in caller.identities and not is_group_client(snapshot.case, caller):
        return None, caller.vouching_client
    raise NotTheAnsweringSide


def _require_submitted(snapshot: CaseSnapshot) -> None:
    if snapshot.case.submitted_at is None:
        raise NothingToDisclose


async def _find_body(context: CommandContext, reference: str | None) -> UUID | None:
    if reference is None:
        return None
    bodies = await find_open_bodies(context.session, [reference], today=civil_date(context.now))
    if reference not in bodies:
        raise UnknownBody(errors=[FieldError("/body", "not a body that exists today")])
    return UUID(str(bodies[reference].id))


async def _add_change(
    context: CommandContext, barrier: Barrier, action: str, role: Role | None, holder: str, *, note: str | None
) -> None:
    change = BarrierChange(
        barrier_id=barrier.id,
        version=barrier.version,
        at=context.now,
        action=action,
        role=role,
        person=context.caller.person,
        holder=holder,
        state=barrier.state,
        due_on=barrier.due_on,
        note=note,
        disclosed=barrier.disclosed,
    )
    context.session.add(change)
    await context.session.flush()


def _disclose_to_case(snapshot: CaseSnapshot, barrier: Barrier, action: str, by: Signature) -> CaseChange:
    """Return what everybody who sees the case is told; the event is in its audit, where it counts in its sequence."""
    event = _build_closed(snapshot, barrier) if barrier.closed_at else _build_raised(snapshot, barrier, by)
    return CaseChange(before=snapshot, after=snapshot, action=action, signature=by, events=(event,))


def _build_raised(snapshot: CaseSnapshot, barrier: Barrier, by: Signature) -> BarrierRaised:
    return BarrierRaised(
        case_id=snapshot.case.id,
        number=snapshot.case.number,
        barrier_id=barrier.id,
        kind=barrier.kind,
        body=barrier.body_id,
        due_on=barrier.due_on,
        at=by.at,
    )


def _build_closed(snapshot: CaseSnapshot, barrier: Barrier) -> BarrierClosed:
    assert barrier.closed_at is not None  # noqa: S101 - of a closed one
    return BarrierClosed(
        case_id=snapshot.case.id,
        number=snapshot.case.number,
        barrier_id=barrier.id,
        kind=barrier.kind,
        body=barrier.body_id,
        state=barrier.state,
        at=barrier.closed_at,
    )
