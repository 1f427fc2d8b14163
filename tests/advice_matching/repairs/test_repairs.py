"""Repairs by the API: previewed with the harm counted, saved, and committed if nothing has changed since."""

import runpy
import uuid

import pytest

from rtp_advice_matching.directory.models import Adviser
from rtp_shared.service import Runtime
from tests.advice_matching.repairs.conftest import Json, Market
from tests.advice_matching.requests import accept, read
from tests.advice_matching.rounds.test_certificate import SCRIPT
from tests.conftest import Api, NewClient
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio


async def preview(operator: Api, market: Market, **named: object) -> Json:
    answer = await operator.post(f"{market.path}/repairs", params={"dryRun": "true"}, json=named)
    assert answer.status_code == 200, answer.text
    shown: Json = answer.json()
    return shown


async def leave(advice: Runtime, adviser: Adviser) -> None:
    async with open_as(advice, "operator") as session:
        (await session.get_one(Adviser, adviser.id)).active = False


async def check_document(operator: Api, market: Market, path: str) -> Json:
    """Return the document of a repair, which holds beside the round's certificate."""
    certificate = (await operator.get(f"{market.path}/certificate")).json()
    document: Json = (await operator.get(f"{path}/document")).json()
    runpy.run_path(str(SCRIPT.with_name("verify_repair.py")))["verify"](certificate, document)
    return document


async def test_nothing_is_moved_while_nothing_has_changed(operator: Api, market: Market) -> None:
    shown = await preview(operator, market)
    assert (shown["moves"], shown["figures"]["moved"], shown["figures"]["atLeast"]) == ([], 0, 0)


async def test_a_preview_names_who_is_moved_directly_and_how_well_they_fit(operator: Api, market: Market) -> None:
    best, _, third = market.advisers
    shown = await preview(operator, market, advisersLeft=[str(best.id)])
    assert shown["moves"] == [
        {
            "requestId": market.given[best.id],
            "before": str(best.id),
            "rankBefore": 1,
            "after": str(third.id),
            "rankAfter": 3,
            "directly": True,
        }
    ]
    harm = {"moved": 1, "directly": 1, "indirectly": 0, "worse": 1, "asGood": 0, "better": 0, "leftWithout": 0}
    assert shown["figures"] == {**harm, "gained": 0, "atLeast": 1, "engagementsEnding": 0}
    assert (await operator.get(f"{market.path}/repairs")).json()["items"] == []


async def test_a_repair_is_saved_and_committed_and_moves_nobody_else(
    operator: Api, market: Market, advice: Runtime
) -> None:
    best, second, third = market.advisers
    await leave(advice, best)
    answer = await operator.post(f"{market.path}/repairs", json={})
    assert answer.status_code == 201, answer.text
    saved, path = answer.json(), answer.headers["location"]
    assert (await operator.get(path)).json() == saved
    assert (await operator.get(f"{market.path}/repairs")).json()["items"] == [saved]
    await check_document(operator, market, path)
    pairs = list(zip(market.groups, market.requests, strict=True))
    kept = {each["id"]: await read(group, each["id"]) for group, each in pairs}
    answer = await operator.post(f"{path}/actions/commit", headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["status"], answer.json()["proposed"], answer.json()["leftOut"]) == ("committed", 1, [])
    for group, each in pairs:
        shown = await read(group, each["id"])
        if each["id"] == market.given[second.id]:
            assert shown == kept[each["id"]]
        else:
            assert shown["proposals"][0]["adviserId"] == str(third.id)
    again = await operator.post(f"{path}/actions/commit", headers={"If-Match": '"2"'})
    assert again.json()["type"].endswith("/problems/repair-committed")
    assert (await preview(operator, market))["moves"] == [], "the next repair begins where this one ended"


async def test_a_repair_on_what_is_no_more_is_refused(operator: Api, market: Market, advice: Runtime) -> None:
    best, second, _ = market.advisers
    await leave(advice, best)
    answer = await operator.post(f"{market.path}/repairs", json={})
    path = answer.headers["location"]
    number = [each["id"] for each in market.requests].index(market.given[second.id])
    group, request = market.groups[number], market.requests[number]
    assert (await accept(group, await read(group, request["id"]), second.id)).status_code == 200
    refused = await operator.post(f"{path}/actions/commit", headers={"If-Match": '"1"'})
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/problems/repair-outdated")
    assert (await preview(operator, market))["figures"]["moved"] == 1, "who has agreed is not moved"


