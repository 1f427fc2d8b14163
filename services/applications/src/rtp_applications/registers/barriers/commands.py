"""What can be done with the register of barriers.

Only what is disclosed enters the case's own sequence of events and its audit: anything else would show there as a gap.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.errors import UnknownBody
from rtp_applications.bodies.queries import open_bodies
from rtp_applications.cases.commands import locked, save
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.registers.barriers.errors import (
    ABodyVouches,
    NoSuchBarrier,
    NothingToDisclose,
    NotTheAnsweringSide,
    NotTheReportingSide,
)
from rtp_applications.registers.barriers.models import Barrier, BarrierChange, BarrierState
from rtp_applications.registers.barriers.queries import case_of
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.engine import CaseChange, find_roles
from rtp_applications.workflow.enums import APPLICANTS, Role
from rtp_applications.workflow.snapshot import CaseSnapshot, Signature
from rtp_shared.auth import organisation_reader
from rtp_shared.contracts.applications import BarrierClosed, BarrierRaised
from rtp_shared.etags import Expected
from rtp_shared.outbox import Outbox
from rtp_shared.problems import FieldError

REPORTING = APPLICANTS | {Role.STAFF_REP, Role.ADVISER}
ANSWERING = frozenset({Role.CASE_OFFICER, Role.DECISION_MAKER, Role.COMMISSIONER})
_ANY = Expected(None)


async def report_barrier(
    session: AsyncSession,
    case_id: UUID,
    *,
    details: Mapping[str, Any],
    body: str | None,
    disclosed: bool,
    caller: Caller,
    now: datetime,
    outbox: Outbox,
) -> UUID:
    """Enter a barrier: open to everybody who sees the case, or known to the reporting side alone."""
    file = await locked(session, case_id, version=_ANY, caller=caller, now=now)
    by = _reporting(file, caller, now)
    if disclosed:
        _require_submitted(file)
    elif not set(caller.identities).isdisjoint(map(organisation_reader, file.case.bodies)) and not _own(file, by):
        raise ABodyVouches
    barrier = Barrier(
        **details,
        case_id=case_id,
        body_id=await _body(session, body),
        reported_by=by.person,
        holder=by.holder,
        reported_as=by.role,
        reported_at=now,
        disclosed=disclosed,
        disclosed_at=now if disclosed else None,
        state=BarrierState.OPEN,
        version=1,
    )
    session.add(barrier)
    await session.flush()
    await _keep(session, barrier, "report", by.role, caller.person, by.holder, now, note=barrier.description)
    if disclosed:
        await _tell(session, file, barrier, "report-barrier", by, outbox)
    return barrier.id


async def disclose_barrier(
    session: AsyncSession, barrier_id: UUID, *, version: Expected, caller: Caller, now: datetime, outbox: Outbox
) -> None:
    """From here on everybody who sees the case knows of it."""
    file, barrier = await _held(session, barrier_id, version=version, caller=caller, now=now)
    by = _reporting(file, caller, now, barrier)
    _require_submitted(file)
    barrier.disclose(now)
    await _keep(session, barrier, "disclose", by.role, by.person, by.holder, now, note=barrier.description)
    await _tell(session, file, barrier, "disclose-barrier", by, outbox)


async def answer_barrier(
    session: AsyncSession,
    barrier_id: UUID,
    *,
    answer: str,
    due_on: date,
    version: Expected,
    caller: Caller,
    now: datetime,
) -> None:
    """Say what will be done by when, for the body that can remove it."""
    file, barrier = await _held(session, barrier_id, version=version, caller=caller, now=now)
    role, holder = _answering(file, barrier, caller, now)
    barrier.give_answer(answer, due_on, now=now, today=civil_date(now))
    await _keep(session, barrier, "answer", role, caller.person, holder, now, note=answer)


async def close_barrier(
    session: AsyncSession,
    barrier_id: UUID,
    *,
    state: BarrierState,
    outcome: str | None,
    version: Expected,
    caller: Caller,
    now: datetime,
    outbox: Outbox,
) -> None:
    """Say what became of it: removed or not, by the reporting side or the central team; withdrawn, by the former."""
    file, barrier = await _held(session, barrier_id, version=version, caller=caller, now=now)
    central = find_roles(file, caller, now).get(Role.MUTUALS_TEAM)
    if central and state is not BarrierState.WITHDRAWN:
        by = Signature(Role.MUTUALS_TEAM, caller.person, central, now)
    else:
        by = _reporting(file, caller, now, barrier)
    barrier.close(state, outcome, now)
    action = "withdraw" if state is BarrierState.WITHDRAWN else "close"
    await _keep(session, barrier, action, by.role, by.person, by.holder, now, note=outcome)
    if barrier.disclosed:
        await _tell(session, file, barrier, f"{action}-barrier", by, outbox)


async def _held(
    session: AsyncSession, barrier_id: UUID, *, version: Expected, caller: Caller, now: datetime
) -> tuple[CaseSnapshot, Barrier]:
    """The barrier and its case, for the caller, who may know of both, to change and nobody else meanwhile."""
    case_id = await case_of(session, barrier_id, readers=caller.identities)
    file = await locked(session, case_id, version=_ANY, caller=caller, now=now)
    barrier = await session.scalar(select(Barrier).where(Barrier.id == barrier_id).with_for_update())
    if barrier is None:
        raise NoSuchBarrier
    barrier.expect(version)
    return file, barrier


def _reporting(file: CaseSnapshot, caller: Caller, now: datetime, barrier: Barrier | None = None) -> Signature:
    """The caller as one of the reporting side: of an existing barrier, the group's own client and who reported it."""
    held = find_roles(file, caller, now)
    for role in sorted(REPORTING & held.keys()):
        by = Signature(role, caller.person, held[role], now)
        if barrier is None or by.holder == barrier.holder or _own(file, by):
            return by
    raise NotTheReportingSide


