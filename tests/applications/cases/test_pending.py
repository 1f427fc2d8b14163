"""A refusal that one of two has signed: whoever may not sign is answered as if nothing were pending."""

import re
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import httpx
import pytest

from rtp_applications.cases import saving
from rtp_applications.cases.change import change_free_case
from rtp_applications.cases.context import CommandContext
from rtp_applications.cases.numbers import make_number
from rtp_applications.history.commands import append_entries
from rtp_applications.history.sealing import seal_entries
from rtp_applications.workflow.definition import Action, Process
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.identities import OVERSIGHT
from rtp_applications.workflow.snapshot import CaseSnapshot, Signature, SignedRecord
from rtp_embedded.platform import Platform
from rtp_shared.clock import utcnow
from rtp_shared.identities import SYSTEM
from tests.applications.workflow import conftest as every_stage
from tests.applications.workflow.ground import HOLDERS, LEAD_CLIENT, OF_THE_EMPLOYER, attempt, take
from tests.applications.workflow.versions import NEWEST_PROCESSES
from tests.conftest import Api
from tests.support.cases import employer_id
from tests.support.people import acting

assert every_stage, "its import registers an attempt at every action"
pytestmark = pytest.mark.anyio

Pairs = list[tuple[Process, Action]]
SIGNED_BY_TWO: Pairs = [
    (process, action) for process in NEWEST_PROCESSES for action in process.actions if len(action.signatories) > 1
]
CONFIDENTIAL: Pairs = [(process, action) for process, action in SIGNED_BY_TWO if action.confidential]
CASE_READS = (
    *("", "/history", "/history/verify", "/records", "/deadlines"),
    *("/parties", "/documents", "/conflicts", "/barriers"),
)
"""All that is read of a case, after its address."""
OF_ONE_ANSWER = {"date", "correlation-id", "traceparent", "ratelimit", "ratelimit-policy"}
OF_ONE_CASE = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|RTP(?:-\d{3}){2}-\d{4}|\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|\+00:00)|[0-9a-f]{64}|\b[0-9a-f]{32}\b"
)
"""Ids, numbers, instants, hashes and salts: what counts is which of them are the same."""


def each_of(pairs: Pairs) -> pytest.MarkDecorator:
    ids = [f"{process.route}-{process.version}-{action.name}" for process, action in pairs]
    return pytest.mark.parametrize(("process", "action"), pairs, ids=ids)


@dataclass(frozen=True)
class Twins:
    """Two cases that differ in nothing but that in the second one person has signed the action."""

    idle: CaseSnapshot
    pending: CaseSnapshot
    signer: str
    proposed: dict[str, Any] | None

    def list_bodies(self) -> list[dict[str, Any] | None]:
        """What was proposed, something else, and nothing."""
        if not self.proposed:
            return [self.proposed, None]
        other = {name: f"Not {said}" if "reasons" in name.lower() else said for name, said in self.proposed.items()}
        return [self.proposed, other, None]


MakeTwins = Callable[[Process, Action], Awaitable[Twins]]


@pytest.fixture
def make_twins(platform: Platform, group: Api, outside: Api) -> MakeTwins:
    """Makes both cases, where the group's client is the group's and the outside client the adviser's."""
    runtime = platform.runtimes["applications"]

    async def make(process: Process, action: Action) -> Twins:
        ready = attempt(process, action.name)
        first = take(action.name, replace(ready, signers=ready.signers[:1]))
        [proposal] = [each for at, each in first.after.records.items() if at not in ready.snapshot.records]
        idle, pending = (settle(ready.snapshot, group, outside) for _ in range(2))
        async with runtime.database.transaction() as session:
            for each in (idle, pending):
                by = ready.signers[0].vouching_client
                signature = Signature(Role.CLIENT, ready.signers[0].person, by, utcnow())
                sealed, entries = seal_entries(None, each, action="open", by=signature, at=utcnow(), discloses=True)
                await saving.write_new(session, sealed)
                await append_entries(session, entries)
            context = CommandContext(session, ready.signers[0], utcnow(), runtime.outbox, runtime.resources)
            await change_free_case(context, pending.case.id, sign(first, proposal))
        given = ready.payload.model_dump(mode="json", by_alias=True, exclude_unset=True) if ready.payload else None
        return Twins(idle, pending, ready.signers[0].person, given)

    return make


