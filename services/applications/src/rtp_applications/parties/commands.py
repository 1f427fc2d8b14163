"""Commands on the people of a case."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete
from sqlalchemy.dialects.postgresql import insert

from rtp_applications.bodies.errors import UnknownBody
from rtp_applications.bodies.queries import find_open_bodies, is_body
from rtp_applications.cases.change import advance, change_case
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.errors import CaseIsReadOnly
from rtp_applications.cases.models import PartyName
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.parties import appointing
from rtp_applications.parties.appointing import NewParty
from rtp_applications.parties.queries import list_names
from rtp_applications.workflow.engine import CaseChange, find_roles
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.snapshot import CaseSnapshot, Party, Signature
from rtp_shared.contracts.applications import PartyChanged
from rtp_shared.etags import Expected
from rtp_shared.identities import organisation_identity
from rtp_shared.problems import FieldError, Refusal

log = logging.getLogger(__name__)

_name = cast("Table", PartyName.__table__)


async def appoint(
    context: CommandContext, case_id: UUID, party: NewParty, *, name: str | None, version: Expected
) -> tuple[CaseSnapshot, Party]:
    """Put a person in a role. An outside client or organisation that vouches for the person comes to see the case."""

    def change(snapshot: CaseSnapshot) -> tuple[CaseSnapshot, list[Party]]:
        return appointing.appoint(snapshot, party, context.caller, context.now)

    snapshot, appointed = await _change_parties(context, case_id, "appoint", change, version=version)
    if name is not None:
        await _set_name(context, case_id, appointed.id, name)
    return snapshot, appointed


async def admit_accepted(context: CommandContext, case_id: UUID, party: NewParty, holder: str, reason: str) -> None:
    """Put into the case whom the staff group accepted in another service; do nothing where the person cannot be, or is
    there already: who was accepted stays so, and the group may appoint somebody in another way.
    """

    async def decide(before: CaseSnapshot) -> CaseChange | None:
        try:
            after, parties = _admit(context, before, party, holder)
        except Refusal as refusal:
            log.info("who was accepted does not become a party", extra={"problem": refusal.title})
            return None
        by = Signature(Role.SYSTEM, context.caller.person, context.caller.vouching_client, context.now)
        return _build_change(context, before, after, parties, action="appoint", by=by, reason=reason)

    await change_case(context, case_id, decide)


def _admit(
    context: CommandContext, before: CaseSnapshot, party: NewParty, holder: str
) -> tuple[CaseSnapshot, list[Party]]:
    _require_writable(context, before)
    return appointing.admit(before, party, holder, context.now)


async def end(
    context: CommandContext, case_id: UUID, party_id: UUID, *, version: Expected
) -> tuple[CaseSnapshot, Party]:
    """End a person's part in the case, at once."""

    def change(snapshot: CaseSnapshot) -> tuple[CaseSnapshot, list[Party]]:
        after, party = appointing.end(snapshot, party_id, context.caller, context.now)
        return after, [party]

    return await _change_parties(context, case_id, "end-party", change, version=version)


async def amend(
    context: CommandContext, case_id: UUID, party_id: UUID, changes: Mapping[str, object], *, version: Expected
) -> tuple[CaseSnapshot, Party]:
    """Change mandate, last day or name; null takes it out. The audit tells of a name only that something changed."""
    audited = {column: value for column, value in changes.items() if column != "name"}
    found: list[tuple[CaseSnapshot, Party]] = []

    async def decide(before: CaseSnapshot) -> CaseChange | None:
        _require_writable(context, before)
        after, party = appointing.amend(before, party_id, audited, context.caller, context.now)
        found.append((before, party))
        names = await list_names(context.session, case_id)
        if after == before and changes.get("name", names.get(party_id)) == names.get(party_id):
            return None
        return _build_change(context, before, after, [party], action="amend-party", by=_sign(context, before))

    saved = await change_case(context, case_id, decide, version=version)
    [(before, party)] = found
    if saved is None:
        return before, party
    if "name" in changes:
        await _set_name(context, case_id, party_id, cast("str | None", changes["name"]))
    return saved.after, party


async def find_voucher(context: CommandContext, *, client: str | None, organisation: str | None) -> str | None:
    """Return who is meant to vouch. An organisation that is no public body is named by its id; a body that has
    ended vouches for nobody: another may stand in its place by now.
    """
    if client is not None:
        return f"client:{client}"
    if organisation is None:
        return None
    today = civil_date(context.now)
    known = (await find_open_bodies(context.session, [organisation], today=today)).get(organisation)
    if known is not None:
        return organisation_identity(known.id)
    id_ = _read_id(organisation)
    if id_ is None or await is_body(context.session, id_):
        raise UnknownBody(errors=[FieldError("/holder/organisation", "not a body that exists today")])
    return organisation_identity(id_)


def _read_id(organisation: str) -> UUID | None:
    try:
        return UUID(organisation)
    except ValueError:
        return None


async def _change_parties(
    context: CommandContext,
    case_id: UUID,
    action: str,
    change: Callable[[CaseSnapshot], tuple[CaseSnapshot, Sequence[Party]]],
    *,
    version: Expected,
) -> tuple[CaseSnapshot, Party]:
    """Change the case's people; return the case as it is stored, and the first of the parties that changed."""
    changed: list[Party] = []

    async def decide(before: CaseSnapshot) -> CaseChange:
        _require_writable(context, before)
        after, parties = change(before)
        changed.extend(parties)
        return _build_change(context, before, after, parties, action=action, by=_sign(context, before))

    saved = await change_case(context, case_id, decide, version=version)
    return saved.after, changed[0]


def _require_writable(context: CommandContext, snapshot: CaseSnapshot) -> None:
    if not context.get_process(snapshot).actions:
        raise CaseIsReadOnly


def _build_change(
    context: CommandContext,
    before: CaseSnapshot,
    after: CaseSnapshot,
    parties: Sequence[Party],
    *,
    action: str,
    by: Signature,
    reason: str | None = None,
) -> CaseChange:
    return CaseChange(
        before=before,
        after=advance(context, before, after, action),
        action=action,
        signature=by,
        events=tuple(_build_event(context, before, each) for each in parties),
        reason=reason,
    )


def _sign(context: CommandContext, snapshot: CaseSnapshot) -> Signature:
    caller = context.caller
    held = find_roles(snapshot, caller, context.now)
    role = min(held, default=Role.CLIENT)
    return Signature(role, caller.person, held.get(role, caller.vouching_client), context.now)


def _build_event(context: CommandContext, before: CaseSnapshot, party: Party) -> PartyChanged:
    known = before.parties.get(party.id)
    over = appointing.is_over(party, civil_date(context.now))
    change = "appointed" if known is None else "ended" if over else "amended"
    kind = "client" if party.holder.startswith("client:") else "organisation"
    return PartyChanged(
        case_id=before.case.id,
        number=before.case.number,
        party_id=party.id,
        change=change,
        role=party.role,
        holder_kind=kind,
        at=context.now,
    )


async def _set_name(context: CommandContext, case_id: UUID, party_id: UUID, name: str | None) -> None:
    if name is None:
        await context.session.execute(delete(_name).where(_name.c.party_id == party_id))
        return
    statement = insert(_name).values(party_id=party_id, case_id=case_id, name=name)
    await context.session.execute(
        statement.on_conflict_do_update(index_elements=["party_id"], set_={"name": statement.excluded.name})
    )
