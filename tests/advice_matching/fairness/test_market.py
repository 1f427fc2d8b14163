"""The fairness of the market by the API, against all that stands in the database; bounds, and who is told of them."""

import asyncio
import random
import uuid
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from rtp_advice_matching.engagements.models import Engagement, EngagementStatus
from rtp_advice_matching.fairness.bound_rules import list_values
from rtp_advice_matching.fairness.commands import check_bounds
from rtp_advice_matching.fairness.market_queries import measure_market
from rtp_advice_matching.fairness.market_rules import GroupTimes, suppress
from rtp_advice_matching.fairness.models import FairnessBounds
from rtp_advice_matching.fairness.rules import pick
from rtp_advice_matching.fairness.scheduler import check_fairness
from rtp_advice_matching.matching import MatchingRules
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_advice_matching.requests.proposals import Proposal
from rtp_advice_matching.requests.strands import SupportStrand
from rtp_embedded.platform import Platform
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser, Tell, submitted
from tests.advice_matching.requests import published
from tests.conftest import Api, NewClient
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

FAIRNESS, BOUNDS = "/v1/fairness", "/v1/fairness/bounds"
NONE = {
    "loadGini": None,
    "waitingNinetieth": None,
    "agreementNinetieth": None,
    "firstChoices": None,
    "justifiedEnvy": None,
}
NAMES = ("waiting", "agreements")
Json = dict[str, Any]


@pytest.fixture
async def operator(new_client: NewClient) -> Api:
    return await new_client(scopes="support:match events:read")


@pytest.fixture(autouse=True)
async def nobody_else_asks(advice: Runtime) -> None:
    """Close what other tests left behind, and forget their bounds."""
    async with open_as(advice, "owner") as session:
        closed = {"status": SupportStatus.CLOSED, "agreed_at": None}
        await session.execute(update(SupportRequest).values(closed))
        await session.execute(update(FairnessBounds).values(bounds={}, passed=[]))


async def add_requests(advice: Runtime, rows: Iterable[Json]) -> list[uuid.UUID]:
    now = advice.clock()
    facts = {"route": "right-to-provide", "stage": "make-the-case", "employer_id": uuid.UUID(int=9)}
    async with open_as(advice, "owner") as session:
        requests = [
            SupportRequest(**SupportRequest.make_columns(uuid.uuid4(), readers=["client:x"], now=now) | facts | row)
            for row in rows
        ]
        session.add_all(requests)
        await session.flush()
        return [each.id for each in requests]


async def add_waiting(advice: Runtime, number: int, *, weeks: int, **facts: Any) -> list[uuid.UUID]:
    opened = advice.clock() - timedelta(weeks=weeks, days=1)
    row = {"opened_at": opened, "sector": "youth-services", "region": "E12000001", "employer_kind": "county", **facts}
    return await add_requests(advice, [row] * number)


async def set_bounds(api: Api, etag: str, **bounds: int | None) -> Any:
    return await api.put(BOUNDS, json={**NONE, **bounds}, headers={"If-Match": etag})


def measure(rows: Iterable[Json], end: str, now: datetime) -> list[Json]:
    """Work the times out plainly."""
    by: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for row in rows:
        weeks = ((row[end] if end else now) - row["opened_at"]).days // 7
        for name in ("sector", "region", "employer-kind"):
            by[name, row[name.replace("-", "_")]].append(weeks)
        by["everybody", None].append(weeks)
    groups = [
        GroupTimes(name, group, len(weeks), pick(sorted(weeks), 50), pick(sorted(weeks), 90))
        for (name, group), weeks in sorted(by.items(), key=str)
    ]
    return sorted(({name: getattr(each, name) for name in GroupTimes.__slots__} for each in suppress(groups)), key=str)


