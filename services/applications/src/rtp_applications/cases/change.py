"""The one way to change a case: lock and load it, let the rules decide, and save what differs."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import NoReturn, Protocol, TypeVar
from uuid import UUID

from rtp_applications.cases import saving, store
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.errors import CaseIsDisposed, NoSuchCase
from rtp_applications.cases.queries import get_case
from rtp_applications.cases.rules import name_fields
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.history.commands import append_entries
from rtp_applications.history.entries import Entry
from rtp_applications.history.queries import list_changes_since
from rtp_applications.history.sealing import begin_case_chains, seal_entries
from rtp_applications.json_types import JsonObject
from rtp_applications.sides import get_group_reader
from rtp_applications.workflow import engine
from rtp_applications.workflow.due import SCHEDULER, process_due
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.snapshot import CaseSnapshot, Signature
from rtp_shared.contracts.applications import DRAFTS
from rtp_shared.contracts.base import About, EventData
from rtp_shared.contracts.events import compute_digest
from rtp_shared.db import enter_system_scope
from rtp_shared.etags import ANY_VERSION, Expected
from rtp_shared.identities import SYSTEM
from rtp_shared.problems import FieldError, PreconditionFailed

Decided = TypeVar("Decided", CaseChange, CaseChange | None)


class Seal(Protocol):
    """Makes the audit entries of a new case from its published events; returns the case with the chain's head."""

    def __call__(
        self, snapshot: CaseSnapshot, /, *, events: Sequence[JsonObject]
    ) -> tuple[CaseSnapshot, list[Entry]]: ...


async def change_case(
    context: CommandContext,
    case_id: UUID,
    decide: Callable[[CaseSnapshot], Awaitable[Decided]],
    *,
    version: Expected = ANY_VERSION,
    catch_up: bool = False,
    dry_run: bool = False,
) -> Decided:
    """Lock the case, let `decide` say what becomes of it, and save that; return the change as it is stored.

    `decide` returns None where nothing changes. With `catch_up`, what was due before now is done first; with `dry_run`
    nothing is saved.
    """
    before = await _load_locked(context, case_id, version)
    if catch_up:
        before = await _catch_up(context, before, dry_run=dry_run)
    change = await decide(before)
    if change is None or dry_run:
        return change and announce(context, change)
    return await _save(context, change)


async def change_free_case(
    context: CommandContext, case_id: UUID, decide: Callable[[CaseSnapshot], Awaitable[CaseChange | None]]
) -> CaseChange | None:
    """Change a case as the system, unless somebody else holds it: whoever does looks at what is due first."""
    if not await store.lock_if_free(context.session, case_id):
        return None
    before = await store.read_snapshot(context.session, case_id, readers=SYSTEM, now=context.now)
    change = await decide(before) if before else None
    return await _save(context, change) if change else None


async def create_case(
    context: CommandContext, snapshot: CaseSnapshot, event: EventData, seal: Seal, *, earlier: Sequence[Entry] = ()
) -> CaseSnapshot:
    """Publish, seal and write a case that is new here. `earlier` are audit entries that it brings with it."""
    snapshot, published = await publish_events(context, snapshot, [event])
    snapshot, entries = seal(snapshot, events=published)
    await saving.write_new(context.session, snapshot)
    await append_entries(context.session, [*earlier, *entries])
    return snapshot


def advance(
    context: CommandContext, before: CaseSnapshot, after: CaseSnapshot, action: str, *, clocks: bool = True
) -> CaseSnapshot:
    """Return the case one version on, with its clocks moved by the action unless `clocks` is false."""
    after = after.with_case(version=before.case.version + 1, changed_at=context.now)
    if not clocks:
        return after
    return engine.update_deadlines(context.get_process(before), before.case.status, after, action, context.now)


def announce(context: CommandContext, change: CaseChange) -> CaseChange:
    """Return the change with the events that projections add to it."""
    for projection in context.equipment.projections:
        change = projection.announce(change)
    return change


