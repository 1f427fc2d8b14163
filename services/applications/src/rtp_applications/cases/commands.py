"""Commands on a case: verb(context, subject, details)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import cast
from uuid import UUID, uuid4

from rtp_applications.bodies.errors import UnknownBody
from rtp_applications.bodies.queries import build_facts, find_open_bodies
from rtp_applications.cases import store
from rtp_applications.cases.actions import take_action
from rtp_applications.cases.change import advance, change_case, create_case
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.errors import NotADraft, NotAnEarlierCase, NotTheApplicant, RouteIsClosed, SeveralEmployers
from rtp_applications.cases.numbers import make_number
from rtp_applications.cases.rules import BODY_FIELDS, FURTHER_EMPLOYERS, require_may_be_named
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.history.sealing import seal_entries
from rtp_applications.workflow import engine
from rtp_applications.workflow.engine import CaseChange, find_roles
from rtp_applications.workflow.enums import ENDED, Role, Status
from rtp_applications.workflow.leading import explain_lead
from rtp_applications.workflow.snapshot import CaseSnapshot, Facts, Party, Payload, Signature
from rtp_applications.workflow.stages.interest.employers import RECORD_EMPLOYER_ANSWER
from rtp_applications.workflow.version_move import VersionMove, change_version
from rtp_shared.contracts.applications import CaseOpened
from rtp_shared.contracts.vocabulary import Route
from rtp_shared.db import AnyRow
from rtp_shared.etags import Expected
from rtp_shared.identities import SYSTEM
from rtp_shared.problems import FieldError

APART = frozenset({*BODY_FIELDS, "further_employers", "previous_case"})
"""What a draft says that is no column of it as it is said."""
TAKEN_UP_ANEW = ENDED - {Status.LAUNCHED, Status.SUPERSEDED}
"""Ends without success, after which a new expression of interest may name the case."""


async def open_case(context: CommandContext, route: Route, details: Mapping[str, object]) -> CaseSnapshot:
    """Open a draft. Only the client that opened it may see it until it is submitted."""
    process, caller, now = context.equipment.processes.find_newest(route), context.caller, context.now
    if not process.actions:
        raise RouteIsClosed(errors=[FieldError("/route", "takes no new cases")])
    id_, calendars = await store.read_beginnings(context.session, now)
    lead = Party(uuid4(), Role.APPLICANT_LEAD, caller.person, caller.vouching_client, civil_date(now), None)
    case = Facts(
        id=id_,
        number=make_number(),
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
    snapshot = CaseSnapshot(case=case, parties={lead.id: lead}, calendars=calendars, read_on=civil_date(now))
    snapshot = await fill_in(context, snapshot, details)
    snapshot = engine.update_deadlines(process, None, snapshot, "open", now)
    by = Signature(Role.APPLICANT_LEAD, caller.person, caller.vouching_client, now)
    seal = partial(seal_entries, None, action="open", by=by, at=now)
    return await create_case(context, snapshot, CaseOpened(case_id=id_, route=route), seal)


async def edit_case(
    context: CommandContext, case_id: UUID, changes: Mapping[str, object], *, version: Expected
) -> CaseSnapshot:
    """Change a draft; fields that are not named stay as they are. After submission the disclosed text stands."""
    found: list[CaseSnapshot] = []

    async def decide(before: CaseSnapshot) -> CaseChange | None:
        found.append(before)
        by = _sign_as_applicant(context, before)
        if before.case.status is not Status.DRAFT:
            raise NotADraft(f"{before.case.number} is {before.case.status}; only a draft can be edited")
        after = await fill_in(context, before, changes)
        require_may_be_named(before.case, after.case)
        if after.case == before.case:
            return None
        return CaseChange(before=before, after=advance(context, before, after, "edit"), action="edit", signature=by)

    saved = await change_case(context, case_id, decide, version=version, catch_up=True)
    return saved.after if saved else found[0]


async def act(
    context: CommandContext,
    case_id: UUID,
    action: str,
    payload: Payload | None,
    *,
    version: Expected,
    dry_run: bool = False,
) -> CaseChange:
    """Take an action, or with `dry_run` only find out what it would come to."""
    decide = partial(take_action, context, name=action, payload=payload)
    return await change_case(context, case_id, decide, version=version, catch_up=True, dry_run=dry_run)


async def move_to_version(
    context: CommandContext, case_id: UUID, payload: VersionMove, *, version: Expected
) -> CaseSnapshot:
    """Move the case to a newer version of its route's process."""

    async def decide(before: CaseSnapshot) -> CaseChange:
        old, new = context.get_process(before), context.equipment.processes[before.case.route, payload.version]
        return change_version(old, new, before, payload, context.caller, context.now)

    return (await change_case(context, case_id, decide, version=version, catch_up=True)).after