async def test_times_are_those_of_the_requests(advice: Runtime, operator: Api, new_adviser: NewAdviser) -> None:
    chance, now = random.Random(4), advice.clock()  # noqa: S311 - the same market each time
    adviser = await new_adviser()

    def draw(number: int, **facts: Any) -> list[Json]:
        return [
            {
                "opened_at": now - timedelta(days=chance.randrange(200, 400), hours=3),
                "sector": chance.choice(["youth-services", "health", "libraries-and-archives"]),
                "region": chance.choice(["E12000001", "E12000007", None]),
                "employer_kind": chance.choice(["county", "county", "nhs-trust", None]),
                **facts,
            }
            for _ in range(number)
        ]

    states = (SupportStatus.OPEN, SupportStatus.PROPOSED, SupportStatus.OFFERED)
    waiting = [row for state in states for row in draw(9, status=state)]
    agreed = [row | {"agreed_at": now - timedelta(days=chance.randrange(150))} for row in draw(12)]
    agreed = [row | {"status": SupportStatus.AGREED, "agreed_adviser_id": adviser.id} for row in agreed]
    long_ago = draw(6, status=SupportStatus.CLOSED, agreed_at=now - timedelta(days=366))
    await add_requests(advice, [*waiting, *agreed, *long_ago, *draw(5, status=SupportStatus.OPEN, route=None)])
    answer = await operator.get(FAIRNESS)
    assert answer.status_code == 200, answer.text
    for name, rows, end in (("waiting", waiting, ""), ("agreements", agreed, "agreed_at")):
        shown = sorted(answer.json()[name], key=str)
        assert shown == sorted(measure(rows, end, now), key=str)
    everybody = [each for each in answer.json()["waiting"] if each["by"] == "everybody"]
    assert [each["requests"] for each in everybody] == [25]


async def test_what_is_looked_for_beside_somebody_is_a_search_of_its_own(
    advice: Runtime, operator: Api, new_adviser: NewAdviser
) -> None:
    adviser, mentor, now = await new_adviser(), await new_adviser(kind="mentor"), advice.clock()
    weeks_ago = {number: now - timedelta(weeks=number, hours=1) for number in (2, 4, 9)}
    agreed = {"status": SupportStatus.AGREED, "agreed_adviser_id": adviser.id, "agreed_at": weeks_ago[4]}
    agreed |= {"sector": "health"}
    ids = await add_requests(advice, [agreed | {"opened_at": weeks_ago[9]} for _ in range(10)])
    async with open_as(advice, "owner") as session:
        for place, request_id in enumerate(ids):
            began = {"request_id": request_id, "kind": "mentor", "opened_at": weeks_ago[4]}
            asked = {"status": SupportStatus.OFFERED}
            met = {"status": SupportStatus.AGREED, "adviser_id": mentor.id, "agreed_at": weeks_ago[2]}
            session.add(SupportStrand(**began, **(asked if place < 5 else met)))
    figures = (await operator.get(FAIRNESS)).json()
    [waiting], [agreements] = ([each for each in figures[name] if each["by"] == "everybody"] for name in NAMES)
    assert (waiting["requests"], waiting["median"]) == (5, 4), "mentors, since they are looked for"
    assert (agreements["requests"], agreements["median"], agreements["ninetieth"]) == (15, 5, 5)


async def test_first_choices_and_envy_are_of_those_who_agreed(
    advice: Runtime, operator: Api, tell: Tell, new_adviser: NewAdviser
) -> None:
    best, second = await new_adviser(capacity=4, engaged=0), await new_adviser(stages=[])
    cases = [submitted(employer=uuid.UUID(int=77)) for _ in range(5)]
    for case in cases:
        await tell(case, ("client:applicant", "system"))
    now = advice.clock()
    async with open_as(advice, "owner") as session:
        found = select(SupportRequest).where(SupportRequest.case_id.in_([each.case_id for each in cases]))
        requests = (await session.scalars(found.order_by(SupportRequest.id))).all()
        for number, request in enumerate(requests[:4]):
            adviser = second if number == 3 else best
            request.status, request.agreed_adviser_id, request.agreed_at = SupportStatus.AGREED, adviser.id, now
            engagement = Engagement.of(request, adviser, consented=True, now=now)
            engagement.status = EngagementStatus.ACTIVE
            session.add(engagement)
        requests[4].opened_at = now - timedelta(weeks=8)
        adviser_ids = [best.id, second.id]
        await session.execute(update(Proposal).where(Proposal.adviser_id.not_in(adviser_ids)).values(score=0, rank=9))
    assert (await operator.get(FAIRNESS)).json()["firstChoices"] is None, "four are too few"
    async with open_as(advice, "owner") as session:
        best_row = await session.get_one(type(best), best.id)
        best_row.engaged = best_row.capacity
    assert (await operator.get(FAIRNESS)).json()["justifiedEnvy"] == 1, "who waited eight weeks had been put last"
    async with open_as(advice, "owner") as session:
        await session.execute(
            update(SupportRequest)
            .where(SupportRequest.id == requests[4].id)
            .values(status=SupportStatus.AGREED, agreed_adviser_id=best.id, agreed_at=now - timedelta(days=1))
        )
    figures = (await operator.get(FAIRNESS)).json()
    assert (figures["firstChoices"], figures["justifiedEnvy"]) == (80, 0)


