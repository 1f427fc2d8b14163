"""Cases in every status of every process, and one for each action just taken, as rows with real clients' ids."""

import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rtp_applications.cases import saving
from rtp_applications.cases.change import change_free_case
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.numbers import make_number
from rtp_applications.history.commands import append_entries
from rtp_applications.history.sealing import seal_entries
from rtp_applications.workflow.definition import Caller, Process
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import Audience, Role, Status
from rtp_applications.workflow.identities import OVERSIGHT
from rtp_applications.workflow.snapshot import CaseSnapshot, Signature, SignedRecord
from rtp_embedded.platform import Platform
from rtp_shared.clock import utcnow
from rtp_shared.identities import SYSTEM
from tests.applications.workflow import conftest as every_stage
from tests.applications.workflow.ground import (
    COMMISSIONER,
    EMPLOYER,
    FURTHER,
    HOLDERS,
    LEAD_CLIENT,
    OF_THE_EMPLOYER,
    Ready,
    attempt,
    build_snapshot,
    take,
)
from tests.applications.workflow.versions import NEWEST_PROCESSES
from tests.sweep.clients import ORGANISATIONS, Clients
from tests.sweep.oracle import CaseFile, Secrecy, Thing

assert every_stage, "its import registers an attempt at every action"


OF_A_SUCCESSOR = frozenset({"record-no-reorganisation-resolution"})
"""Actions of a body that took a case over: nobody here is one."""


@dataclass(frozen=True)
class Staged:
    """A case to be put on file, with the action to be taken in it, if one is."""

    name: str
    process: Process
    ready: Ready
    action: str | None


def list_staged() -> Iterator[Staged]:
    """Every status of every process, and every action by the first process that has it."""
    taken: set[str] = set()
    for process in NEWEST_PROCESSES:
        for status in sorted(process.statuses):
            snapshot = build_snapshot(status, process=process)
            if status is Status.DRAFT:
                snapshot = snapshot.with_case(submitted_at=None)
            yield Staged(f"{process.route} in {status}", process, Ready(snapshot, ()), None)
        for action in (each for each in process.actions if each.name not in taken | OF_A_SUCCESSOR):
            taken.add(action.name)
            yield Staged(f"{process.route} after {action.name}", process, attempt(process, action.name), action.name)


async def plant_stages(platform: Platform, clients: Clients) -> list[Thing]:
    things: list[Thing] = []
    for number, staged in enumerate(list_staged()):
        things += await _plant(platform, clients, staged, of_the_group=number % 2 == 0)
    return things


async def _plant(platform: Platform, clients: Clients, staged: Staged, *, of_the_group: bool) -> list[Thing]:
    cast = Cast.choose(clients, of_the_group=of_the_group)
    before, noted = _settle(staged.ready.snapshot, cast), uuid.uuid4().hex
    runtime = platform.runtimes["applications"]
    signer = Signature(Role.CLIENT, "p-sweep", f"client:{cast.client_id}", utcnow())
    discloses = before.case.submitted_at is not None
    before, entries = seal_entries(
        None, before, action="record", by=signer, at=signer.at, events=(), discloses=discloses
    )
    before = before.with_record(SignedRecord("sweep-note", "", {"note": noted}, (), Audience.BODIES))
    change = _take(staged, before, cast) if staged.action else None
    async with runtime.database.transaction(SYSTEM) as session:
        await saving.write_new(session, replace(before, documents={}))
        await append_entries(session, entries)
        if change is not None:
            caller = cast.recast(staged.ready.signers[-1])
            context = CommandContext(session, caller, utcnow(), runtime.outbox, runtime.resources)
            await change_free_case(context, before.case.id, _say(change))
    after = change.after if change else before
    return list(_describe(staged.name, before, after, cast.opener, noted))


@dataclass(frozen=True)
class Cast:
    """Who plays the parts that the tests of the workflow have: holders and bodies, by their names there."""

    opener: str
    client_id: str
    holders: Mapping[str, str]
    bodies: Mapping[uuid.UUID, uuid.UUID]

    @classmethod
    def choose(cls, clients: Clients, *, of_the_group: bool) -> "Cast":
        opener = clients["group" if of_the_group else "another group"]
        body = ORGANISATIONS["employer" if of_the_group else "rival"]
        reviewing = ORGANISATIONS["reviewing"] if of_the_group else uuid.uuid4()
        holders = {
            LEAD_CLIENT: f"client:{opener.client_id}",
            OF_THE_EMPLOYER: f"org:{body}",
            HOLDERS[Role.ADVISER]: f"client:{clients['adviser'].client_id}" if of_the_group else "client:elsewhere",
            HOLDERS[Role.ESCALATION_REVIEWER]: f"org:{reviewing}",
            HOLDERS[Role.FURTHER_EMPLOYER]: f"org:{ORGANISATIONS['further']}",
        }
        bodies = {EMPLOYER: body, COMMISSIONER: ORGANISATIONS["trust"], FURTHER: ORGANISATIONS["further"]}
        return cls(opener.name, opener.client_id, holders, bodies)

    def recast(self, caller: Caller) -> Caller:
        return replace(caller, identities=tuple(self.holders.get(each, each) for each in caller.identities))