async def test_groups_that_have_agreed_on_who_leaves_are_named_and_not_moved(
    operator: Api, market: Market, advice: Runtime
) -> None:
    """The first group agrees on its adviser, who then drops out: it takes part no more, and is affected the most."""
    best, second, _ = market.advisers
    number = [each["id"] for each in market.requests].index(market.given[best.id])
    group, request = market.groups[number], market.requests[number]
    assert (await accept(group, await read(group, request["id"]), best.id)).status_code == 200
    assert (await preview(operator, market))["ending"] == []
    named = await preview(operator, market, advisersLeft=[str(best.id)])
    assert named["ending"] == [
        {"requestId": request["id"], "adviserId": str(best.id), "status": "awaiting-first-contact"}
    ]
    assert (named["figures"]["engagementsEnding"], named["figures"]["moved"], named["moves"]) == (1, 0, [])
    await leave(advice, best)
    answer = await operator.post(f"{market.path}/repairs", json={})
    saved, path = answer.json(), answer.headers["location"]
    assert saved["ending"] == named["ending"]
    assert (await check_document(operator, market, path))["ending"] == named["ending"]
    other, theirs = market.groups[1 - number], market.requests[1 - number]
    assert (await accept(other, await read(other, theirs["id"]), second.id)).status_code == 200
    refused = await operator.post(f"{path}/actions/commit", headers={"If-Match": '"1"'})
    assert refused.json()["type"].endswith("/problems/repair-outdated")


@pytest.mark.parametrize("agreed", [True, False])
async def test_from_dropping_out_to_the_commit_no_engagement_is_left_dangling(
    operator: Api, market: Market, advice: Runtime, agreed: bool
) -> None:
    """Previewed, tried out and committed: the group that had agreed, or waits for an answer, goes on."""
    best, *_ = market.advisers
    number = [each["id"] for each in market.requests].index(market.given[best.id])
    group, request = market.groups[number], market.requests[number]
    if agreed:
        assert (await accept(group, await read(group, request["id"]), best.id)).status_code == 200
    else:
        asked = {"supportRequestId": request["id"], "adviserId": str(best.id)}
        assert (await group.post("/v1/engagements", json=asked)).status_code == 201
    await leave(advice, best)
    answer = await operator.post(f"{market.path}/repairs", json={})
    path, ending = answer.headers["location"], answer.json()["ending"]
    assert [(each["requestId"], each["adviserId"]) for each in ending] == [(request["id"], str(best.id))]
    tried = await operator.post(f"{path}/actions/commit", params={"dryRun": "true"}, headers={"If-Match": '"1"'})
    assert (tried.status_code, tried.json()) == (200, {"proposed": 0, "leftOut": [], "ending": ending})
    [before] = (await group.get("/v1/engagements")).json()["items"]
    assert before["endedAt"] is None, "a dry run ends nothing"
    answer = await operator.post(f"{path}/actions/commit", headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["proposed"], answer.json()["leftOut"]) == (tried.json()["proposed"], tried.json()["leftOut"])
    ended = (await group.get(f"/v1/engagements/{before['id']}")).json()
    said = ("ended-early", "adviser-unavailable") if agreed else ("withdrawn", None)
    assert (ended["status"], ended["reason"]) == said
    now = await read(group, request["id"])
    assert now["status"] in ("open", "proposed", "offered")
    left = (await operator.post(f"{market.path}/repairs", params={"dryRun": "true"}, json={})).json()
    assert left["ending"] == []
    async with open_as(advice, "operator") as session:
        assert (await session.get_one(Adviser, best.id)).engaged == 0
    refused = await operator.post(f"{path}/actions/commit", params={"dryRun": "true"}, headers={"If-Match": "*"})
    assert refused.json()["type"].endswith("/problems/repair-committed")


async def test_more_affected_than_were_named_outdate_a_repair(operator: Api, market: Market, advice: Runtime) -> None:
    best, *_ = market.advisers
    number = [each["id"] for each in market.requests].index(market.given[best.id])
    group, request = market.groups[number], market.requests[number]
    first = await preview(operator, market, advisersLeft=[str(best.id)], requestsWithdrawn=[request["id"]])
    assert (await accept(group, await read(group, request["id"]), best.id)).status_code == 200
    then = await preview(operator, market, advisersLeft=[str(best.id)], requestsWithdrawn=[request["id"]])
    assert (len(first["ending"]), len(then["ending"])) == (0, 1)
    assert first["basisHash"] != then["basisHash"]


