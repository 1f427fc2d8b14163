"""Erasing one person from cases and their histories, for whoever answers for the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.access_log.queries import erase_in_reads
from rtp_applications.cases import store
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.rewriting import rewrite_case
from rtp_applications.erasures import queries
from rtp_applications.erasures.errors import AllIsHeld, NobodyVouchedFor, StillHasAPart
from rtp_applications.erasures.forgetting import Forgotten, has_a_living_part, is_vouched_for
from rtp_applications.erasures.models import PersonalErasure, PersonalErasureReason
from rtp_applications.history.chain import Entry
from rtp_applications.history.reading import read_chain
from rtp_applications.history.rows import read_entry
from rtp_applications.history.state import dump_state
from rtp_applications.retention.queries import is_held
from rtp_applications.subject_access.queries import rename_in_requests
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.snapshot import CaseSnapshot, Signature
from rtp_shared.contracts.applications import PersonalDataErased
from rtp_shared.db import enter_system_scope
from rtp_shared.etags import Expected
from rtp_shared.identities import SYSTEM, Principal, organisation_identity

ERASE = "cases:erase"
"""Scope of whoever answers for the data, and may have anybody erased."""


@dataclass(frozen=True, slots=True)
class Naming:
    """The cases that name a person, as far as whoever asks answers for the person there."""

    cases: Sequence[CaseSnapshot]
    entries: int
    held: int
    """More cases, in which a legal hold keeps the person: Article 17(3)(e) of the UK GDPR."""

    @property
    def version(self) -> int:
        """A number that is another one when another case is found, or one of them has changed."""
        keys = [(str(each.case.id), each.case.version, each.case.audit_position) for each in self.cases]
        return int.from_bytes(sha256(repr(keys).encode()).digest()[:6])

    def count(self, reference: str) -> dict[str, int]:
        parties = sum(party.person == reference for each in self.cases for party in each.parties.values())
        return {"cases": len(self.cases), "parties": parties, "entries": self.entries, "kept_on_hold": self.held}


async def preview(context: CommandContext, reference: str, *, actor: Principal) -> tuple[dict[str, int], int]:
    """Return what would be erased, counted, and the number that stands for it."""
    found = await _find(context, reference, actor)
    return found.count(reference), found.version


async def erase(
    context: CommandContext,
    reference: str,
    reason: PersonalErasureReason,
    *,
    actor: Principal,
    version: Expected,
) -> UUID:
    """Erase the person wherever whoever asks answers for them; return the record of it."""
    found = await _find(context, reference, actor)
    version.require(found.version)
    if not found.cases:
        raise AllIsHeld
    person = Forgotten(reference, f"erased-{uuid4()}")
    ids = [each.case.id for each in found.cases]
    await queries.erase_names(context.session, ids, reference)
    for snapshot in found.cases:
        await _forget_in(context, snapshot, person)
    await queries.rename_beside_cases(context.session, ids, reference, person.pseudonym)
    holders = None if ERASE in actor.scopes else actor.identities
    await queries.rename_in_complaints(context.session, reference, person.pseudonym, holders=holders)
    await rename_in_requests(context.session, reference, person.pseudonym, holders=holders)
    await erase_in_reads(context.session, reference, person.pseudonym, holders=holders)
    await queries.erase_stored_answers(context.session, reference, anywhere=person.is_distinctive)
    erasure = PersonalErasure(
        pseudonym=person.pseudonym,
        reason=reason,
        client_id=actor.client_id,
        counts=found.count(reference),
        readers=[_name_eraser(actor), *SYSTEM],
        erased_at=context.now,
    )
    context.session.add(erasure)
    await context.session.flush()
    return erasure.id


def _name_eraser(actor: Principal) -> str:
    """Return who learns of it: whoever answers for the data as an organisation; else the client alone, for a council's
    other clients are not told what its staff group does.
    """
    return organisation_identity(actor.organisation) if ERASE in actor.scopes else actor.own_identity


async def _find(context: CommandContext, reference: str, actor: Principal) -> Naming:
    """Find and lock the cases in question, always in one order; refuse where the person still acts in one."""
    session = context.session
    await enter_system_scope(session, "a person is looked for in all cases, and found only where the caller vouches")
    cases, named, held = [], 0, 0
    for case_id in await queries.list_cases_naming(session, reference):
        await store.lock(session, case_id, readers=SYSTEM)
        snapshot = await store.read_snapshot(session, case_id, readers=SYSTEM, now=context.now)
        count = await _count_entries(session, snapshot, reference, actor) if snapshot else None
        if snapshot is None or count is None:
            continue
        if await is_held(session, case_id):
            held += 1
            continue
        if has_a_living_part(snapshot, reference):
            raise StillHasAPart("" if ERASE in actor.scopes else f"in {snapshot.case.number}")
        cases.append(snapshot)
        named += count
    if not cases and not held:
        raise NobodyVouchedFor
    return Naming(cases, named, held)


async def _count_entries(session: AsyncSession, snapshot: CaseSnapshot, reference: str, actor: Principal) -> int | None:
    """Return how many entries of the case's history name the person; None where it is not the caller who answers."""
    rows = await read_chain(session, snapshot.case.id, snapshot.case.audit_position)
    entries = [entry for row in rows if isinstance(entry := read_entry(row), Entry)]
    contents = [each.content() for each in entries]
    if ERASE not in actor.scopes and not is_vouched_for([*contents, dump_state(snapshot)], reference, actor.identities):
        return None
    person = Forgotten(reference, "-")
    return sum(person.forget_entry(each) is not each for each in entries)


async def _forget_in(context: CommandContext, snapshot: CaseSnapshot, person: Forgotten) -> None:
    case, caller = snapshot.case, context.caller
    told = PersonalDataErased(case_id=case.id, number=case.number, at=context.now)
    change = CaseChange(
        before=snapshot,
        after=person.forget_case(snapshot),
        action="erase-person",
        signature=Signature(Role.CLIENT, caller.person, caller.vouching_client, context.now),
        events=(told,),
    )
    await rewrite_case(context, change, person.forget_entry)
