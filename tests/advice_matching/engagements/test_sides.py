"""An adviser, a mentor and an ambassador beside each other: one of each kind at a time, each as it would be alone."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.engagements.models import Engagement
from rtp_advice_matching.requests.models import SupportRequest
from rtp_embedded.platform import Platform
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser
from tests.advice_matching.engagements.conftest import Json, Pair, do, done, list_kinds, list_of, offer, read_due
from tests.advice_matching.needs.conftest import add, find
from tests.advice_matching.requests import SUPPORT, accept, engaged, published, read, request_of
from tests.advice_matching.test_acceptance import list_advising
from tests.conftest import Api, NewClient
from tests.support.cases import employer_id
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio
KINDS = ("adviser", "mentor", "ambassador")


@dataclass(frozen=True)
class Sides:
    """A staff group with somebody of each kind who fits, and their networks."""

    group: Api
    request: Json
    pairs: dict[str, Pair]

    async def read(self, api: Api | None = None) -> Json:
        return await read(api or self.group, self.request["id"])

    async def strands(self, api: Api | None = None) -> dict[str, str]:
        return {each["kind"]: each["status"] for each in (await self.read(api))["strands"]}


NewSides = Callable[[], Awaitable[Sides]]


@pytest.fixture
def new_sides(platform: Platform, advice: Runtime, new_client: NewClient, new_adviser: NewAdviser) -> NewSides:
    earlier: list[uuid.UUID] = []

    async def make() -> Sides:
        async with open_as(advice, "operator") as session:  # those made before are as good, and are not to be proposed
            await session.execute(update(Adviser).where(Adviser.id.in_(earlier)).values(active=False))
        people = {kind: await new_adviser(kind=kind, topics=["legal", "financial", "governance"]) for kind in KINDS}
        earlier.extend(each.id for each in people.values())
        group = await new_client()
        request = await request_of(platform, group)
        for kind in ("mentor", "ambassador"):
            await add(group, request, kindSought=kind, topic="governance")
        pairs = {
            kind: Pair(platform, advice, group, await new_client(organisation=adviser.network_id), adviser, request)
            for kind, adviser in people.items()
        }
        return Sides(group, await read(group, request["id"]), pairs)

    return make


@pytest.fixture
async def sides(new_sides: NewSides) -> Sides:
    made = await new_sides()
    people = {str(pair.adviser.id) for pair in made.pairs.values()}
    assert people <= {each["adviserId"] for each in made.request["proposals"]}
    return made


async def test_a_mentor_is_asked_while_an_adviser_is_at_work(sides: Sides) -> None:
    adviser, mentor = sides.pairs["adviser"], sides.pairs["mentor"]
    working = await adviser.activate()
    assert await sides.strands() == {"adviser": "agreed", "mentor": "proposed", "ambassador": "proposed"}
    offered = await mentor.offer(consent=True)
    shown = await sides.read()
    assert (shown["status"], shown["agreedAdviserId"]) == ("agreed", str(adviser.adviser.id))
    assert await sides.strands() == {"adviser": "agreed", "mentor": "offered", "ambassador": "proposed"}
    await done(mentor.network, offered, "accept")
    assert await sides.strands() == {"adviser": "agreed", "mentor": "agreed", "ambassador": "proposed"}
    assert {each["kind"]: each["adviserId"] for each in (await sides.read())["strands"]} == {
        "adviser": str(adviser.adviser.id),
        "mentor": str(mentor.adviser.id),
        "ambassador": None,
    }
    assert await adviser.read(working) == {**working, "topics": (await sides.read())["topics"]}, "it is not disturbed"


async def test_both_become_parties_each_in_their_role(sides: Sides, platform: Platform) -> None:
    for kind in KINDS:
        assert (await accept(sides.group, await sides.read(), sides.pairs[kind].adviser.id)).status_code == 200
    await platform.drain_events()
    told = {person: role for role, person, _ in await list_advising(sides.group, sides.request["caseId"])}
    roles = {kind: told.get(str(sides.pairs[kind].adviser.id)) for kind in KINDS}
    assert roles == {"adviser": "adviser", "mentor": "mentor", "ambassador": "mentor"}
    for kind in KINDS:
        assert (await sides.pairs[kind].network.get(f"/v1/cases/{sides.request['caseId']}")).status_code == 200


async def test_two_of_one_kind_are_refused(sides: Sides, new_adviser: NewAdviser) -> None:
    second = await new_adviser(topics=["legal", "financial", "governance", "vat"], capacity=9)
    await add(sides.group, sides.request, kindSought="adviser", topic="vat")
    assert str(second.id) in {each["adviserId"] for each in (await sides.read())["proposals"]}
    offered = await sides.pairs["adviser"].offer()
    refused = await offer(sides.group, sides.request, second.id)
    assert refused.json()["type"].endswith("/problems/offer-waits")
    await done(sides.pairs["adviser"].network, offered, "accept")
    for answer in (
        await offer(sides.group, sides.request, second.id),
        await accept(sides.group, await sides.read(), second.id),
    ):
        assert answer.json()["type"].endswith("/problems/support-already-agreed")


async def test_the_database_refuses_two_of_one_kind_whatever_code_may_do(sides: Sides) -> None:
    await sides.pairs["adviser"].begin()
    async with sides.pairs["adviser"].advice.database.transaction(read_only=True) as session:
        request = await session.get_one(SupportRequest, uuid.UUID(sides.request["id"]))
        adviser = await session.get_one(Adviser, sides.pairs["adviser"].adviser.id)
        second = Engagement.of(request, adviser, consented=False, now=request.opened_at)
    with pytest.raises(IntegrityError, match="uq_engagements_request_id_kind"):
        async with open_as(sides.pairs["adviser"].advice, "owner") as session:
            session.add(second)


async def test_of_twenty_acceptances_at_once_one_of_each_kind_wins(
    platform: Platform, advice: Runtime, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    group = await new_client()
    advisers = [await new_adviser() for _ in range(3)]
    mentor = await new_adviser(kind="mentor")
    request = await request_of(platform, group)
    if str(mentor.id) not in {each["adviserId"] for each in request["proposals"]}:
        await add(group, request, kindSought="mentor", topic="legal")
        request = await read(group, request["id"])
    proposed = [each for each in advisers if str(each.id) in {one["adviserId"] for one in request["proposals"]}]
    assert len(proposed) > 1
    asked = [*[mentor] * 10, *(proposed[number % len(proposed)] for number in range(10))]
    answers = await asyncio.gather(
        *(
            group.post(
                f"{SUPPORT}/{request['id']}/actions/accept",
                json={"adviserId": str(each.id)},
                headers={"If-Match": "*"},
            )
            for each in asked
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 200, *[409] * 18]
    assert sorted(each["kind"] for each in await list_of(group, request)) == ["adviser", "mentor"]
    assert await engaged(advice, mentor.id) == 1
    assert sum([await engaged(advice, each.id) or 0 for each in proposed]) == 1


async def test_who_declines_is_followed_by_one_of_the_same_kind(sides: Sides, new_adviser: NewAdviser) -> None:
    next_mentor = await new_adviser(kind="mentor", topics=["legal", "financial", "governance"], stages=[], capacity=9)
    working = await sides.pairs["adviser"].begin()
    mentor = sides.pairs["mentor"]
    await done(mentor.network, await mentor.offer(), "decline", reason="timing")
    second = (await list_of(sides.group, sides.request))[-1]
    assert (second["adviserId"], second["kind"], second["byItself"]) == (str(next_mentor.id), "mentor", True)
    await mentor.pass_until(await read_due(mentor.advice, second))
    assert all(each["kind"] == "mentor" for each in (await list_of(sides.group, sides.request))[1:])
    assert (await sides.pairs["adviser"].read(working))["status"] == "awaiting-first-contact"


async def test_each_ends_what_it_was_at_and_leaves_the_other(sides: Sides) -> None:
    adviser, mentor = sides.pairs["adviser"], sides.pairs["mentor"]
    working, mentoring = await adviser.activate(), await mentor.activate()
    assert (await find(sides.group, sides.request, "governance", "mentor"))["state"] == "being-met"
    await done(mentor.network, mentoring, "end-early", reason="adviser-unavailable")
    assert (await find(sides.group, sides.request, "governance", "mentor"))["state"] == "open"
    assert (await find(sides.group, sides.request, "legal"))["state"] == "being-met"
    assert await sides.strands() == {"adviser": "agreed", "mentor": "proposed", "ambassador": "proposed"}
    await done(adviser.network, working, "complete")
    assert (await find(sides.group, sides.request, "legal"))["state"] == "met"
    assert (await find(sides.group, sides.request, "governance", "mentor"))["state"] == "open"
    assert await engaged(adviser.advice, adviser.adviser.id) == await engaged(mentor.advice, mentor.adviser.id) == 0


async def test_what_one_leaves_early_the_other_takes_up(sides: Sides) -> None:
    mentor, adviser = sides.pairs["mentor"], sides.pairs["adviser"]
    mentoring, _ = await mentor.activate(), await adviser.activate()
    await done(mentor.network, mentoring, "end-early", reason="not-a-good-fit")
    assert (await find(sides.group, sides.request, "legal"))["state"] == "being-met", "the adviser covers it too"
    assert (await find(sides.group, sides.request, "governance", "mentor"))["state"] == "open"


async def test_each_kind_uses_its_own_entitlement(sides: Sides) -> None:
    path = f"{SUPPORT}/{sides.request['id']}/entitlement"
    for kind, minutes in (("adviser", 60), ("mentor", 30)):
        engagement = await sides.pairs[kind].activate()
        body = {"heldOn": engagement["firstContactOn"], "minutes": minutes}
        answer = await sides.group.post(f"/v1/engagements/{engagement['id']}/sessions", json=body)
        assert answer.status_code == 201, answer.text
    used = (await sides.group.get(path)).json()
    assert (used["advisers"]["used"], used["mentors"]["used"]) == (60, 30)


async def test_a_network_learns_nothing_of_another_kind(sides: Sides, new_client: NewClient) -> None:
    """Neither by the request, its status, a filter, nor an event: as a network it knows of its own kind."""
    adviser, mentor = sides.pairs["adviser"], sides.pairs["mentor"]
    before = await sides.read(mentor.network)
    told = await published(adviser.advice, sides.request["id"])
    offered = await adviser.offer(consent=True)

    async def look() -> Json:
        shown = await sides.read(mentor.network)
        for status in ("offered", "agreed"):
            page = await mentor.network.get(SUPPORT, params={"status": status})
            assert page.json()["items"] == []
        assert [each["kind"] for each in shown["strands"]] == ["mentor"]
        return {name: value for name, value in shown.items() if name not in ("version", "changedAt")}

    expected = {name: value for name, value in before.items() if name not in ("version", "changedAt")}
    assert await look() == expected
    await done(adviser.network, offered, "accept")
    assert await look() == expected
    await adviser.platform.drain_events()
    feed = (await mentor.network.get("/v1/events", params={"limit": 200})).json()["items"]
    assert offered["id"] not in str(feed)
    assert str(adviser.adviser.id) not in str(feed)
    assert await published(adviser.advice, sides.request["id"]) == told
    shown = await sides.read(adviser.network)
    assert ([each["kind"] for each in shown["strands"]], shown["status"]) == (["adviser"], "agreed")
    employer = await sides.read(await new_client(organisation=employer_id()))
    assert [each["status"] for each in employer["strands"]] == ["agreed", "proposed", "proposed"]


async def test_a_network_sees_its_own_agreement_whoever_else_is_at_work(sides: Sides) -> None:
    for kind in ("adviser", "mentor"):
        await sides.pairs[kind].begin()
    for kind in ("adviser", "mentor"):
        shown = await sides.read(sides.pairs[kind].network)
        assert (shown["status"], shown["agreedAdviserId"]) == ("agreed", str(sides.pairs[kind].adviser.id))
        assert shown["number"] is not None
        own = next(each for each in shown["strands"] if each["kind"] == kind)
        assert own["agreedAt"] == shown["agreedAt"]


async def test_a_withdrawn_case_ends_every_kind(sides: Sides, platform: Platform) -> None:
    await sides.pairs["adviser"].activate()
    await sides.pairs["mentor"].begin()
    await sides.pairs["ambassador"].offer()
    headers = {"If-Match": "*"}
    body = {"membersInFavour": 8, "reason": "Later"}
    path = f"/v1/cases/{sides.request['caseId']}/actions/withdraw"
    assert (await sides.group.post(path, json=body, headers=headers)).status_code == 200
    await platform.drain_events()
    assert await sides.strands() == dict.fromkeys(KINDS, "closed")
    statuses = {each["kind"]: each["status"] for each in await list_of(sides.group, sides.request)}
    assert statuses == {"adviser": "ended-early", "mentor": "ended-early", "ambassador": "withdrawn"}
    for pair in sides.pairs.values():
        assert await engaged(pair.advice, pair.adviser.id) == 0


async def test_preferences_are_for_who_is_looked_for_still(sides: Sides) -> None:
    path = f"{SUPPORT}/{sides.request['id']}/preferences"
    adviser = sides.pairs["adviser"]
    offered = await adviser.offer()
    assert (await sides.group.put(path, json={}, headers={"If-Match": "*"})).status_code == 409, "an offer waits"
    await done(adviser.network, offered, "accept")
    answer = await sides.group.put(path, json={"meeting": "online"}, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    assert str(adviser.adviser.id) in {each["adviserId"] for each in answer.json()["proposals"]}
    for kind in ("mentor", "ambassador"):
        await sides.pairs[kind].begin()
    refused = await sides.group.put(path, json={}, headers={"If-Match": "*"})
    assert refused.json()["type"].endswith("/problems/support-already-agreed")


STEPS = ("offer", "accept", "decline", "withdraw", "meet", "pause", "resume", "complete", "end-early")
LIVES = st.lists(st.tuples(st.sampled_from(KINDS[:2]), st.sampled_from(STEPS)), min_size=4, max_size=14)


class Player:
    """Plays steps of one kind with its engagement, whether or not they are allowed, until it has completed."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.engagement: Json | None = None
        self.completed = False
        self.answers: list[int] = []

    async def play(self, step: str) -> None:
        if self.completed or (step != "offer" and self.engagement is None):
            return
        if step == "offer":
            answer = await offer(self.pair.group, self.pair.request, self.pair.adviser.id, consent=True)
            self.engagement = answer.json() if answer.status_code == 201 else self.engagement
        else:
            assert self.engagement is not None
            by_group = step in ("withdraw", "meet", "pause", "resume")
            api = self.pair.group if by_group else self.pair.network
            answer = await do(api, await self.pair.read(self.engagement), *self._describe(step), **self._give(step))
            self.completed = step == "complete" and answer.status_code == 200
        self.answers.append(answer.status_code)

    def _describe(self, step: str) -> list[str]:
        return ["record-first-contact" if step == "meet" else step]

    def _give(self, step: str) -> dict[str, str]:
        day = str(self.pair.advice.clock().date())
        given = {"meet": {"on": day}, "decline": {"reason": "timing"}, "end-early": {"reason": "other"}}
        return given.get(step, {})