async def test_load_is_of_those_who_take_part(advice: Runtime, operator: Api, new_adviser: NewAdviser) -> None:
    before = {each["kind"]: each["advisers"] for each in (await operator.get(FAIRNESS)).json()["load"]}
    await new_adviser(kind="mentor", capacity=2, engaged=2)
    await new_adviser(kind="mentor", capacity=2, engaged=2, active=False)
    await new_adviser(kind="mentor", capacity=0)
    load = {each["kind"]: each for each in (await operator.get(FAIRNESS)).json()["load"]}
    assert {kind: each["advisers"] for kind, each in load.items()} == before | {
        None: before[None] + 1,
        "mentor": before["mentor"] + 1,
    }
    assert load["mentor"]["highest"] == load[None]["highest"] == 100


async def test_bounds_are_versioned_with_who_and_when(operator: Api) -> None:
    answer = await operator.get(BOUNDS)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"0"')
    assert (answer.json()["bounds"], answer.json()["setAt"]) == (NONE, None)
    first = await operator.put(
        BOUNDS, json={**NONE, "waitingNinetieth": 26}, headers={"If-Match": '"0"', "On-Behalf-Of": "p-ada"}
    )
    assert (first.status_code, first.headers["etag"]) == (200, '"1"'), first.text
    same = await set_bounds(operator, '"1"', waitingNinetieth=26)
    assert same.headers["etag"] == '"1"', "what changes nothing counts no version"
    second = await set_bounds(operator, '"1"', firstChoices=0, loadGini=100)
    assert (await operator.get(BOUNDS)).json() == second.json()
    shown = second.json()
    assert (shown["version"], shown["bounds"]) == (2, {**NONE, "firstChoices": 0, "loadGini": 100})
    [earlier] = shown["earlier"]
    assert (earlier["version"], earlier["setBy"], earlier["bounds"]["waitingNinetieth"]) == (1, "p-ada", 26)
    assert earlier["setAt"] == first.json()["setAt"]


async def test_a_clumsy_setting_is_refused_and_changes_nothing(operator: Api) -> None:
    assert (await operator.put(BOUNDS, json=NONE)).status_code == 428
    assert (await set_bounds(operator, '"1"')).status_code == 412
    for change, pointer in (
        ({"loadGini": 101}, "/loadGini"),
        ({"firstChoices": -1}, "/firstChoices"),
        ({"waitingNinetieth": 1000}, "/waitingNinetieth"),
        ({"justifiedEnvy": "few"}, "/justifiedEnvy"),
        ({"envy": 3}, "/envy"),
    ):
        answer = await operator.put(BOUNDS, json={**NONE, **change}, headers={"If-Match": '"0"'})
        assert answer.status_code == 422, answer.text
        assert [each["field"] for each in answer.json()["errors"]] == [pointer]
    without = {name: value for name, value in NONE.items() if name != "loadGini"}
    answer = await operator.put(BOUNDS, json=without, headers={"If-Match": '"0"'})
    assert [each["field"] for each in answer.json()["errors"]] == ["/loadGini"], "left out is not taken away"
    assert (await operator.get(BOUNDS)).headers["etag"] == '"0"'


async def test_of_two_who_set_them_at_once_one_is_refused(operator: Api) -> None:
    answers = await asyncio.gather(*(set_bounds(operator, '"0"', loadGini=number) for number in range(5)))
    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412, 412]