def _sign_as_applicant(context: CommandContext, snapshot: CaseSnapshot) -> Signature:
    """Return the caller's signature as one of the staff group, the lead first."""
    held = find_roles(snapshot, context.caller, context.now)
    for role in (Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER):
        if role in held:
            return Signature(role, context.caller.person, held[role], context.now)
    raise NotTheApplicant(explain_lead(snapshot, context.caller, context.now))


async def fill_in(context: CommandContext, snapshot: CaseSnapshot, details: Mapping[str, object]) -> CaseSnapshot:
    """Return the case with these details, with the bodies that they name, and the region that the employer lies in."""
    columns = {name: value for name, value in details.items() if name not in APART}
    if "previous_case" in details:
        snapshot = await _name_previous(context, snapshot, details["previous_case"])
    named = {name: str(details[name] or "") for name in BODY_FIELDS if name in details}
    further = cast("Sequence[str]", details.get("further_employers") or ())
    references = [reference for reference in (*named.values(), *further) if reference]
    bodies = await find_open_bodies(context.session, references, today=civil_date(context.now))
    _refuse_unknown(name for name, reference in named.items() if reference and reference not in bodies)
    for name, reference in named.items():
        columns[BODY_FIELDS[name][0]] = bodies[reference].id if reference else None
    if "further_employers" in details:
        columns["further_employer_ids"] = _read_further_employers(context, snapshot, further, bodies)
    if "employer" in named:
        columns["region"] = bodies[named["employer"]].region if named["employer"] else None
    facts = {each.id: build_facts(each) for each in bodies.values()}
    filled = replace(snapshot.with_case(**columns), bodies={**snapshot.bodies, **facts})
    if filled.case.employer_id in filled.case.further_employer_ids:
        raise UnknownBody(errors=[FieldError(FURTHER_EMPLOYERS[1], "the employer that leads is none of the others")])
    return filled


def _read_further_employers(
    context: CommandContext, snapshot: CaseSnapshot, named: Sequence[str], bodies: Mapping[str, AnyRow]
) -> list[UUID]:
    """Return the ids of the further employers, each once; refuse one that does not exist today, and any where the
    process of the case has no answer of theirs.
    """
    if named and RECORD_EMPLOYER_ANSWER.name not in context.get_process(snapshot).by_name:
        pinned = f"{snapshot.case.route}, version {snapshot.case.process_version}"
        one = f"a case of {pinned} has one employer: each body considers what concerns its own services"
        raise SeveralEmployers(errors=[FieldError(FURTHER_EMPLOYERS[1], one)])
    if any(reference not in bodies for reference in named):
        raise UnknownBody(errors=[FieldError(FURTHER_EMPLOYERS[1], "names a body that does not exist today")])
    return list(dict.fromkeys(bodies[reference].id for reference in named))


async def _name_previous(context: CommandContext, snapshot: CaseSnapshot, named: object) -> CaseSnapshot:
    """Return the draft with the case that it takes up anew, or without one; refuse one that the caller may not know of,
    or that goes on.
    """
    later = [each for each in snapshot.related if each.is_later]
    if not isinstance(named, UUID):
        return replace(snapshot.with_case(previous_case_id=None), related=later)
    found = await store.find_ended(context.session, named, readers=context.caller.identities)
    if found is None or named == snapshot.case.id:
        raise NotAnEarlierCase(errors=[FieldError("/previousCase", "no such case, or you may not know of it")])
    status, previous = found
    if status not in TAKEN_UP_ANEW:
        raise NotAnEarlierCase(errors=[FieldError("/previousCase", f"it is {status}: only what ended without success")])
    return replace(snapshot.with_case(previous_case_id=named), related=[*later, previous])


def _refuse_unknown(names: Iterable[str]) -> None:
    if errors := [FieldError(BODY_FIELDS[name][1], "not a body that exists today") for name in names]:
        raise UnknownBody(errors=errors)