async def play_all(sides: Sides, steps: Sequence[tuple[str, str]]) -> dict[str, list[object]]:
    """Play the steps, and return by kind what came of them: answers, engagements, events, strand, places taken."""
    players = {kind: Player(sides.pairs[kind]) for kind in KINDS[:2]}
    for kind, step in steps:
        await players[kind].play(step)
    every, strands = await list_of(sides.group, sides.request), await sides.strands()
    seen: dict[str, list[object]] = {}
    for kind, player in players.items():
        own = [each for each in every if each["kind"] == kind]
        seen[kind] = [
            player.answers,
            [(each["status"], each["reason"], each["endedBy"], each["byItself"]) for each in own],
            [await list_kinds(player.pair.advice, each) for each in own],
            None if player.completed else strands[kind],  # whether more is needed is the group's, not the kind's
            await engaged(player.pair.advice, player.pair.adviser.id),
        ]
    return seen


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=LIVES)
@example(steps=[(kind, step) for step in ("offer", "accept", "meet", "complete") for kind in KINDS[:2]])
@example(steps=[(kind, step) for step in ("offer", "decline", "offer") for kind in KINDS[:2]])
@example(steps=[(kind, step) for step in ("offer", "accept", "end-early", "offer") for kind in KINDS[:2]])
async def test_each_kind_lives_as_it_would_alone(new_sides: NewSides, steps: list[tuple[str, str]]) -> None:
    """The law of projection: whatever comes of one kind's steps comes of them alone."""
    both = await play_all(await new_sides(), steps)
    for kind in KINDS[:2]:
        alone = await play_all(await new_sides(), [each for each in steps if each[0] == kind])
        assert both[kind] == alone[kind]