async def test_a_bound_is_told_once_when_it_is_passed_and_once_when_it_is_kept(
    platform: Platform, advice: Runtime, operator: Api, new_client: NewClient
) -> None:
    ids = await add_waiting(advice, 5, weeks=30)
    await set_bounds(operator, '"0"', waitingNinetieth=26)
    groups = {("everybody", None), ("sector", "youth-services"), ("region", "E12000001"), ("employer-kind", "county")}
    assert sum(await asyncio.gather(check_fairness(advice), check_fairness(advice))) == len(groups), "once, by one"
    assert await check_fairness(advice) == 0, "it was told"
    passed = (await operator.get(BOUNDS)).json()["passed"]
    assert {(each["by"], each["group"]) for each in passed} == groups
    assert {(each["measure"], each["value"], each["bound"]) for each in passed} == {("waiting-ninetieth", 30, 26)}
    assert (await operator.get(FAIRNESS)).json()["passed"] == passed
    await set_bounds(operator, '"1"', waitingNinetieth=28)
    assert await check_fairness(advice) == 0, "another bound that is passed as well is no news"
    async with open_as(advice, "owner") as session:
        closing = update(SupportRequest).where(SupportRequest.id.in_(ids[:1]))
        await session.execute(closing.values(status=SupportStatus.CLOSED))
    assert await check_fairness(advice) == 0, "of four nothing is known"
    await add_waiting(advice, 46, weeks=2)
    assert await check_fairness(advice) == len(groups)
    assert (await operator.get(BOUNDS)).json()["passed"] == []

    await platform.drain_events()
    feed = (await operator.get("/v1/events")).json()["items"]
    kinds = [each["type"].rpartition("fairness-bound-")[2] for each in feed if "fairness-bound" in each["type"]]
    assert kinds == ["passed.v1"] * 4 + ["restored.v1"] * 4
    another = await new_client(scopes="support:match events:read")
    assert (await another.get("/v1/events")).json()["items"] == []


async def test_a_bound_that_is_taken_away_is_told_to_be_no_more(advice: Runtime, operator: Api) -> None:
    await add_waiting(advice, 5, weeks=30)
    await set_bounds(operator, '"0"', waitingNinetieth=26)
    await check_fairness(advice)
    await set_bounds(operator, '"1"')
    assert await check_fairness(advice) == 4
    events = [event for event, _ in await published(advice, str(operator.organisation))]
    assert {(event.data.get("bound"), event.data["value"]) for event in events[4:]} == {(None, 30)}
    assert [event.sequence for event in events] == list(range(1, 9))
    assert await check_fairness(advice) == 0


async def test_figures_that_are_older_than_those_looked_at_change_nothing(advice: Runtime, operator: Api) -> None:
    async with advice.database.transaction(read_only=True) as session:
        nobody_waits = await measure_market(session, MatchingRules(), now=advice.clock())
    await add_waiting(advice, 5, weeks=30)
    await set_bounds(operator, '"0"', waitingNinetieth=26)
    assert await check_fairness(advice) == 4
    async with advice.database.transaction() as session:
        told = await check_bounds(
            session,
            operator.organisation,
            list_values(nobody_waits),
            measured_at=nobody_waits.measured_at,
            outbox=advice.outbox,
        )
    assert told == 0


async def test_bounds_are_the_operators_own(advice: Runtime, operator: Api, new_client: NewClient) -> None:
    stranger, unscoped = await new_client(scopes="support:match"), await new_client()
    assert (await set_bounds(operator, '"0"', loadGini=5)).status_code == 200
    assert (await stranger.get(BOUNDS)).json()["bounds"] == NONE
    assert (await set_bounds(stranger, '"1"', loadGini=7)).status_code == 412
    for answer in (
        await unscoped.get(FAIRNESS),
        await unscoped.get(BOUNDS),
        await set_bounds(unscoped, '"0"', loadGini=7),
    ):
        assert answer.status_code == 403
    for kind in ("web", "worker"):
        async with open_as(advice, kind, [f"org:{stranger.organisation}"]) as session:
            number = select(func.count()).where(FairnessBounds.organisation_id == operator.organisation)
            assert await session.scalar(number) == 0, "row-level security, where the query forgets to ask"
