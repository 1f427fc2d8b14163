"""What can be done with a case: verb(session, subject, *, details)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.errors import UnknownBody
from rtp_applications.bodies.queries import open_bodies
from rtp_applications.cases import store
from rtp_applications.cases.errors import (
    ChangedSince,
    NoSuchCase,
    NoSuchSuccessor,
    NotADraft,
    NotTheApplicant,
    RouteIsClosed,
)
from rtp_applications.cases.given import fitted
from rtp_applications.cases.numbers import new_number
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.history.commands import append, sealed
from rtp_applications.history.queries import changes_since
from rtp_applications.parties.rules import require_no_disclosure
from rtp_applications.registers.decisions import commands as decisions
from rtp_applications.workflow import engine
from rtp_applications.workflow.definition import Caller, Process
from rtp_applications.workflow.due import process_due
from rtp_applications.workflow.engine import CaseChange, find_roles
from rtp_applications.workflow.enums import ENDED, Role, Status
from rtp_applications.workflow.processes import Processes
from rtp_applications.workflow.snapshot import CaseSnapshot, Facts, Party, Payload, Signature
from rtp_applications.workflow.stages.cross_stage.payloads import Succession
from rtp_applications.workflow.version_move import VersionMove, change_version
from rtp_shared.contracts import EventData
from rtp_shared.contracts.applications import CaseOpened
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.db import SYSTEM, become
from rtp_shared.etags import Expected
from rtp_shared.events import About, digest
from rtp_shared.outbox import Outbox
from rtp_shared.problems import FieldError

BODY_FIELDS = {
    "employer": "employer_id",
    "commissioner": "commissioner_id",
    "decision_body": "decision_body_id",
    "duty_holder": "duty_holder_id",
}
_ON_THE_WIRE = {
    "employer": "/employer",
    "commissioner": "/commissioner",
    "decision_body": "/decisionBody",
    "duty_holder": "/dutyHolder",
}


async def open_case(
    session: AsyncSession,
    *,
    route: Route,
    details: Mapping[str, Any],
    caller: Caller,
    now: datetime,
    outbox: Outbox,
    processes: Processes,
) -> CaseSnapshot:
    """Open a draft. Only the client that opened it may see it until it is submitted."""
    process = processes.find_newest(route)
    if not process.actions:
        raise RouteIsClosed(errors=[FieldError("/route", "takes no new cases")])
    id_, calendars = await store.beginnings(session, now)
    lead = Party(uuid4(), Role.APPLICANT_LEAD, caller.person, caller.vouching_client, civil_date(now), None)
    case = Facts(
        id=id_,
        number=new_number(),
        route=route,
        process_version=process.version,
        status=Status.DRAFT,
        version=1,
        sequence=0,
        opened_by=caller.vouching_client.removeprefix("client:"),
        readers=[caller.vouching_client, *SYSTEM],
        opened_at=now,
        changed_at=now,
    )
    case = replace(case, **await _resolved(session, details))
    file = CaseSnapshot(case=case, parties={lead.id: lead}, calendars=calendars)
    file = engine.update_deadlines(process, None, file, "open", now)
    told = CaseOpened(case_id=case.id, route=route)
    file, events = await _publish(session, outbox, file, told)
    by = Signature(Role.APPLICANT_LEAD, caller.person, caller.vouching_client, now)
    file, entries = sealed(None, file, action="open", by=by, at=now, events=events)
    await store.write_new(session, file)
    await append(session, entries)
    return file


async def edit_case(
    session: AsyncSession,
    case_id: UUID,
    *,
    version: Expected,
    changes: Mapping[str, Any],
    caller: Caller,
    now: datetime,
    outbox: Outbox,
    processes: Processes,
) -> CaseSnapshot:
    """Change a draft; fields that are not named stay as they are. After submission the disclosed text stands."""
    before = await locked(session, case_id, version=version, caller=caller, now=now)
    process = processes[before.case.route, before.case.process_version]
    before = await _caught_up(session, process, before, outbox=outbox, now=now)
    held = find_roles(before, caller, now)
    role = next((role for role in (Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER) if role in held), None)
    if role is None:
        raise NotTheApplicant
    if before.case.status is not Status.DRAFT:
        raise NotADraft(f"{before.case.number} is {before.case.status}; only a draft can be edited")
    after = before.with_case(**await _resolved(session, changes), version=before.case.version + 1, changed_at=now)
    require_no_disclosure(after.case)
    after = engine.update_deadlines(process, Status.DRAFT, after, "edit", now)
    by = Signature(role, caller.person, held[role], now)
    after, entries = sealed(before, after, action="edit", by=by, at=now)
    await store.write_changes(session, before, after)
    await append(session, entries)
    return after


async def act(
    session: AsyncSession,
    case_id: UUID,
    action: str,
    given: Payload | None,
    *,
    version: Expected,
    caller: Caller,
    now: datetime,
    outbox: Outbox,
    processes: Processes,
    dry_run: bool = False,
) -> CaseChange:
    """Take an action, or with `dry_run` only find out what it would come to."""
    before = await locked(session, case_id, version=version, caller=caller, now=now)
    process = processes[before.case.route, before.case.process_version]
    before = await _caught_up(session, process, before, outbox=outbox, now=now, dry_run=dry_run)
    outcome = engine.apply_action(process, before, action, fitted(process, action, given), caller, now)
    if isinstance(given, Succession):
        await _require_successor(session, given, caller)
    return decisions.announced(outcome) if dry_run else await save(session, outcome, outbox=outbox, now=now)


async def _require_successor(session: AsyncSession, given: Succession, caller: Caller) -> None:
    """Asked only of who may supersede: to anybody else the answer would tell of cases that they may not know of."""
    status = await store.status_of(session, given.successor_case, readers=caller.identities)
    if status is None:
        raise NoSuchSuccessor(errors=[FieldError("/successorCase", "no such case, or you may not know of it")])
    if status in ENDED:
        raise NoSuchSuccessor(errors=[FieldError("/successorCase", f"it has ended: {status}")])


async def _caught_up(
    session: AsyncSession, process: Process, file: CaseSnapshot, *, outbox: Outbox, now: datetime, dry_run: bool = False
) -> CaseSnapshot:
    """What ended before now ended before whatever is done now, even if the timekeeper has yet to look."""
    if not any(each.is_over(now) for each in file.deadlines.values()):
        return file
    kept = process_due(process, file, now)
    if kept is None:
        return file
    return kept.after if dry_run else (await save(session, kept, outbox=outbox, now=now)).after


async def move_to_version(
    session: AsyncSession,
    case_id: UUID,
    given: VersionMove,
    *,
    version: Expected,
    caller: Caller,
    now: datetime,
    outbox: Outbox,
    processes: Processes,
) -> CaseChange:
    """Move the case to a newer version of its route's process."""
    before = await locked(session, case_id, version=version, caller=caller, now=now)
    route = before.case.route
    old, new = processes[route, before.case.process_version], processes[route, given.version]
    before = await _caught_up(session, old, before, outbox=outbox, now=now)
    return await save(session, change_version(old, new, before, given, caller, now), outbox=outbox, now=now)