async def _load_locked(context: CommandContext, case_id: UUID, version: Expected) -> CaseSnapshot:
    """Return the whole case, which nobody else changes until the transaction ends.

    Whether the caller may know of the case is decided as the caller, by query and by row-level security.
    """
    found = await store.lock(context.session, case_id, readers=context.caller.identities)
    if found is None:
        raise NoSuchCase
    if not version.allows(found):
        await _refuse_stale(context, case_id, found, version)
    await enter_system_scope(context.session, "rules must see what the caller may not, such as ratings")
    snapshot = await store.read_snapshot(context.session, case_id, readers=SYSTEM, now=context.now)
    if snapshot is None:
        raise NoSuchCase
    if snapshot.case.disposed_at is not None:
        raise CaseIsDisposed
    return snapshot


async def _refuse_stale(context: CommandContext, case_id: UUID, current: int, version: Expected) -> NoReturn:
    """Refuse a write on what changed, and tell the caller in `changedSince` what and by whom, as far as it may know."""
    session, caller = context.session, context.caller
    snapshot = await get_case(session, case_id, readers=caller.identities, now=context.now)
    changes = await list_changes_since(session, snapshot.case, caller, version.newest)
    raise PreconditionFailed(
        f'it is at "{current}" now; read it again',
        errors=[FieldError("If-Match", "is stale", "header")],
        extra={"changedSince": [{**each, "fields": name_fields(each["fields"])} for each in changes]},
    )


async def _catch_up(context: CommandContext, snapshot: CaseSnapshot, *, dry_run: bool) -> CaseSnapshot:
    """Return the case after what ended before now, even if the scheduler has yet to look at it."""
    snapshot = await _leave_out_lapsed(context, snapshot, dry_run=dry_run)
    if not any(each.is_over(context.now) for each in snapshot.deadlines.values()):
        return snapshot
    due = process_due(context.get_process(snapshot), snapshot, context.now)
    if due is None:
        return snapshot
    return due.after if dry_run else (await _save(context, due)).after


async def _leave_out_lapsed(context: CommandContext, draft: CaseSnapshot, *, dry_run: bool) -> CaseSnapshot:
    """Return a draft without the parties whose last day has passed: whoever leaves a draft never applied, and what is
    disclosed at the submission names none of them.
    """
    today = civil_date(context.now)
    lapsed = [each.id for each in draft.parties.values() if each.valid_to is not None and each.valid_to < today]
    if draft.case.status is not Status.DRAFT or not lapsed:
        return draft
    left = replace(draft, parties={id_: each for id_, each in draft.parties.items() if id_ not in lapsed})
    after = advance(context, draft, left, "end-party", clocks=False)
    by = Signature(Role.SYSTEM, SCHEDULER.person, SCHEDULER.vouching_client, context.now)
    change = CaseChange(before=draft, after=after, action="end-party", signature=by)
    return after if dry_run else (await _save(context, change)).after


async def _save(context: CommandContext, change: CaseChange) -> CaseChange:
    """Write the columns and rows that changed, events, audit entries and projections."""
    change = announce(context, change)
    after = begin_case_chains(change.before, change.after)
    after, published = await publish_events(context, after, change.events)
    after, entries = seal_entries(
        change.before,
        after,
        action=change.action,
        by=change.signature,
        at=context.now,
        reason=change.reason,
        events=published,
        discloses=change.discloses,
        audience=change.audience,
    )
    await saving.write_changes(context.session, change.before, after)
    await append_entries(context.session, entries)
    for projection in context.equipment.projections:
        await projection.write(context.session, change)
    return replace(change, after=after)


async def publish_events(
    context: CommandContext, snapshot: CaseSnapshot, events: Sequence[EventData]
) -> tuple[CaseSnapshot, list[JsonObject]]:
    """Publish the events; return the case with them counted, and the events as they were published.

    Whoever was let into a draft reads it; its events are the opening client's alone.
    """
    case = snapshot.case
    bodies = await context.events.publish(
        context.session,
        events,
        subject_id=case.id,
        sequence=case.sequence + 1,
        previous=case.event_hash,
        part=None if case.submitted_at else DRAFTS,
        dataref=f"/v1/cases/{case.id}",
        readers=case.readers if case.submitted_at else [get_group_reader(case), *SYSTEM],
        about=About(case.route, case.sector, case.region, case.employer_id, case.commissioner_id),
    )
    if not bodies:
        return snapshot, []
    counted = snapshot.with_case(sequence=case.sequence + len(bodies), event_hash=compute_digest(bodies[-1]))
    return counted, [json.loads(body) for body in bodies]