def sign(first: CaseChange, proposal: SignedRecord) -> Callable[[CaseSnapshot], Awaitable[CaseChange]]:
    """Put on file what the first signer proposes, as the engine does."""

    async def decide(before: CaseSnapshot) -> CaseChange:
        after = before.with_record(proposal).with_case(version=before.case.version + 1, changed_at=utcnow())
        return replace(first, before=before, after=after)

    return decide


def settle(snapshot: CaseSnapshot, group: Api, outside: Api) -> CaseSnapshot:
    """The case as one of real clients and of a real body; no clock runs in it."""
    holders = {
        LEAD_CLIENT: f"client:{group.client_id}",
        OF_THE_EMPLOYER: f"org:{employer_id()}",
        HOLDERS[Role.ADVISER]: f"client:{outside.client_id}",
    }
    first = uuid.uuid4().int & ~0xFF
    parties = [
        replace(each, id=uuid.UUID(int=first + number), holder=holders.get(each.holder, each.holder))
        for number, each in enumerate(snapshot.parties.values())
    ]
    real = replace(snapshot, parties={each.id: each for each in parties}, deadlines={}, documents={})
    return real.with_case(
        id=uuid.uuid4(),
        number=make_number(),
        opened_by=group.client_id,
        employer_id=employer_id(),
        commissioner_id=None,
        readers=[*holders.values(), OVERSIGHT, *SYSTEM],
    )


def describe(answer: httpx.Response) -> tuple[int, str, dict[str, str]]:
    """What is answered, but for what names the one case or the one answer."""
    names: dict[str, str] = {}
    text = OF_ONE_CASE.sub(lambda found: names.setdefault(found[0], f"#{len(names)}"), answer.text)
    headers = {name: value for name, value in answer.headers.items() if name not in OF_ONE_ANSWER}
    return answer.status_code, text, headers


def list_those_who_may_not_sign(action: Action, twins: Twins, group: Api, outside: Api) -> Iterator[tuple[Api, str]]:
    """The lead and an adviser, under their own names and under the signer's, as far as they may not sign."""
    for api, role in ((group, Role.APPLICANT_LEAD), (outside, Role.ADVISER)):
        if not any(role in slot for slot in action.signatories):
            yield from ((api, f"{role}-1"), (api, twins.signer))


@each_of(SIGNED_BY_TWO)
async def test_whoever_may_not_sign_is_answered_as_if_nothing_were_pending(
    make_twins: MakeTwins, group: Api, outside: Api, process: Process, action: Action
) -> None:
    twins = await make_twins(process, action)
    for api, person in list_those_who_may_not_sign(action, twins, group, outside):
        for body, dry_run in product(twins.list_bodies(), ("true", "false")):
            idle, pending = [
                describe(
                    await api.post(
                        f"/v1/cases/{case.case.id}/actions/{action.name}",
                        json=body,
                        params={"dryRun": dry_run},
                        headers={**acting(person), "If-Match": "*"},
                    )
                )
                for case in (twins.idle, twins.pending)
            ]
            assert idle == pending, (person, body, dry_run)
            assert idle[0] == 403


@each_of(CONFIDENTIAL)
async def test_whoever_may_not_know_of_a_signature_reads_a_case_in_which_nothing_is_pending(
    make_twins: MakeTwins, group: Api, outside: Api, officers: Api, process: Process, action: Action
) -> None:
    twins = await make_twins(process, action)
    for api in (group, outside):
        for place in CASE_READS:
            idle, pending = [
                describe(await api.get(f"/v1/cases/{case.case.id}{place}")) for case in (twins.idle, twins.pending)
            ]
            assert idle == pending, place
            assert idle[0] == 200, place
        idle, pending = [
            describe(await api.get("/v1/cases", params={"number": case.case.number}))
            for case in (twins.idle, twins.pending)
        ]
        assert idle == pending
    idle, pending = [
        (await officers.get(f"/v1/cases/{case.case.id}")).json()["version"] for case in (twins.idle, twins.pending)
    ]
    assert pending == idle + 1
