"""Who may know of a need: whoever sees the case, and of what a barrier brought whoever was told of the barrier."""

import uuid
from collections.abc import Sequence

import pytest
from sqlalchemy import select

from rtp_advice_matching.needs import queries
from rtp_advice_matching.needs.models import CaseProgress, SupportNeed
from rtp_advice_matching.requests.errors import NoSuchSupportRequest
from rtp_shared.identities import SYSTEM
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser, Tell, parties_changed
from tests.advice_matching.needs.conftest import APPLICANT, EMPLOYER, OFFICER, READERS, Teller, read_plan, tell_all
from tests.advice_matching.requests import published

pytestmark = pytest.mark.anyio
TOLD = (APPLICANT, *SYSTEM, OFFICER)
"""The readers of a barrier that the employer is not told of."""


async def see_without_asking(advice: Runtime, readers: Sequence[str], request_id: uuid.UUID) -> set[str]:
    """The needs that PostgreSQL shows to a role that forgets to ask for readers."""
    async with advice.database.transaction(readers, read_only=True) as session:
        return set((await session.scalars(select(SupportNeed.key).where(SupportNeed.request_id == request_id))).all())


async def see_by_query(advice: Runtime, readers: Sequence[str], request_id: uuid.UUID) -> set[uuid.UUID]:
    """The needs that the query shows, while PostgreSQL shows everything."""
    async with advice.database.transaction(SYSTEM, read_only=True) as session:
        rows = await queries.list_needs(session, request_id, readers=readers, limit=200)
        for row in rows:
            await queries.get_need(session, request_id, row.id, readers=readers)
        return {row.id for row in rows}


async def test_each_wall_holds_alone(advice: Runtime, tell: Tell, new_adviser: NewAdviser) -> None:
    adviser, teller, barrier = await new_adviser(), Teller(), uuid.uuid4()
    await tell_all(tell, [teller.submit(), teller.raise_barrier(barrier, 2, readers=TOLD)])
    request, needs = await read_plan(advice, teller.case.case_id)
    assert request is not None
    everything, hidden = set(needs), f"barrier:{barrier}"
    network = f"org:{adviser.network_id}"
    assert network in request.readers, "it sees the support request"
    expected = {
        SYSTEM: everything,
        (APPLICANT,): everything,
        (OFFICER,): everything,
        (EMPLOYER,): everything - {hidden},
        (network,): set(),
        ("client:other", "org:other"): set(),
        ("public",): set(),
    }
    for readers, seen in expected.items():
        assert await see_without_asking(advice, readers, request.id) == seen, readers
        assert await see_by_query(advice, readers, request.id) == {needs[key].id for key in seen}, readers


async def test_a_network_does_not_learn_that_there_are_needs(
    advice: Runtime, tell: Tell, new_adviser: NewAdviser
) -> None:
    adviser, teller = await new_adviser(), Teller()
    await tell_all(tell, [teller.submit()])
    request, _ = await read_plan(advice, teller.case.case_id)
    assert request is not None
    async with advice.database.transaction(SYSTEM, read_only=True) as session:
        with pytest.raises(NoSuchSupportRequest):
            await queries.get_seen_request(session, request.id, readers=[f"org:{adviser.network_id}"])


async def test_the_events_of_a_need_are_for_whoever_may_know_of_it(advice: Runtime, tell: Tell) -> None:
    """They are counted by themselves: whoever is not told of one sees no gap among those of the case."""
    teller, barrier = Teller(), uuid.uuid4()
    await tell_all(tell, [teller.submit(), teller.raise_barrier(barrier, 2, readers=TOLD)])
    _, needs = await read_plan(advice, teller.case.case_id)
    of_stage, of_barrier = needs["applicants:adviser:legal"], needs[f"barrier:{barrier}"]
    [(event, readers)] = await published(advice, str(of_stage.id))
    assert (event.sequence, set(readers)) == (1, set(READERS))
    [(event, readers)] = await published(advice, str(of_barrier.id))
    assert (event.sequence, set(readers)) == (1, set(TOLD))
    assert str(barrier) not in str(event.data)
    of_case = await published(advice, str(teller.case.case_id))
    assert {event.type.split(".")[-2] for event, _ in of_case} == {"support-proposed"}


async def test_no_topic_of_a_request_tells_of_a_barrier(advice: Runtime, tell: Tell) -> None:
    teller = Teller()
    await tell_all(tell, [teller.submit(), teller.raise_barrier(uuid.uuid4(), 2, kind="procurement", readers=TOLD)])
    request, needs = await read_plan(advice, teller.case.case_id)
    assert request is not None
    assert "procurement" in {need.topic for need in needs.values()}
    assert "procurement" not in request.topics


async def test_who_leaves_the_case_sees_no_need_of_it(advice: Runtime, tell: Tell) -> None:
    teller, barrier, newcomer = Teller(), uuid.uuid4(), "client:newcomer"
    await tell_all(tell, [teller.submit(), teller.raise_barrier(barrier, 2)])
    request, needs = await read_plan(advice, teller.case.case_id)
    assert request is not None
    remaining = [each for each in READERS if each != OFFICER]
    await tell(parties_changed(teller.case), [*remaining, newcomer], sequence=3)
    assert await see_without_asking(advice, (OFFICER,), request.id) == set()
    assert await see_by_query(advice, (OFFICER,), request.id) == set()
    assert await see_without_asking(advice, (newcomer,), request.id) == set(needs) - {f"barrier:{barrier}"}
    await tell_all(tell, [teller.close_barrier(barrier, 4)])
    *_, (event, readers) = await published(advice, str(needs[f"barrier:{barrier}"].id))
    assert event.type.endswith(".need-closed.v1")
    assert set(readers) == set(remaining), "neither who has left nor who was never told"


async def test_what_was_heard_of_a_case_is_for_workers_alone(advice: Runtime, tell: Tell) -> None:
    teller = Teller()
    await tell_all(tell, [teller.submit()])
    query = select(CaseProgress.case_id).where(CaseProgress.case_id == teller.case.case_id)
    for readers, seen in ((SYSTEM, 1), ((APPLICANT,), 0), ((EMPLOYER, "public"), 0)):
        async with advice.database.transaction(readers, read_only=True) as session:
            assert len((await session.scalars(query)).all()) == seen, readers
