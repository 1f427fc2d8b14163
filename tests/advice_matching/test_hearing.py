"""Hearing of cases: twice, late, never or at the same time; and the second wall, with the service's own role."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.requests import queries
from rtp_advice_matching.requests.errors import NoSuchSupportRequest, NotForYouToAccept
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_advice_matching.requests.proposals import Proposal
from rtp_shared.contracts.applications import CaseSubmitted, CaseWithdrawn
from rtp_shared.etags import Expected
from rtp_shared.identities import SYSTEM
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser, Tell, parties_changed, submitted
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

APPLICANT, EMPLOYER = "client:applicant", "org:employer"
DRAFT_READERS = (APPLICANT, *SYSTEM)
READERS = (*DRAFT_READERS, EMPLOYER)


def withdrawn(case: CaseSubmitted, *, from_status: str = "eoi-submitted") -> CaseWithdrawn:
    return CaseWithdrawn(
        case_id=case.case_id, number=case.number, withdrawn_from=from_status, withdrawn_at=case.submitted_at
    )


async def request_for(advice: Runtime, case_id: uuid.UUID) -> SupportRequest | None:
    async with advice.database.transaction(read_only=True) as session:
        return await session.scalar(select(SupportRequest).where(SupportRequest.case_id == case_id))


async def events_about(advice: Runtime, case_id: uuid.UUID) -> int:
    async with advice.database.transaction(read_only=True) as session:
        query = text("SELECT count(*) FROM outbox WHERE case_id = :id")
        return int(await session.scalar(query, {"id": case_id}) or 0)


async def agreed(advice: Runtime, tell: Tell, adviser: Adviser) -> CaseSubmitted:
    """A case whose staff group has agreed on the adviser."""
    case = submitted()
    await tell(case, READERS)
    async with advice.database.transaction() as session:
        request = (await session.scalars(select(SupportRequest).where(SupportRequest.case_id == case.case_id))).one()
        request.agree(adviser.kind, await session.get_one(Adviser, adviser.id), now=case.submitted_at)
    return case


async def test_the_same_case_submitted_twice_is_one_request(advice: Runtime, tell: Tell) -> None:
    case = submitted()
    for _ in range(2):
        await tell(case, READERS)
    request = await request_for(advice, case.case_id)
    assert request is not None
    assert (request.status, request.sequence, request.version) == (SupportStatus.PROPOSED, 1, 3)
    assert await events_about(advice, case.case_id) == 1


async def test_all_at_once_is_one_request(advice: Runtime, tell: Tell) -> None:
    for _ in range(5):
        case = submitted()
        await asyncio.gather(*(tell(case, READERS) for _ in range(3)), tell(withdrawn(case), READERS))
        request = await request_for(advice, case.case_id)
        assert request is not None
        assert request.status is SupportStatus.CLOSED
        assert request.sector == "adult-social-care"
        assert await events_about(advice, case.case_id) == request.sequence <= 1


async def test_withdrawn_before_it_was_submitted(advice: Runtime, tell: Tell) -> None:
    case = submitted()
    await tell(withdrawn(case), READERS)
    request = await request_for(advice, case.case_id)
    assert request is not None
    assert (request.status, request.sector) == (SupportStatus.CLOSED, None)
    await tell(case, READERS)
    request = await request_for(advice, case.case_id)
    assert request is not None
    assert (request.status, request.sector) == (SupportStatus.CLOSED, "adult-social-care")
    assert request.number == case.number
    assert await events_about(advice, case.case_id) == 0


async def test_withdrawn_twice_frees_one_place(advice: Runtime, tell: Tell, new_adviser: NewAdviser) -> None:
    adviser = await new_adviser()
    cases = [await agreed(advice, tell, adviser) for _ in range(3)]
    for case in cases[:2]:
        await asyncio.gather(*(tell(withdrawn(case), READERS) for _ in range(3)))
        await tell(withdrawn(case), READERS)
    async with advice.database.transaction(read_only=True) as session:
        assert (await session.get_one(Adviser, adviser.id)).engaged == 1


async def test_a_withdrawn_draft_leaves_no_trace(advice: Runtime, tell: Tell) -> None:
    case = submitted()
    await tell(withdrawn(case, from_status="draft"), DRAFT_READERS)
    assert await request_for(advice, case.case_id) is None


async def test_a_request_follows_who_sees_its_case(advice: Runtime, tell: Tell, new_adviser: NewAdviser) -> None:
    """Also where it is told late who has left or was let into the draft, or was never told who came."""
    await new_adviser()
    case, mentor, reviewer = submitted(), "client:mentor", "org:reviewer"
    await tell(case, (*READERS, mentor))
    await tell(parties_changed(case), (*READERS, reviewer), sequence=4)
    await tell(parties_changed(case), (*READERS, mentor, reviewer), sequence=3)
    await tell(parties_changed(case), DRAFT_READERS, sequence=9, source="applications/drafts")
    request = await request_for(advice, case.case_id)
    assert request is not None
    async with advice.database.transaction(read_only=True) as session:
        proposals = (await session.scalars(select(Proposal).where(Proposal.request_id == request.id))).all()
    assert proposals
    for readers in (request.readers, *(each.readers for each in proposals)):
        assert {*READERS, reviewer} < set(readers)
        assert mentor not in readers
    networks = {*request.readers} - {*READERS, reviewer}
    assert networks == {reader for each in proposals for reader in each.readers} - {*READERS, reviewer}


async def test_whoever_is_let_into_a_case_accepts_nothing_for_its_group(
    advice: Runtime, tell: Tell, new_adviser: NewAdviser
) -> None:
    await new_adviser()
    case, adviser = submitted(), "client:adviser"
    await tell(case, (*READERS, adviser))
    request = await request_for(advice, case.case_id)
    assert request is not None
    with pytest.raises(NotForYouToAccept):
        request.expect(Expected(None), by=adviser)
    request.expect(Expected(None), by=APPLICANT)
    for reader, told in ((APPLICANT, True), (adviser, False)):
        async with advice.database.transaction((reader,), read_only=True) as session:
            row = await queries.get_request(session, request.id, readers=[reader], own_identity=reader)
        assert (row.not_proposed is not None) is told


async def test_who_joins_a_draft_opens_no_request(advice: Runtime, tell: Tell) -> None:
    case = submitted()
    await tell(parties_changed(case), DRAFT_READERS)
    assert await request_for(advice, case.case_id) is None


async def test_nobody_fits_is_said_too(advice: Runtime, tell: Tell) -> None:
    case = submitted(sector="a-sector-of-tomorrow", region=None, legal_form=None, support_needs=[])
    async with open_as(advice, "operator") as session:
        await session.execute(update(Adviser).where(Adviser.sectors == []).values(active=False))
    try:
        await tell(case, READERS)
    finally:
        async with open_as(advice, "operator") as session:
            await session.execute(update(Adviser).where(Adviser.sectors == []).values(active=True))
    request = await request_for(advice, case.case_id)
    assert request is not None
    assert (request.status, request.sequence) == (SupportStatus.OPEN, 1)
    assert {each["ground"] for each in request.not_proposed} == {"does-not-serve-sector"}
    assert await events_about(advice, case.case_id) == 1


async def seen(advice: Runtime, readers: Sequence[str], case_id: uuid.UUID) -> tuple[int, set[uuid.UUID]]:
    """How many requests, and proposals of whom, the service's role sees when it forgets to ask for readers."""
    everything: Any = select(func.count()).select_from(SupportRequest).where(SupportRequest.case_id == case_id)
    of_case = select(Proposal.adviser_id).join(SupportRequest, SupportRequest.id == Proposal.request_id)
    async with advice.database.transaction(readers, read_only=True) as session:
        requests = await session.scalar(everything)
        proposals = await session.scalars(of_case.where(SupportRequest.case_id == case_id))
        return requests, set(proposals)


