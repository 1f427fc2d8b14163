"""Needs follow their case: any order and repetition of its events leads to where the ordered run leads."""

import random
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.needs.models import NeedState
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_advice_matching.requests.proposals import Proposal
from rtp_shared.contracts.applications import CaseLapsed, CaseRefused, CaseRemitted
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser, Tell
from tests.advice_matching.needs.conftest import READERS, Teller, Told, read_plan, tell_all
from tests.advice_matching.requests import published

pytestmark = pytest.mark.anyio

STATUSES = ["eoi-under-review", "feasibility", "approved", "transition", "launched", "refused", "stopped", "a-new-word"]
Life = list[tuple[str, str, bool]]
BARRIERS = ["management-resistance", "procurement", "vat"]


def shown(plan: Any) -> Any:
    """What of a plan must not depend on the order in which it was heard of."""
    request, needs = plan
    of_needs = {
        key: (need.source, need.kind, need.topic, need.stage, need.shown_state, need.shown_reason, need.readers)
        for key, need in needs.items()
    }
    return request.stage, request.ended_as, set(request.topics), of_needs


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """What happens to a case after its submission: moves, and barriers that are closed, or not."""
    moves = [("move", status, False) for status in draw(st.lists(st.sampled_from(STATUSES), max_size=5))]
    kinds = draw(st.lists(st.tuples(st.sampled_from(BARRIERS), st.booleans()), max_size=2))
    return draw(st.permutations([*moves, *(("barrier", kind, closed) for kind, closed in kinds)]))


def tell_of(
    life: list[tuple[str, str, bool]], *, asked: list[str], withdrawn: bool, ids: list[uuid.UUID]
) -> list[Told]:
    """The events of a life, in order. Each run is of a case of its own, with the same barriers."""
    teller, waiting = Teller(support_needs=asked), list(ids)
    every = [teller.submit()]
    for what, word, closed in life:
        if what == "move":
            every.append(teller.move(word, len(every) + 1))
        else:
            barrier = waiting.pop()
            every.append(teller.raise_barrier(barrier, len(every) + 1, kind=word))
            if closed:
                every.append(teller.close_barrier(barrier, len(every) + 1, kind=word, readers=READERS[:2]))
    return [*every, *([teller.withdraw(len(every) + 1)] if withdrawn else [])]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    life=lives(),
    asked=st.lists(st.sampled_from(["legal", "vat"]), max_size=2, unique=True),
    withdrawn=st.booleans(),
    seed=st.integers(0, 2**32),
)
async def test_any_order_and_repetition_leads_to_the_same_needs(
    advice: Runtime, tell: Tell, life: Life, asked: list[str], withdrawn: bool, seed: int
) -> None:
    ids = [uuid.uuid4() for _ in life]
    ordered, mixed = (tell_of(life, asked=asked, withdrawn=withdrawn, ids=ids) for _ in range(2))
    case_ids = [each[0].data.case_id for each in (ordered, mixed)]  # type: ignore[attr-defined]  # of every event
    await tell_all(tell, ordered)
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
    mixed += chance.choices(mixed, k=3)
    chance.shuffle(mixed)
    await tell_all(tell, mixed)
    once, otherwise = [await read_plan(advice, case_id) for case_id in case_ids]
    assert shown(once) == shown(otherwise)
    assert once[1], "a submitted case has needs"


async def test_each_stage_brings_its_needs_once_and_lets_those_of_the_last_one_rest(
    advice: Runtime, tell: Tell
) -> None:
    teller = Teller(support_needs=[])
    await tell_all(tell, [teller.submit(), teller.move("approved", 2), teller.move("contract-route", 3)])
    request, needs = await read_plan(advice, teller.case.case_id)
    assert request is not None
    assert request.stage == "plan"
    by_stage = {(need.stage, need.shown_state, need.shown_reason) for need in needs.values()}
    assert by_stage == {
        ("make-the-case", NeedState.NOT_NEEDED, "stage-left"),
        ("plan", NeedState.OPEN, None),
    }
    assert set(request.topics) == {"financial", "legal", "governance"}
    assert "stage:plan:adviser:bid-writing" not in needs, "the group negotiates, and bids for nothing"


async def test_who_challenges_has_to_bid(advice: Runtime, tell: Tell) -> None:
    teller = Teller(route="community-right-to-challenge")
    await tell_all(tell, [teller.submit(), teller.move("contract-route", 2)])
    _, needs = await read_plan(advice, teller.case.case_id)
    assert needs["stage:plan:adviser:bid-writing"].shown_state is NeedState.OPEN


async def test_what_a_group_asks_for_stands_in_place_of_what_is_usual(advice: Runtime, tell: Tell) -> None:
    asking, silent = Teller(support_needs=["vat"]), Teller(support_needs=[])
    await tell_all(tell, [asking.submit(), silent.submit()])
    request, needs = await read_plan(advice, asking.case.case_id)
    assert request is not None
    assert request.topics == ["vat"]
    assert {need.kind for need in needs.values() if need.source == "stage"} == {"information"}
    request, _ = await read_plan(advice, silent.case.case_id)
    assert request is not None
    assert request.topics == ["business-planning", "financial"]


