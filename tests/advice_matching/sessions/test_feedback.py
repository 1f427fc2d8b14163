"""Feedback is blind until both sides have given theirs or the time is up; follow-ups are due 30 and 90 days after."""

import asyncio
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from rtp_advice_matching.engagements.models import Engagement
from rtp_advice_matching.sessions.models import Feedback
from rtp_advice_matching.sessions.scheduler import show_due_feedback, tell_due_follow_ups
from rtp_shared.clock import utcnow
from tests.advice_matching.engagements.conftest import ENGAGEMENTS, Json, Pair, done
from tests.advice_matching.requests import published
from tests.conftest import Api, NewClient
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio


async def give(api: Api, engagement: Json, **said: Any) -> httpx.Response:
    return await api.post(f"{ENGAGEMENTS}/{engagement['id']}/feedback", json=said)


async def list_sides(api: Api, engagement: Json) -> list[str]:
    answer = await api.get(f"{ENGAGEMENTS}/{engagement['id']}/feedback")
    assert answer.status_code == 200, answer.text
    return [each["side"] for each in answer.json()["items"]]


async def complete(pair: Pair) -> Json:
    return await done(pair.group, await pair.activate(), "complete")


async def move_end(pair: Pair, engagement: Json, days: int) -> None:
    """As if it had ended at noon so many days ago: at night its day would be another in summer."""
    ended = utcnow().replace(hour=12) - timedelta(days=days)
    async with open_as(pair.advice, "owner") as session:
        mine = Engagement.id == uuid.UUID(engagement["id"])
        await session.execute(update(Engagement).where(mine).values(ended_at=ended))


async def test_it_is_blind_until_both_are_in(pair: Pair, new_client: NewClient) -> None:
    ended = await complete(pair)
    given = await give(pair.group, ended, rating=2, comment="We met once")
    assert given.status_code == 201, given.text
    assert await list_sides(pair.group, ended) == ["group"]
    assert await list_sides(pair.network, ended) == [], "nor whether there is any"
    assert (await give(pair.group, ended, rating=5)).json()["type"].endswith("/problems/feedback-given")
    both = await give(pair.network, ended, rating=4)
    assert [each["side"] for each in both.json()["items"]] == ["group", "network"]
    assert await list_sides(pair.group, ended) == ["group", "network"]
    overseer = await new_client(scopes="cases:oversee support:read support:write")
    assert await list_sides(overseer, ended) == []
    assert (await give(overseer, ended, rating=1)).status_code == 403
    assert (await give(await new_client(), ended, rating=1)).status_code == 404


async def test_both_at_once_are_both_shown(pair: Pair) -> None:
    ended = await complete(pair)
    answers = await asyncio.gather(*(give(api, ended, rating=3) for api in (pair.group, pair.network) for _ in "ab"))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    assert await list_sides(pair.group, ended) == await list_sides(pair.network, ended) == ["group", "network"]


async def test_it_is_shown_when_the_time_is_up(pair: Pair) -> None:
    ended = await complete(pair)
    await give(pair.network, ended, rating=1)
    mine = select(Feedback.shows_at).where(Feedback.engagement_id == uuid.UUID(ended["id"]))
    async with pair.advice.database.transaction(read_only=True) as session:
        shows_at = (await session.execute(mine)).scalar_one()
    assert shows_at is not None
    early = replace(pair.advice, clock=lambda: shows_at - timedelta(microseconds=1))
    await show_due_feedback(early)
    assert await list_sides(pair.group, ended) == []
    await asyncio.gather(*(show_due_feedback(replace(pair.advice, clock=lambda: shows_at)) for _ in range(3)))
    assert await list_sides(pair.group, ended) == ["network"]
    await move_end(pair, ended, 29)
    late = await give(pair.group, ended, rating=1)
    assert late.json()["type"].endswith("/problems/feedback-not-open"), "who has read the other's answers no more"


async def test_the_second_wall_keeps_it_blind(pair: Pair) -> None:
    ended = await complete(pair)
    await give(pair.group, ended, rating=2)
    mine = select(Feedback.rating).where(Feedback.engagement_id == uuid.UUID(ended["id"]))
    runtime = pair.platform.runtimes["advice-matching"]
    for identity, seen in ((f"client:{pair.group.client_id}", [2]), (f"org:{pair.adviser.network_id}", [])):
        async with runtime.database.transaction((identity,), read_only=True) as session:
            assert list(await session.scalars(mine)) == seen


