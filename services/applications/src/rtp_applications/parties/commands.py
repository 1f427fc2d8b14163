"""What can be done with the people of a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, update
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.errors import UnknownBody
from rtp_applications.bodies.queries import open_bodies
from rtp_applications.cases.commands import locked, save
from rtp_applications.cases.models import CaseParty
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.parties import appointing
from rtp_applications.parties.appointing import Wanted
from rtp_applications.parties.errors import CaseIsReadOnly
from rtp_applications.workflow import engine
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.engine import CaseChange, find_roles
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.processes import Processes
from rtp_applications.workflow.snapshot import CaseSnapshot, Party, Signature
from rtp_shared.auth import organisation_reader
from rtp_shared.contracts.applications import PartyChanged
from rtp_shared.etags import Expected
from rtp_shared.outbox import Outbox
from rtp_shared.problems import FieldError

_party = cast("Table", CaseParty.__table__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of a case's people on its way: who makes it, when, and what it is made with."""

    version: Expected
    caller: Caller
    now: datetime
    outbox: Outbox
    processes: Processes


async def appoint(
    session: AsyncSession, case_id: UUID, wanted: Wanted, change: Change, *, name: str | None = None
) -> tuple[CaseSnapshot, Party]:
    """Put a person in a role. An outside holder comes to see the case with it."""
    before = await _locked(session, case_id, change)
    after, changed = appointing.appointed(before, wanted, change.caller, change.now)
    file = await _save(session, before, after, "appoint", changed, change)
    if name is not None:
        await _name(session, changed[0].id, name)
    return file, changed[0]


async def end(session: AsyncSession, case_id: UUID, party_id: UUID, change: Change) -> tuple[CaseSnapshot, Party]:
    before = await _locked(session, case_id, change)
    after, party = appointing.ended(before, party_id, change.caller, change.now)
    return await _save(session, before, after, "end-party", [party], change), party


async def amend(
    session: AsyncSession, case_id: UUID, party_id: UUID, changes: Mapping[str, Any], change: Change
) -> tuple[CaseSnapshot, Party]:
    """Change mandate, last day or name; null takes it out. The audit tells of a name only that something changed."""
    before = await _locked(session, case_id, change)
    audited = {column: value for column, value in changes.items() if column != "name"}
    after, party = appointing.amended(before, party_id, audited, change.caller, change.now)
    file = await _save(session, before, after, "amend-party", [party], change)
    if "name" in changes:
        await _name(session, party_id, changes["name"])
    return file, party


async def holder_of(session: AsyncSession, *, client: str | None, organisation: str | None) -> str | None:
    """Who is meant to vouch. An organisation that is no public body is named by its id."""
    if client is not None:
        return f"client:{client}"
    if organisation is None:
        return None
    known = (await open_bodies(session, [organisation])).get(organisation)
    if known is not None:
        return organisation_reader(known.id)
    try:
        return organisation_reader(UUID(organisation))
    except ValueError:
        raise UnknownBody(errors=[FieldError("/holder/organisation", "not a body that exists today")]) from None


async def _locked(session: AsyncSession, case_id: UUID, change: Change) -> CaseSnapshot:
    file = await locked(session, case_id, version=change.version, caller=change.caller, now=change.now)
    if not change.processes[file.case.route, file.case.process_version].actions:
        raise CaseIsReadOnly
    return file


async def _save(
    session: AsyncSession,
    before: CaseSnapshot,
    after: CaseSnapshot,
    action: str,
    changed: Sequence[Party],
    change: Change,
) -> CaseSnapshot:
    now, case = change.now, before.case
    after = after.with_case(version=case.version + 1, changed_at=now)
    after = engine.update_deadlines(change.processes[case.route, case.process_version], case.status, after, action, now)
    outcome = CaseChange(
        before=before,
        after=after,
        action=action,
        signature=_signature(before, change.caller, now),
        events=tuple(_told(before, each, now) for each in changed),
    )
    return (await save(session, outcome, outbox=change.outbox, now=now)).after


def _signature(file: CaseSnapshot, caller: Caller, now: datetime) -> Signature:
    held = find_roles(file, caller, now)
    role = min(held, default=Role.CLIENT)
    return Signature(role, caller.person, held.get(role, caller.vouching_client), now)


def _told(before: CaseSnapshot, party: Party, now: datetime) -> PartyChanged:
    known = before.parties.get(party.id)
    over = appointing.is_over(party, civil_date(now))
    change = "appointed" if known is None else "ended" if over else "amended"
    kind = "client" if party.holder.startswith("client:") else "organisation"
    return PartyChanged(
        case_id=before.case.id,
        number=before.case.number,
        party_id=party.id,
        change=change,
        role=party.role,
        holder_kind=kind,
        at=now,
    )


async def _name(session: AsyncSession, party_id: UUID, name: str | None) -> None:
    await session.execute(update(_party).where(_party.c.id == party_id).values(name=name))