async def test_a_case_that_ends_lets_its_needs_rest_and_one_that_is_taken_up_again_wakes_them(
    advice: Runtime, tell: Tell
) -> None:
    teller = Teller()
    await tell_all(tell, [teller.submit(), teller.move("refused", 2, CaseRefused)])
    request, needs = await read_plan(advice, teller.case.case_id)
    assert request is not None
    assert (request.ended_as, request.topics, request.is_waiting) == ("refused", [], False)
    assert {(need.shown_state, need.shown_reason) for need in needs.values()} == {
        (NeedState.NOT_NEEDED, "case-refused")
    }
    await tell_all(tell, [teller.move("eoi-under-review", 3, CaseRemitted)])
    request, needs = await read_plan(advice, teller.case.case_id)
    assert request is not None
    assert (request.ended_as, request.topics) == (None, ["legal", "financial"])
    assert {need.shown_state for need in needs.values()} == {NeedState.OPEN}
    need = needs["applicants:adviser:legal"]
    told = [(event.type.split(".")[-2], event.sequence) for event, _ in await published(advice, str(need.id))]
    assert told == [("need-opened", 1), ("need-closed", 2), ("need-opened", 3)]


async def test_a_withdrawn_case_has_no_open_need(advice: Runtime, tell: Tell, new_adviser: NewAdviser) -> None:
    await new_adviser()
    teller = Teller()
    await tell_all(tell, [teller.submit(), teller.withdraw(2), teller.move("approved", 3)])
    request, needs = await read_plan(advice, teller.case.case_id)
    assert request is not None
    assert (request.status, request.ended_as) == (SupportStatus.CLOSED, "withdrawn")
    assert {need.shown_reason for need in needs.values()} == {"case-withdrawn"}


async def test_a_draft_brings_nothing(advice: Runtime, tell: Tell) -> None:
    teller = Teller()
    lapsed = teller.move("lapsed", 3, CaseLapsed)
    await tell(lapsed.data, READERS, sequence=3, source="applications/drafts")
    await tell_all(tell, [teller.withdraw(4, from_status="draft")])
    assert await read_plan(advice, teller.case.case_id) == (None, {})
    async with advice.database.transaction(read_only=True) as session:
        query = text("SELECT count(*) FROM case_progress WHERE case_id = :id")
        assert await session.scalar(query, {"id": teller.case.case_id}) == 0


async def test_a_case_that_was_never_submitted_here_has_no_request(advice: Runtime, tell: Tell) -> None:
    """Such as one that came in from elsewhere: a move opens nothing, and leaves no request that nobody could match."""
    teller = Teller()
    await tell_all(tell, [teller.move("approved", 2)])
    assert await read_plan(advice, teller.case.case_id) == (None, {})


async def test_a_barrier_asks_for_an_ambassador(advice: Runtime, tell: Tell, new_adviser: NewAdviser) -> None:
    """Whom it asks for stands after those who fit best, and no topic of the request tells of the barrier."""
    await new_adviser(kind="ambassador", topics=[], stages=[], sectors=[])
    best = {(await new_adviser()).id for _ in range(3)}
    teller, barrier = Teller(), uuid.uuid4()
    await tell_all(tell, [teller.submit()])
    before = await list_proposed(advice, teller)
    assert {adviser_id for adviser_id, _ in before} == best
    await tell_all(tell, [teller.raise_barrier(barrier, 2)])
    request, needs = await read_plan(advice, teller.case.case_id)
    assert request is not None
    need = needs[f"barrier:{barrier}"]
    assert (need.kind, need.topic, need.shown_state) == ("ambassador", None, NeedState.OPEN)
    *others, (_, last) = await list_proposed(advice, teller)
    assert (others, last) == (before, "ambassador")
    assert request.topics == ["legal", "financial"]
    await tell_all(tell, [teller.close_barrier(barrier, 3)])
    _, needs = await read_plan(advice, teller.case.case_id)
    closed = needs[f"barrier:{barrier}"]
    assert (closed.shown_state, closed.shown_reason) == (NeedState.NOT_NEEDED, "barrier-closed")


async def list_proposed(advice: Runtime, teller: Teller) -> list[tuple[uuid.UUID, str]]:
    """Who is proposed, and of which kind, best first."""
    query = (
        select(Adviser.id, Adviser.kind)
        .join(Proposal, Proposal.adviser_id == Adviser.id)
        .join(SupportRequest, SupportRequest.id == Proposal.request_id)
        .where(SupportRequest.case_id == teller.case.case_id)
        .order_by(Proposal.rank)
    )
    async with advice.database.transaction(read_only=True) as session:
        return [(row.id, row.kind) for row in await session.execute(query)]


async def test_a_barrier_of_another_kind_brings_no_need(advice: Runtime, tell: Tell) -> None:
    teller = Teller()
    await tell_all(tell, [teller.submit(), teller.raise_barrier(uuid.uuid4(), 2, kind="vat")])
    _, needs = await read_plan(advice, teller.case.case_id)
    assert not any(need.source == "barrier" for need in needs.values())