@pytest.mark.parametrize(
    ("said", "field"),
    [({}, "/rating"), ({"rating": 0}, "/rating"), ({"rating": 6}, "/rating"), ({"rating": None}, "/rating")],
)
async def test_there_is_no_default_rating(pair: Pair, said: Json, field: str) -> None:
    answer = await give(pair.group, await complete(pair), **said)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_not_before_the_end_or_without_contact(pair: Pair) -> None:
    begun = await pair.begin()
    assert (await give(pair.group, begun, rating=3)).status_code == 409
    ended = await done(pair.group, begun, "end-early", reason="no-contact")
    assert (await give(pair.group, ended, rating=3)).status_code == 409
    assert await list_follow_ups(pair.group, ended) == []


async def list_follow_ups(api: Api, engagement: Json, **more: str) -> list[Json]:
    answer = await api.get("/v1/follow-ups", params={"engagementId": engagement["id"], **more})
    assert answer.status_code == 200, answer.text
    items: list[Json] = answer.json()["items"]
    return items


async def answer_follow_up(api: Api, engagement: Json, days: int) -> httpx.Response:
    address = f"{ENGAGEMENTS}/{engagement['id']}/follow-ups/{days}/actions/answer"
    return await api.post(address, json={"progress": "as-hoped", "note": "Contract signed"})


async def test_follow_ups_are_tasks_that_become_due(pair: Pair, new_client: NewClient) -> None:
    ended = await complete(pair)
    assert [each["state"] for each in await list_follow_ups(pair.group, ended)] == ["planned", "planned"]
    assert (await answer_follow_up(pair.group, ended, 30)).json()["type"].endswith("/problems/follow-up-not-due")
    await move_end(pair, ended, 30)
    first, second = await list_follow_ups(pair.group, ended)
    assert (first["days"], first["state"], first["dueOn"]) == (30, "due", str(utcnow().date()))
    assert (second["days"], second["state"]) == (90, "planned")
    assert (await answer_follow_up(pair.network, ended, 30)).status_code == 403
    assert (await answer_follow_up(pair.group, ended, 31)).status_code == 404
    answers = await asyncio.gather(*(answer_follow_up(pair.group, ended, 30) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    for api in (pair.group, pair.network):
        [done_one] = await list_follow_ups(api, ended, state="done")
        assert (done_one["progress"], done_one["note"]) == ("as-hoped", "Contract signed")
    for stranger in (await new_client(), await new_client(scopes="cases:oversee support:read")):
        assert await list_follow_ups(stranger, ended) == []


async def test_follow_ups_have_pages(pair: Pair) -> None:
    ended = await complete(pair)
    first = (await pair.group.get("/v1/follow-ups", params={"limit": 1})).json()
    second = (await pair.group.get("/v1/follow-ups", params={"limit": 1, "after": first["next"]})).json()
    assert [each["days"] for each in first["items"] + second["items"]] == [30, 90]
    assert second["next"] is None
    assert first["items"][0]["engagementId"] == ended["id"]


async def test_a_follow_up_that_falls_due_is_told_once(pair: Pair) -> None:
    ended = await complete(pair)
    await tell_due_follow_ups(pair.advice)
    assert await list_told(pair, ended) == []
    for days in (30, 90):
        await move_end(pair, ended, days)
        await asyncio.gather(*(tell_due_follow_ups(pair.advice) for _ in range(3)))
        await tell_due_follow_ups(pair.advice)
    first, second = await list_told(pair, ended)
    assert (first.data["days"], second.data["days"]) == (30, 90)
    assert second.data["dueOn"] == str(utcnow().date())
    assert set(first.data) == {"engagementId", "supportRequestId", "adviserId", "at", "days", "dueOn"}


async def test_of_two_that_fall_due_together_each_is_told_and_what_was_answered_is_not(pair: Pair) -> None:
    ended = await complete(pair)
    await move_end(pair, ended, 91)
    assert (await answer_follow_up(pair.group, ended, 30)).status_code == 201
    await tell_due_follow_ups(pair.advice)
    assert [each.data["days"] for each in await list_told(pair, ended)] == [90]


async def list_told(pair: Pair, engagement: Json) -> list[Any]:
    told = await published(pair.advice, engagement["id"])
    return [event for event, _ in told if event.type.endswith("follow-up-due.v1")]