def _own(file: CaseSnapshot, by: Signature) -> bool:
    return by.holder == f"client:{file.case.opened_by}"


def _answering(file: CaseSnapshot, barrier: Barrier, caller: Caller, now: datetime) -> tuple[Role | None, str]:
    held = find_roles(file, caller, now)
    for role in sorted(ANSWERING & held.keys()):
        return role, held[role]
    body = barrier.body_id and organisation_reader(barrier.body_id)
    if body in caller.identities and caller.vouching_client != f"client:{file.case.opened_by}":
        return None, caller.vouching_client
    raise NotTheAnsweringSide


def _require_submitted(file: CaseSnapshot) -> None:
    if file.case.submitted_at is None:
        raise NothingToDisclose


async def _body(session: AsyncSession, reference: str | None) -> UUID | None:
    if reference is None:
        return None
    found = (await open_bodies(session, [reference])).get(reference)
    if found is None:
        raise UnknownBody(errors=[FieldError("/body", "not a body that exists today")])
    return UUID(str(found.id))


async def _keep(
    session: AsyncSession,
    barrier: Barrier,
    action: str,
    role: Role | None,
    person: str,
    holder: str,
    now: datetime,
    *,
    note: str | None,
) -> None:
    change = BarrierChange(
        barrier_id=barrier.id,
        version=barrier.version,
        at=now,
        action=action,
        role=role,
        person=person,
        holder=holder,
        state=barrier.state,
        due_on=barrier.due_on,
        note=note,
        disclosed=barrier.disclosed,
    )
    session.add(change)
    await session.flush()


async def _tell(
    session: AsyncSession, file: CaseSnapshot, barrier: Barrier, action: str, by: Signature, outbox: Outbox
) -> None:
    """To everybody who sees the case; the event is in its audit, where it counts in its sequence."""
    event = _closed(file, barrier) if barrier.closed_at else _raised(file, barrier, by.at)
    outcome = CaseChange(before=file, after=file, action=action, signature=by, events=(event,))
    await save(session, outcome, outbox=outbox, now=by.at)


def _raised(file: CaseSnapshot, barrier: Barrier, at: datetime) -> BarrierRaised:
    return BarrierRaised(
        case_id=file.case.id,
        number=file.case.number,
        barrier_id=barrier.id,
        kind=barrier.kind,
        body=barrier.body_id,
        due_on=barrier.due_on,
        at=at,
    )


def _closed(file: CaseSnapshot, barrier: Barrier) -> BarrierClosed:
    assert barrier.closed_at is not None  # noqa: S101 - of a closed one
    return BarrierClosed(
        case_id=file.case.id,
        number=file.case.number,
        barrier_id=barrier.id,
        kind=barrier.kind,
        body=barrier.body_id,
        state=barrier.state,
        at=barrier.closed_at,
    )
