"""From the acceptance to the end: who may do what in which state, and that a place is given back once."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from rtp_advice_matching.requests.models import SupportRequest
from rtp_embedded.platform import Platform
from rtp_shared.clock import utcnow
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser
from tests.advice_matching.engagements.conftest import Json, NewPair, Pair, do, done, list_kinds, list_of, offer
from tests.advice_matching.requests import accept, engaged, read, request_of, withdraw
from tests.conftest import Api, NewClient
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

TODAY = str(utcnow().date())
WORDS: dict[str, dict[str, str]] = {
    "record-first-contact": {"on": TODAY},
    "end-early": {"reason": "adviser-unavailable"},
    "decline": {"reason": "other"},
}


async def test_a_whole_life(pair: Pair) -> None:
    engagement = await pair.activate()
    assert (engagement["status"], engagement["firstContactOn"]) == ("active", TODAY)
    engagement = await done(pair.network, engagement, "pause")
    assert await engaged(pair.advice, pair.adviser.id) == 1, "who pauses keeps the place"
    engagement = await done(pair.group, engagement, "resume")
    engagement = await done(pair.network, engagement, "complete")
    assert (engagement["status"], engagement["endedBy"]) == ("completed", "network")
    assert await engaged(pair.advice, pair.adviser.id) == 0
    assert (await read(pair.group, pair.request["id"]))["status"] == "agreed", "it was given its support"
    kinds = ["match-offered", "match-accepted", "engagement-started", "first-contact-made", "engagement-ended"]
    assert await list_kinds(pair.advice, engagement) == kinds


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        ("offered", ("record-first-contact", "pause", "resume", "complete", "end-early")),
        ("begun", ("accept", "decline", "withdraw", "pause", "resume", "complete")),
        ("active", ("accept", "decline", "withdraw", "record-first-contact", "resume")),
        ("ended", ("accept", "decline", "withdraw", "record-first-contact", "pause", "complete", "end-early")),
    ],
)
async def test_what_a_state_does_not_allow(pair: Pair, state: str, refused: tuple[str, ...]) -> None:
    match state:
        case "offered":
            engagement = await pair.offer()
        case "begun":
            engagement = await pair.begin()
        case "active":
            engagement = await pair.activate()
        case _:
            engagement = await done(pair.group, await pair.activate(), "complete")
    for action in refused:
        api = pair.group if action == "withdraw" else pair.network
        answer = await do(api, engagement, action, **WORDS.get(action, {}))
        assert answer.status_code == 409, (action, answer.text)
        assert answer.json()["type"].endswith("/problems/engagement-elsewhere")
    assert await pair.read(engagement) == {**engagement, "byItself": False}


async def test_what_ends_early_lets_the_group_look_again(pair: Pair) -> None:
    ended = await done(pair.network, await pair.activate(), "end-early", reason="adviser-unavailable")
    assert (ended["status"], ended["reason"], ended["endedBy"]) == ("ended-early", "adviser-unavailable", "network")
    assert await engaged(pair.advice, pair.adviser.id) == 0
    request = await read(pair.group, pair.request["id"])
    assert (request["status"], request["agreedAdviserId"]) == ("proposed", None)
    other = next(each for each in request["proposals"] if each["adviserId"] != str(pair.adviser.id))
    assert (await accept(pair.group, request, other["adviserId"])).status_code == 200


async def test_ending_at_once_by_both_sides_gives_one_place_back(new_pair: NewPair) -> None:
    pair = await new_pair(engaged=2, capacity=3)
    engagement = await pair.activate()
    ways = [(api, action) for api in (pair.group, pair.network) for action in ("complete", "end-early")]
    answers = await asyncio.gather(*(do(api, engagement, each, **WORDS.get(each, {})) for api, each in ways))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert await engaged(pair.advice, pair.adviser.id) == 2


async def test_a_case_that_ends_gives_the_place_back_once(new_pair: NewPair) -> None:
    pair = await new_pair(engaged=1, capacity=3)
    ended = await done(pair.group, await pair.activate(), "complete")
    await withdraw(pair.group, pair.request["caseId"])
    await pair.platform.drain_events()
    assert await engaged(pair.advice, pair.adviser.id) == 1
    assert await pair.read(ended) == ended

    pair = await new_pair(engaged=1, capacity=3)
    engagement = await pair.begin()
    await withdraw(pair.group, pair.request["caseId"])
    await asyncio.gather(
        pair.platform.drain_events(), do(pair.network, engagement, "end-early", reason="adviser-unavailable")
    )
    assert await engaged(pair.advice, pair.adviser.id) == 1
    assert (await pair.read(engagement))["status"] == "ended-early"


async def test_what_was_agreed_on_without_an_engagement_gives_its_place_back(pair: Pair) -> None:
    """As a process of the release before left it."""
    async with open_as(pair.advice, "owner") as session:
        values = {"status": "agreed", "agreed_adviser_id": pair.adviser.id}
        mine = SupportRequest.id == uuid.UUID(pair.request["id"])
        await session.execute(update(SupportRequest).where(mine).values(values))
        await session.execute(
            update(type(pair.adviser)).where(type(pair.adviser).id == pair.adviser.id).values(engaged=1)
        )
    await withdraw(pair.group, pair.request["caseId"])
    await pair.platform.drain_events()
    assert await engaged(pair.advice, pair.adviser.id) == 0


@pytest.mark.parametrize(("days", "told"), [(-1, "before"), (1, "after")])
async def test_a_first_contact_lies_in_the_engagement(pair: Pair, days: int, told: str) -> None:
    day = str(utcnow().date() + timedelta(days=days))
    answer = await do(pair.group, await pair.begin(), "record-first-contact", on=day)
    assert answer.status_code == 422, told
    assert answer.json()["errors"][0]["field"] == "/on"


ACTIONS = ("offer", "accept", "decline", "withdraw", "record-first-contact", "pause", "complete", "end-early", "case")
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=6, suppress_health_check=SLOW, deadline=None)
@given(steps=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(ACTIONS)), min_size=6, max_size=14))
async def test_places_taken_are_those_of_engagements_that_live(
    platform: Platform,
    advice: Runtime,
    new_client: NewClient,
    new_adviser: NewAdviser,
    steps: list[tuple[int, str]],
) -> None:
    """Whatever three groups and one network do, in any order: never more than the capacity, each given back once."""
    adviser = await new_adviser(capacity=2)
    network = await new_client(organisation=adviser.network_id)
    groups = [await new_client() for _ in range(3)]
    requests = [await request_of(platform, group) for group in groups]
    for number, action in steps:
        await _try(platform, groups[number], network, requests[number], adviser.id, action)
        mine = [each for group, request in zip(groups, requests, strict=True) for each in await list_of(group, request)]
        living = [each for each in mine if each["acceptedAt"] and not each["endedAt"]]
        taken = sum(each["adviserId"] == str(adviser.id) for each in living)
        assert await engaged(advice, adviser.id) == taken <= 2


async def _try(platform: Platform, group: Api, network: Api, request: Json, adviser: Any, action: str) -> None:
    """Do it if it is possible now."""
    if action == "offer":
        await offer(group, request, adviser)
        return
    if action == "case":
        await withdraw(group, request["caseId"]) if (await _is_open(group, request)) else None
        await platform.drain_events()
        return
    for engagement in await list_of(network, request):
        api = group if action == "withdraw" else network
        await do(api, engagement, action, **WORDS.get(action, {}))


async def _is_open(group: Api, request: Json) -> bool:
    return bool((await read(group, request["id"]))["status"] != "closed")