async def test_a_pair_that_was_refused_since_is_no_more(operator: Api, market: Market, new_client: NewClient) -> None:
    """The group takes part still and gets somebody else than who declined it, whose place goes to the other group."""
    best, second, _ = market.advisers
    number = [each["id"] for each in market.requests].index(market.given[best.id])
    group, request = market.groups[number], market.requests[number]
    body = {"supportRequestId": request["id"], "adviserId": str(best.id)}
    offered = (await group.post("/v1/engagements", json=body)).json()
    network = await new_client(organisation=best.network_id)
    declined = await network.post(
        f"/v1/engagements/{offered['id']}/actions/decline", json={"reason": "timing"}, headers={"If-Match": "*"}
    )
    assert declined.status_code == 200, declined.text
    for engagement in (await group.get("/v1/engagements", params={"status": "offered"})).json()["items"]:
        withdrawn = await group.post(f"/v1/engagements/{engagement['id']}/actions/withdraw", headers={"If-Match": "*"})
        assert withdrawn.status_code == 200, withdrawn.text
    shown = await preview(operator, market)
    [move] = [each for each in shown["moves"] if each["requestId"] == request["id"]]
    assert (move["before"], move["after"], move["directly"]) == (str(best.id), str(second.id), True)


async def test_a_repair_of_a_round_that_proposed_nothing_is_not_committed(operator: Api, market: Market) -> None:
    path = (await operator.post("/v1/matching-rounds", json={})).headers["location"]
    repaired = (await operator.post(f"{path}/repairs", json={})).headers["location"]
    refused = await operator.post(f"{repaired}/actions/commit", headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["type"].split("/")[-1]) == (409, "round-not-committed")


async def test_the_place_of_a_withdrawn_request_goes_to_whoever_would_rather_have_it(
    operator: Api, market: Market
) -> None:
    best, second, _ = market.advisers
    shown = await preview(operator, market, requestsWithdrawn=[market.given[best.id]])
    assert [(each["requestId"], each["before"], each["after"]) for each in shown["moves"]] == [
        (market.given[second.id], str(second.id), str(best.id))
    ]
    assert (shown["figures"]["better"], shown["figures"]["indirectly"]) == (1, 1)


async def test_a_simulation_says_who_would_have_somebody_else(operator: Api, market: Market) -> None:
    best, second, _ = market.advisers
    supposed = {"morePlaces": [{"adviserId": str(best.id), "more": 1}]}
    answer = await operator.post(f"{market.path}/what-ifs", json=supposed)
    assert answer.status_code == 200, answer.text
    [move] = answer.json()["moves"]
    assert (move["requestId"], move["after"], move["rankAfter"]) == (market.given[second.id], str(best.id), 1)
    without = (await operator.post(f"{market.path}/what-ifs", json={"withoutAdvisers": [str(best.id)]})).json()
    assert (without["placedBefore"], without["placed"], without["figures"]["directly"]) == (2, 2, 1)
    profile = {
        "sectors": ["adult-social-care"],
        "regions": ["E12000007"],
        "topics": ["legal", "financial"],
        "stages": ["make-the-case"],
        "legalForms": ["cic-limited-by-guarantee"],
    }
    added = {"withAdvisers": [profile], "weights": {"stage": 100}}
    moves = (await operator.post(f"{market.path}/what-ifs", json=added)).json()["moves"]
    assert str(uuid.UUID(int=1)) in [each["after"] for each in moves]
    assert (await operator.get(f"{market.path}/repairs")).json()["items"] == []


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("repairs", {"advisersLeft": [str(uuid.UUID(int=7))]}, "/advisersLeft/0"),
        ("repairs", {"places": [{"adviserId": str(uuid.UUID(int=7)), "freePlaces": 1}]}, "/places/0/adviserId"),
        ("repairs", {"requestsWithdrawn": [str(uuid.UUID(int=7))]}, "/requestsWithdrawn/0"),
        ("what-ifs", {"withoutAdvisers": [str(uuid.UUID(int=7))]}, "/withoutAdvisers/0"),
        ("what-ifs", {"weights": {"sector": -1}}, "/weights/sector"),
    ],
)
async def test_what_took_no_part_is_named(operator: Api, market: Market, path: str, body: Json, field: str) -> None:
    answer = await operator.post(f"{market.path}/{path}", json=body)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_only_the_operators_organisation_sees_it(operator: Api, market: Market, new_client: NewClient) -> None:
    path = (await operator.post(f"{market.path}/repairs", json={})).headers["location"]
    stranger = await new_client(scopes="support:match")
    assert (await stranger.get(f"{market.path}/repairs")).json()["items"] == []
    for each in (path, f"{path}/document"):
        assert (await stranger.get(each)).status_code == 404
    for each in (f"{market.path}/repairs", f"{market.path}/what-ifs"):
        assert (await stranger.post(each, json={})).status_code == 404
    assert (await stranger.post(f"{path}/actions/commit", headers={"If-Match": "*"})).status_code == 404
    network = await new_client(organisation=market.advisers[0].network_id)
    assert (await network.get(path)).status_code == 403
