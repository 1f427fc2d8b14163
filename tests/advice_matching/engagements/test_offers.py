"""Offers: asked, answered, withdrawn; who may, who wins the last place, and who comes next."""

import asyncio
import uuid

import pytest

from rtp_advice_matching.directory.models import Adviser
from rtp_embedded.platform import Platform
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser
from tests.advice_matching.engagements.conftest import (
    ENGAGEMENTS,
    Pair,
    do,
    done,
    list_kinds,
    list_of,
    offer,
    readers_of,
)
from tests.advice_matching.requests import accept, engaged, published, read, request_of, withdraw
from tests.conftest import NewClient
from tests.support.cases import employer_id
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio


async def test_an_offer_holds_no_place_and_its_acceptance_takes_one(pair: Pair) -> None:
    offered = await pair.offer(consent=True)
    assert (offered["status"], offered["byItself"], offered["version"]) == ("offered", False, 1)
    assert await engaged(pair.advice, pair.adviser.id) == 0
    assert (await read(pair.group, pair.request["id"]))["status"] == "offered"
    begun = await done(pair.network, offered, "accept")
    assert begun["status"] == "awaiting-first-contact"
    assert await engaged(pair.advice, pair.adviser.id) == 1
    agreed = await read(pair.group, pair.request["id"])
    assert (agreed["status"], agreed["agreedAdviserId"]) == ("agreed", str(pair.adviser.id))
    assert await list_kinds(pair.advice, begun) == ["match-offered", "match-accepted", "engagement-started"]
    for event, readers in await published(pair.advice, begun["id"]):
        assert readers == readers_of(pair)
        assert pair.request["caseId"] not in str(event)
        assert str(employer_id()) not in str(event)


async def test_accepting_without_asking_is_an_engagement_too(pair: Pair) -> None:
    assert (await accept(pair.group, pair.request, pair.adviser.id)).status_code == 200
    [engagement] = await list_of(pair.group, pair.request)
    assert (engagement["status"], engagement["answerBy"]) == ("awaiting-first-contact", None)
    assert engagement["consentedAt"] == engagement["acceptedAt"]
    assert await list_kinds(pair.advice, engagement) == ["match-accepted", "engagement-started"]


async def test_who_may_answer_and_who_may_know(pair: Pair, new_client: NewClient) -> None:
    offered = await pair.offer()
    strangers = [
        await new_client(),
        await new_client(organisation=pair.group.organisation),
        await new_client(organisation=employer_id()),
    ]
    for stranger in strangers:
        assert (await stranger.get(ENGAGEMENTS)).json()["items"] == []
        assert (await stranger.get(f"{ENGAGEMENTS}/{offered['id']}")).status_code == 404
        assert (await do(stranger, offered, "accept")).status_code == 404
        assert (await offer(stranger, pair.request, pair.adviser.id)).status_code in (403, 404)
    overseer = await new_client(scopes="cases:oversee support:read support:write")
    assert [each["id"] for each in await list_of(overseer, pair.request)] == [offered["id"]]
    for api, action, payload in (
        (overseer, "accept", {}),
        (pair.group, "accept", {}),
        (pair.group, "decline", {"reason": "other"}),
        (pair.network, "withdraw", {}),
        (pair.network, "consent", {}),
    ):
        answer = await do(api, offered, action, **payload)
        assert answer.status_code == 403, (action, answer.text)
    assert (await pair.read(offered))["status"] == "offered"
    reader = await new_client(scopes="support:read", organisation=pair.adviser.network_id)
    assert (await do(reader, offered, "accept")).status_code == 403


async def test_a_network_s_rival_learns_nothing(pair: Pair, new_adviser: NewAdviser, new_client: NewClient) -> None:
    rival = next(each for each in pair.request["proposals"] if each["adviserId"] != str(pair.adviser.id))
    api = await new_client(organisation=uuid.UUID(rival["networkId"]))
    offered = await pair.offer(consent=True)
    await done(pair.network, offered, "accept")
    await pair.platform.drain_events()
    assert await list_of(api, pair.request) == []
    feed = (await api.get("/v1/events", params={"limit": 200})).json()["items"]
    assert offered["id"] not in str(feed)


async def test_the_last_of_one_place_goes_to_one_of_twenty(
    platform: Platform, advice: Runtime, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    adviser = await new_adviser(capacity=1)
    network = await new_client(organisation=adviser.network_id)
    groups = [await new_client() for _ in range(20)]
    requests = [await request_of(platform, group) for group in groups]
    offers = [await offer(*each, adviser.id) for each in zip(groups, requests, strict=True)]
    assert {answer.status_code for answer in offers} == {201}
    answers = await asyncio.gather(*(do(network, each.json(), "accept") for each in offers))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 19]
    assert await engaged(advice, adviser.id) == 1
    refused = [answer.json()["type"].rpartition("/")[2] for answer in answers if answer.status_code == 409]
    assert set(refused) == {"no-place-left"}
    [(low, readers)] = await published(advice, str(adviser.id))
    assert (low.data["freePlaces"], low.data["capacity"], low.sequence) == (0, 1, 1)
    assert readers == [f"org:{adviser.network_id}", "system"]
    late = await offer(groups[0], requests[0], adviser.id)
    assert late.status_code == 409