def _take(staged: Staged, before: CaseSnapshot, cast: Cast) -> CaseChange:
    assert staged.action is not None
    signers, payload = tuple(map(cast.recast, staged.ready.signers)), staged.ready.payload
    if payload is not None:
        given = payload.model_dump(mode="json", by_alias=True, exclude_unset=True)
        bodies = {str(there): str(here) for there, here in cast.bodies.items()}
        names = {**_name_parties(staged.ready.snapshot, before), **bodies}
        payload = type(payload).model_validate(_rename(given, names))
    return take(staged.action, replace(staged.ready, snapshot=before, signers=signers, payload=payload))


def _name_parties(snapshot: CaseSnapshot, settled: CaseSnapshot) -> dict[str, str]:
    """By the ids of parties in the tests of the workflow, those that they have here."""
    here = {(each.role, each.person): str(each.id) for each in settled.parties.values()}
    return {str(each.id): here.get((each.role, each.person), "") for each in snapshot.parties.values()}


def _rename(content: Any, names: Mapping[str, str]) -> Any:
    match content:
        case dict():
            return {name: _rename(each, names) for name, each in content.items()}
        case list():
            return [_rename(each, names) for each in content]
    return names.get(content, content) if isinstance(content, str) else content


def _say(change: CaseChange) -> Callable[[CaseSnapshot], Awaitable[CaseChange]]:
    """Decide on the change, whatever is stored; documents were never on file."""

    async def decide(stored: CaseSnapshot) -> CaseChange:
        return replace(change, before=stored, after=replace(change.after, documents={}))

    return decide


def _settle(snapshot: CaseSnapshot, cast: Cast) -> CaseSnapshot:
    """The case as one of real clients and of real bodies. In a draft there is nobody but the group and its adviser."""
    case, holders = snapshot.case, cast.holders
    in_draft = case.submitted_at is None or case.status is Status.DRAFT
    inside = {LEAD_CLIENT, HOLDERS[Role.ADVISER]} if in_draft else set(holders)
    parties = [
        replace(each, id=uuid.uuid4(), holder=holders[each.holder])
        for each in snapshot.parties.values()
        if each.holder in inside
    ]
    deadlines = [replace(each, id=uuid.uuid4()) for each in snapshot.deadlines.values()]
    real = snapshot.with_case(
        id=uuid.uuid4(),
        number=make_number(),
        service_name=f"Service {uuid.uuid4().hex}",
        summary=f"Summary {uuid.uuid4().hex}",
        opened_by=cast.client_id,
        employer_id=cast.bodies[EMPLOYER],
        further_employer_ids=[cast.bodies[each] for each in case.further_employer_ids],
        commissioner_id=case.commissioner_id and cast.bodies[COMMISSIONER],
        decision_body_id=None,
        duty_holder_id=None,
        submitted_at=None if in_draft else case.submitted_at,
    )
    sides = [] if in_draft else [*(f"org:{body}" for body in real.case.bodies), OVERSIGHT]
    settled = replace(
        real.with_case(readers=sorted({*(each.holder for each in parties), *sides, *SYSTEM})),
        parties={each.id: each for each in parties},
        deadlines={each.id: each for each in deadlines},
        bodies={cast.bodies[each.id]: replace(each, id=cast.bodies[each.id]) for each in snapshot.bodies.values()},
        intentions=[replace(each, body_id=cast.bodies.get(each.body_id, each.body_id)) for each in snapshot.intentions],
    )
    names = _name_parties(snapshot, settled)
    renamed = {at: replace(each, content=_rename(each.content, names)) for at, each in snapshot.records.items()}
    return replace(settled, records=renamed)


def _describe(name: str, before: CaseSnapshot, after: CaseSnapshot, opener: str, noted: str) -> Iterator[Thing]:
    case = after.case
    submitted = case.submitted_at is not None
    of_bodies = {f"org:{body}" for body in case.bodies}
    file = CaseFile(
        opener=opener,
        bodies=frozenset(map(str, case.bodies)),
        submitted=submitted,
        let_in=frozenset(each.holder for each in after.parties.values()) - of_bodies,
    )
    ids = {"case_id": str(case.id)}
    words = {str(case.summary).split()[1]}  # a published decision names the service
    proposes_to_nobody = not name.endswith("after submit")
    words |= {str(id_) for snapshot in (before, after) for id_ in (*snapshot.parties, *snapshot.deadlines)}
    yield Thing(name, ids, Secrecy.CASE, file, version=case.version, words=frozenset(words))
    # Whom a submission proposes to whom is not looked at here, but in the cases that the API made.
    if proposes_to_nobody:
        yield Thing(f"id and number of {name}", {}, Secrecy.CASE, file, words=frozenset({str(case.id), case.number}))
    yield Thing(f"a note of the bodies in {name}", {}, Secrecy.BODIES, file, words=frozenset({noted}))
