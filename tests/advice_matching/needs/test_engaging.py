"""What an engagement does to the needs, and what new needs do while one is under way."""

import uuid

import pytest

from rtp_embedded.platform import Platform
from tests.advice_matching.conftest import NewAdviser, Tell
from tests.advice_matching.engagements.conftest import NewPair, done, list_of, read_due
from tests.advice_matching.needs.conftest import add, find, move
from tests.advice_matching.requests import SUPPORT, accept, read, withdraw

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


async def test_an_agreement_is_not_disturbed(new_pair: NewPair, tell: Tell, new_adviser: NewAdviser) -> None:
    """What comes while an adviser is at work they take up where they cover it. What asks for another adviser waits for
    the end; who is sought by name is proposed beside.
    """
    mentor = await new_adviser(kind="mentor", stages=["plan"], topics=["governance"], capacity=9)
    pair = await new_pair(topics=["legal", "financial", "governance"])
    engagement = await pair.activate()
    before = await read(pair.group, pair.request["id"])
    await move(tell, pair.request, "approved", pair.group, sequence=50)
    need = await find(pair.group, pair.request, "governance", "mentor")
    assert need["state"] == "open", "who advises has not made the way"
    beside = await read(pair.group, pair.request["id"])
    stood = {each["adviserId"] for each in before["proposals"]}
    assert stood <= {each["adviserId"] for each in beside["proposals"]}
    assert {each["adviserKind"] for each in beside["proposals"] if each["adviserId"] not in stood} <= {"mentor"}
    assert beside["proposals"][0]["adviserId"] == str(mentor.id)
    answer = await add(pair.group, pair.request, kindSought="adviser", topic="vat")
    assert answer.json()["state"] == "open"
    during = await read(pair.group, pair.request["id"])
    assert [each["adviserId"] for each in during["proposals"]] == [each["adviserId"] for each in beside["proposals"]]
    assert (during["status"], during["stage"]) == ("agreed", "plan")
    assert await pair.read(engagement) == {**engagement, "stage": "plan", "topics": during["topics"]}
    await done(pair.network, engagement, "complete")
    after = await read(pair.group, pair.request["id"])
    assert (after["status"], after["topics"]) == ("proposed", ["governance", "vat"])


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


@pytest.mark.parametrize("outcome", ["declined", "lapsed", "ended-early"])
async def test_whoever_was_asked_in_vain_is_not_proposed_for_new_needs(new_pair: NewPair, outcome: str) -> None:
    """One constraint says so, in a search as in a round; what the group asks next takes their proposal back."""
    pair = await new_pair()
    if outcome == "ended-early":
        await done(pair.network, await pair.activate(), "end-early", reason="other")
    elif outcome == "declined":
        await done(pair.network, await pair.offer(), "decline", reason="timing")
    else:
        await pair.pass_until(await read_due(pair.advice, await pair.offer()))
    first, *others = await list_of(pair.group, pair.request)
    assert first["status"] == outcome
    for each in others:
        await done(pair.group, each, "withdraw")
    assert (await add(pair.group, pair.request, kindSought="adviser", topic="vat")).status_code == 201
    after = await read(pair.group, pair.request["id"])
    counts = {each["ground"]: each["count"] for each in after["notProposedCounts"]}
    assert counts["declined-or-ended-before"] == 1
    assert after["proposals"][0]["adviserId"] != first["adviserId"]
    path, headers = f"{SUPPORT}/{after['id']}/preferences", {"If-Match": f'"{after["version"]}"'}
    answer = await pair.group.put(path, json={"languages": ["en"]}, headers=headers)
    assert answer.status_code == 200, answer.text
    changed = answer.json()
    assert first["adviserId"] not in {each["adviserId"] for each in changed["proposals"]}
    [ground] = {each["ground"] for each in changed["notProposed"] if each["adviserId"] == first["adviserId"]}
    assert ground == "declined-or-ended-before"


async def test_an_ambassador_who_may_not_help_any_more_is_followed_by_another(
    new_pair: NewPair, new_adviser: NewAdviser
) -> None:
    pair = await new_pair()
    english = await new_adviser(kind="ambassador", stages=[], topics=[], languages=["en"])
    assert (await add(pair.group, pair.request, kindSought="ambassador")).status_code == 201
    request = await read(pair.group, pair.request["id"])
    assert str(english.id) in {each["adviserId"] for each in request["proposals"]}
    hawaiian = await new_adviser(kind="ambassador", stages=[], topics=[], languages=["haw"])
    for _ in range(3):
        await new_adviser(languages=["haw"])
    path = f"{SUPPORT}/{request['id']}/preferences"
    asked = {"languages": ["haw"]}
    changed = (await pair.group.put(path, json=asked, headers={"If-Match": f'"{request["version"]}"'})).json()
    proposed = [each["adviserId"] for each in changed["proposals"]]
    assert str(english.id) not in proposed
    assert (len(proposed), proposed[-1]) == (4, str(hawaiian.id)), "after those who fit best"
    asked = {**asked, "kinds": ["adviser"]}
    alone = (await pair.group.put(path, json=asked, headers={"If-Match": f'"{changed["version"]}"'})).json()
    assert {each["adviserKind"] for each in alone["proposals"]} == {"adviser"}


async def test_of_a_case_that_has_ended_nothing_is_asked(new_pair: NewPair, tell: Tell) -> None:
    pair = await new_pair()
    await move(tell, pair.request, "refused", pair.group, sequence=50)
    before = await read(pair.group, pair.request["id"])
    path, headers = f"{SUPPORT}/{before['id']}/preferences", {"If-Match": f'"{before["version"]}"'}
    answer = await pair.group.put(path, json={"languages": ["cy"]}, headers=headers)
    assert (answer.status_code, answer.json()["type"].split("/")[-1]) == (409, "support-request-closed")
    adviser = before["proposals"][0]["adviserId"]
    body = {"supportRequestId": before["id"], "adviserId": adviser, "consent": True}
    offered = await pair.group.post("/v1/engagements", json=body)
    for asked in (offered, await accept(pair.group, before, uuid.UUID(adviser))):
        assert (asked.status_code, asked.json()["type"].split("/")[-1]) == (409, "support-request-closed")
    assert await read(pair.group, before["id"]) == before


async def test_a_withdrawal_leaves_no_need_being_met(platform: Platform, new_pair: NewPair) -> None:
    pair = await new_pair()
    await pair.activate()
    await withdraw(pair.group, pair.request["caseId"])
    await platform.drain_events()
    path = f"{SUPPORT}/{pair.request['id']}/needs"
    states = {each["state"] for each in (await pair.group.get(path)).json()["items"]}
    assert states == {"not-needed"}
    assert (await read(pair.group, pair.request["id"]))["topics"] == []