async def test_one_offer_answered_in_every_way_at_once_is_answered_once(pair: Pair) -> None:
    offered = await pair.offer(consent=True)
    answers = await asyncio.gather(
        *(do(pair.network, offered, "accept") for _ in range(3)),
        *(do(pair.network, offered, "decline", reason="timing") for _ in range(3)),
        do(pair.group, offered, "withdraw"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 6]
    taken = (await pair.read(offered))["status"] == "awaiting-first-contact"
    assert await engaged(pair.advice, pair.adviser.id) == taken


async def test_one_offer_waits_at_a_time(pair: Pair) -> None:
    answers = await asyncio.gather(*(offer(pair.group, pair.request, pair.adviser.id) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    now = await read(pair.group, pair.request["id"])
    answer = await accept(pair.group, now, pair.adviser.id)
    assert answer.json()["type"].endswith("/problems/offer-waits")


async def test_who_declines_is_followed_by_the_next_best(pair: Pair, new_adviser: NewAdviser) -> None:
    better = await new_adviser(stages=[], capacity=9)
    declined = await done(pair.network, await pair.offer(consent=True), "decline", reason="no-capacity")
    assert (declined["status"], declined["reason"], declined["endedBy"]) == ("declined", "no-capacity", "network")
    first, second = await list_of(pair.group, pair.request)
    assert first["id"] == declined["id"]
    assert (second["status"], second["byItself"], second["consentedAt"]) == ("offered", True, None)
    assert second["adviserId"] == str(better.id), "who came since is looked at too"
    request = await read(pair.group, pair.request["id"])
    assert request["status"] == "offered"
    explained = {each["adviserId"]: each["parts"] for each in request["proposals"]}
    assert sum(part["max"] for part in explained[str(better.id)]) == 100
    assert await list_kinds(pair.advice, declined) == ["match-offered", "match-declined"]
    assert [each["id"] for each in await list_of(pair.network, pair.request)] == [declined["id"]]
    withdrawn = await done(pair.group, second, "withdraw")
    assert withdrawn["status"] == "withdrawn"
    request = await read(pair.group, pair.request["id"])
    assert request["status"] == "proposed"
    for answer in (
        await offer(pair.group, pair.request, pair.adviser.id),
        await accept(pair.group, request, pair.adviser.id),
    ):
        assert answer.json()["type"].endswith("/problems/adviser-has-declined")


async def test_what_changed_since_the_proposal_counts_as_it_is_offered(pair: Pair) -> None:
    for facts, slug in (
        ({"conflicts": [employer_id()]}, "adviser-not-independent"),
        ({"active": False}, "adviser-has-left"),
    ):
        async with open_as(pair.advice, "operator") as session:
            adviser = await session.get_one(Adviser, pair.adviser.id)
            for name, value in facts.items():
                setattr(adviser, name, value)
        answer = await offer(pair.group, pair.request, pair.adviser.id)
        assert answer.json()["type"].endswith(f"/problems/{slug}")


async def test_a_withdrawn_case_takes_its_offer_back(pair: Pair) -> None:
    offered = await pair.offer()
    await withdraw(pair.group, pair.request["caseId"])
    await pair.platform.drain_events()
    ended = await pair.read(offered)
    assert (ended["status"], ended["endedBy"]) == ("withdrawn", None)
    assert await list_kinds(pair.advice, offered) == ["match-offered", "match-declined"]
    assert (await do(pair.network, ended, "accept")).status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "/supportRequestId"),
        ({"supportRequestId": "x", "adviserId": "y"}, "/adviserId"),
        ({"consent": "maybe"}, "/consent"),
        ({"adviser": "x"}, "/adviser"),
    ],
)
async def test_bad_offers(new_client: NewClient, body: dict[str, object], field: str) -> None:
    answer = await (await new_client()).post(ENGAGEMENTS, json=body)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]


async def test_preconditions_and_closed_lists(pair: Pair) -> None:
    wrong = await offer(pair.group, pair.request, uuid.uuid4())
    assert wrong.json()["errors"][0]["field"] == "/adviserId"
    offered = await pair.offer()
    address = f"{ENGAGEMENTS}/{offered['id']}/actions"
    assert (await pair.network.post(f"{address}/accept")).status_code == 428
    assert (await pair.network.post(f"{address}/accept", headers={"If-Match": '"9"'})).status_code == 412
    answer = await do(pair.network, offered, "decline", reason="lazy")
    assert answer.json()["errors"][0]["field"] == "/reason"
    assert (await pair.group.get(ENGAGEMENTS, params={"state": "offered"})).status_code == 422