async def test_the_second_wall_holds_alone(advice: Runtime, tell: Tell, new_adviser: NewAdviser) -> None:
    adviser, rival = await new_adviser(), await new_adviser(stages=[])
    case = submitted()
    await tell(case, READERS)
    for readers in (SYSTEM, (APPLICANT,), (EMPLOYER,)):
        count, proposed = await seen(advice, readers, case.case_id)
        assert count == 1
        assert proposed >= {adviser.id, rival.id}
    assert await seen(advice, (f"org:{adviser.network_id}",), case.case_id) == (1, {adviser.id})
    for stranger in ((), ("client:other", "org:other"), ("public",), ("applicant",), (APPLICANT.upper(),)):
        assert await seen(advice, stranger, case.case_id) == (0, set())


async def test_the_first_wall_holds_alone(advice: Runtime, tell: Tell, new_adviser: NewAdviser) -> None:
    adviser, _ = await new_adviser(), await new_adviser(stages=[])
    case = submitted()
    await tell(case, READERS)
    stranger, network = ("client:other", "org:other"), (f"org:{adviser.network_id}",)
    async with advice.database.transaction(SYSTEM) as session:
        [request] = await queries.list_requests(session, readers=network, limit=50, case_id=case.case_id)
        proposals = await queries.list_proposals(session, request.id, readers=network)
        assert [proposal["adviser_id"] for proposal in proposals] == [adviser.id]
        assert not await queries.list_requests(session, readers=stranger, limit=50, case_id=case.case_id)
        assert not await queries.list_proposals(session, request.id, readers=stranger)
        with pytest.raises(NoSuchSupportRequest):
            await queries.get_request(session, request.id, readers=stranger, own_identity=stranger[0])


async def test_who_does_not_see_a_request_changes_none(advice: Runtime, tell: Tell) -> None:
    case = submitted()
    await tell(case, READERS)
    change = (
        update(SupportRequest)
        .where(SupportRequest.case_id == case.case_id)
        .values(status=SupportStatus.CLOSED)
        .returning(SupportRequest.id)
    )
    async with advice.database.transaction(("client:other",)) as session:
        assert (await session.execute(change)).all() == []


@pytest.mark.parametrize(
    "statement",
    [delete(Adviser), delete(SupportRequest), delete(Proposal), update(Proposal).values(adviser_id=uuid.UUID(int=1))],
    ids=str,
)
async def test_what_is_never_done_is_not_allowed(advice: Runtime, statement: Any) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with advice.database.transaction() as session:
            await session.execute(statement)