async def save(session: AsyncSession, outcome: CaseChange, *, outbox: Outbox, now: datetime) -> CaseChange:
    """Write what an outcome changed, its events and its audit; the outcome with the file as it is stored."""
    outcome = decisions.announced(outcome)
    after, published = await _publish(session, outbox, outcome.after, *outcome.events)
    after, entries = sealed(
        outcome.before,
        after,
        action=outcome.action,
        by=outcome.signature,
        at=now,
        reason=outcome.reason,
        events=published,
        discloses=outcome.discloses,
        audience=outcome.audience,
    )
    await store.write_changes(session, outcome.before, after)
    await append(session, entries)
    await decisions.publish(session, outcome)
    return replace(outcome, after=after)


async def locked(
    session: AsyncSession, case_id: UUID, *, version: Expected, caller: Caller, now: datetime
) -> CaseSnapshot:
    """The whole case file, for the caller to change and nobody else meanwhile.

    Whether the caller may know of the case is decided as the caller, by query and by row-level security. From then on
    the transaction works as the system: rules must see what the caller may not, such as ratings before a decision.
    """
    found = await store.lock(session, case_id, readers=caller.identities)
    if found is None:
        raise NoSuchCase
    if not version.allows(found):
        raise ChangedSince(
            f'it is at "{found}" now; read it again',
            errors=[FieldError("If-Match", "is stale", "header")],
            extra={"changedSince": await changes_since(session, case_id, version.newest)},
        )
    await become(session, SYSTEM)
    file = await store.read_file(session, case_id, readers=SYSTEM, now=now)
    if file is None:
        raise NoSuchCase
    return file


async def _publish(
    session: AsyncSession, outbox: Outbox, file: CaseSnapshot, *events: EventData
) -> tuple[CaseSnapshot, list[dict[str, Any]]]:
    """The file with the events counted on from where it stands, and the events as they were published."""
    # Whoever was let into a draft reads it; its events are the opening client's alone.
    readers = file.case.readers if file.case.submitted_at else [f"client:{file.case.opened_by}", *SYSTEM]
    return await publish(session, outbox, file, *events, readers=readers)


async def publish(
    session: AsyncSession, outbox: Outbox, file: CaseSnapshot, *events: EventData, readers: Sequence[str]
) -> tuple[CaseSnapshot, list[dict[str, Any]]]:
    """The same, for these readers."""
    case = file.case
    bodies = await outbox.publish_all(
        session,
        events,
        case_id=case.id,
        sequence=case.sequence + 1,
        previous=case.event_hash,
        dataref=f"/v1/cases/{case.id}",
        readers=readers,
        about=About(case.route, case.sector, case.region, case.employer_id, case.commissioner_id),
    )
    if not bodies:
        return file, []
    counted = file.with_case(sequence=case.sequence + len(bodies), event_hash=digest(bodies[-1]))
    return counted, [json.loads(body) for body in bodies]


async def _resolved(session: AsyncSession, details: Mapping[str, Any]) -> dict[str, Any]:
    """The details as columns: bodies by id, and the region that the employer lies in."""
    columns = {name: value for name, value in details.items() if name not in BODY_FIELDS}
    named = {name: details[name] for name in BODY_FIELDS if name in details}
    bodies = await open_bodies(session, [reference for reference in named.values() if reference])
    _refuse_unknown(name for name, reference in named.items() if reference and reference not in bodies)
    for name, reference in named.items():
        columns[BODY_FIELDS[name]] = bodies[reference].id if reference else None
    if "employer" in named:
        columns["region"] = bodies[named["employer"]].region if named["employer"] else None
    return columns


def _refuse_unknown(names: Iterable[str]) -> None:
    if errors := [FieldError(_ON_THE_WIRE[name], "not a body that exists today") for name in names]:
        raise UnknownBody(errors=errors)
