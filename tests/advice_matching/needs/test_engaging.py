"""What an engagement does to the needs, and what new needs do while one is under way."""

import pytest

from tests.advice_matching.conftest import Tell
from tests.advice_matching.engagements.conftest import NewPair, done, list_of
from tests.advice_matching.needs.conftest import add, find, move
from tests.advice_matching.requests import read

pytestmark = pytest.mark.anyio


async def test_what_an_adviser_covers_is_met_by_the_engagement(new_pair: NewPair) -> None:
    pair = await new_pair(topics=["legal"])
    engagement = await pair.activate()
    assert (await find(pair.group, pair.request, "legal"))["state"] == "being-met"
    assert (await find(pair.group, pair.request, "financial"))["state"] == "open"
    await done(pair.network, engagement, "complete")
    assert (await find(pair.group, pair.request, "legal"))["state"] == "met"
    request = await read(pair.group, pair.request["id"])
    assert (request["status"], request["topics"]) == ("proposed", ["financial"]), "it looks for who covers the rest"
    assert (await find(pair.group, pair.request, "financial"))["state"] == "open"


async def test_what_ends_early_is_open_again(new_pair: NewPair) -> None:
    pair = await new_pair()
    engagement = await pair.activate()
    await done(pair.network, engagement, "end-early", reason="other")
    assert {(await find(pair.group, pair.request, each))["state"] for each in ("legal", "financial")} == {"open"}


async def test_an_agreement_is_not_disturbed(new_pair: NewPair, tell: Tell) -> None:
    """What comes while an adviser is at work they take up where they cover it; the rest waits for the end."""
    pair = await new_pair(topics=["legal", "financial", "governance"])
    engagement = await pair.activate()
    before = await read(pair.group, pair.request["id"])
    await move(tell, pair.request, "approved", pair.group, sequence=50)
    assert (await find(pair.group, pair.request, "governance", "mentor"))["state"] == "being-met"
    answer = await add(pair.group, pair.request, kindSought="adviser", topic="vat")
    assert answer.json()["state"] == "open"
    during = await read(pair.group, pair.request["id"])
    assert during["proposals"] == before["proposals"]
    assert (during["status"], during["stage"]) == ("agreed", "plan")
    assert await pair.read(engagement) == {**engagement, "stage": "plan", "topics": during["topics"]}
    await done(pair.network, engagement, "complete")
    after = await read(pair.group, pair.request["id"])
    assert (after["status"], after["topics"]) == ("proposed", ["vat"])


async def test_a_refused_case_keeps_its_adviser_and_asks_nobody_new(new_pair: NewPair, tell: Tell) -> None:
    """Who appeals needs an adviser most. An offer that comes to nothing meanwhile goes to nobody else."""
    pair, other = await new_pair(), await new_pair()
    engagement = await pair.activate()
    waiting = await other.offer()
    for each in (pair, other):
        await move(tell, each.request, "refused", each.group, sequence=50)
    assert (await find(pair.group, pair.request, "legal"))["state"] == "being-met"
    assert (await pair.read(engagement))["status"] == "active"
    await done(other.network, waiting, "decline", reason="timing")
    assert [each["status"] for each in await list_of(other.group, other.request)] == ["declined"]
    await done(pair.network, engagement, "end-early", reason="other")
    need = await find(pair.group, pair.request, "legal")
    assert (need["state"], need["reason"]) == ("not-needed", "case-refused")
