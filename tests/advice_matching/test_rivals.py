"""Who else was considered never leaks: not by what a network reads or is told, and not by whose call it came of."""

import json
import uuid

import pytest
from sqlalchemy import select, update

from rtp_advice_matching.directory.facets import ProfileStatus
from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.requests.models import SupportRequest
from rtp_advice_matching.requests.proposals import Proposal
from rtp_embedded.platform import Platform
from rtp_shared.contracts.events import compute_digest
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser
from tests.advice_matching.engagements.conftest import ENGAGEMENTS, Json, do, list_of, offer
from tests.advice_matching.repairs.conftest import Market, market, operator
from tests.advice_matching.requests import accept, read, request_of
from tests.conftest import Api, NewClient
from tests.support.cases import open_case
from tests.support.tables import open_as

__all__ = ["market", "operator"]

pytestmark = pytest.mark.anyio
TOLD = "org.righttoprovide.advice-matching.adviser-proposed.v2"


async def list_told(api: Api) -> list[Json]:
    """What a network was told of the proposals of its people, oldest first."""
    items = (await api.get("/v1/events")).json()["items"]
    return [each for each in items if each["type"] == TOLD]


async def test_the_next_best_is_not_told_that_others_were_asked(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    best, second = await new_adviser(), await new_adviser(stages=[])
    group = await new_client()
    first, rival = [await new_client(organisation=each.network_id) for each in (best, second)]
    request = await request_of(platform, group)
    asked = (await offer(group, request, best.id)).json()
    declined = await first.post(
        f"{ENGAGEMENTS}/{asked['id']}/actions/decline",
        json={"reason": "timing"},
        headers={"If-Match": '"1"', "Correlation-Id": "first-network-4711"},
    )
    assert declined.status_code == 200
    await platform.drain_events()
    [own] = await list_of(rival, request)
    assert (own["adviserId"], own["byItself"]) == (str(second.id), None)
    assert [each["byItself"] for each in await list_of(group, request)] == [False, True]
    feed = (await rival.get("/v1/events")).text
    secrets = ("first-network-4711", str(best.id), str(best.network_id), asked["id"])
    for secret in secrets:
        assert secret not in feed
        assert secret not in (await rival.get(ENGAGEMENTS)).text
        assert secret not in str(await read(rival, request["id"]))
    for path in (f"{ENGAGEMENTS}/{asked['id']}", "/v1/traces/first-network-4711"):
        assert (await rival.get(path)).status_code == 404
    assert (await rival.get(ENGAGEMENTS, params={"adviserId": str(best.id)})).json()["items"] == []


async def test_a_network_is_not_told_how_a_group_names_its_calls(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    """A client chooses its correlation ids, and may put anything in: before the consent that is not shown either."""
    adviser, group = await new_adviser(), await new_client()
    network = await new_client(organisation=adviser.network_id)
    named = {"Correlation-Id": "camden-libraries-4711"}
    case = await open_case(group)
    submitted = await group.post(f"/v1/cases/{case['id']}/actions/submit", headers={"If-Match": '"1"', **named})
    assert submitted.status_code == 200, submitted.text
    await platform.drain_events()
    [line] = (await group.get("/v1/support-requests")).json()["items"]
    body = {"supportRequestId": line["id"], "adviserId": str(adviser.id)}
    assert (await group.post(ENGAGEMENTS, json=body, headers=named)).status_code == 201
    await platform.drain_events()
    feed = await network.get("/v1/events")
    assert len(feed.json()["items"]) == 3
    assert "camden" not in feed.text
    assert "camden" in (await group.get("/v1/events")).text


async def test_a_network_that_was_not_chosen_is_not_told_when_another_was(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    best, second = await new_adviser(), await new_adviser(stages=[])
    group = await new_client()
    chosen, rival = [await new_client(organisation=each.network_id) for each in (best, second)]
    request = await request_of(platform, group)
    assert (await accept(group, request, best.id)).status_code == 200
    assert (await read(rival, request["id"]))["agreedAt"] is None
    for api in (group, chosen):
        assert (await read(api, request["id"]))["agreedAt"] is not None


async def test_a_refusal_names_nobody_who_is_hidden(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    adviser, group = await new_adviser(), await new_client()
    request = await request_of(platform, group)
    async with open_as(advice, "operator") as session:
        hidden = {"status": ProfileStatus.SUSPENDED, "suspended_for": "A complaint"}
        await session.execute(update(Adviser).where(Adviser.id == adviser.id).values(hidden))
    for answer in (await offer(group, request, adviser.id), await accept(group, request, adviser.id)):
        assert answer.json()["type"].endswith("/problems/adviser-has-left")
        assert adviser.name not in answer.text
        assert "complaint" not in answer.text
    [shown] = [each for each in (await read(group, request["id"]))["proposals"] if each["adviserId"] == str(adviser.id)]
    assert shown["adviserName"] == "Not shown now"


async def test_each_network_is_told_each_time_in_a_chain_of_its_own(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, operator: Api, market: Market
) -> None:
    """By the submission, then by a round; an override proposes another of a network's people."""
    await platform.drain_events()
    best, second, third = market.advisers
    of_third = await new_client(organisation=third.network_id)
    before = await list_told(of_third)
    body = {"requestId": market.given[best.id], "adviserId": str(third.id), "reason": "They know each other"}
    made = await operator.post(f"{market.path}/overrides", json=body, headers={"On-Behalf-Of": "ann"})
    confirm = f"{made.headers['location']}/actions/confirm"
    assert (await operator.post(confirm, headers={"On-Behalf-Of": "bob", "If-Match": '"1"'})).status_code == 200
    await platform.drain_events()
    told = await list_told(of_third)
    assert len(told) == len(before) + 1
    assert told[-1]["data"]["ownAdviserIds"] == [str(third.id)]
    for adviser in (best, second, third):
        api = await new_client(organisation=adviser.network_id)
        chains: dict[str, list[Json]] = {}
        for event in await list_told(api):
            assert event["data"]["ownAdviserIds"] == [str(adviser.id)], "who else was, no network is told"
            assert "caseId" not in event["data"]
            chains.setdefault(event["subject"], []).append(event)
        assert len(chains) >= 1
        if adviser is best:
            assert max(map(len, chains.values())) >= 2, "the submission, then the round"
        for chain in chains.values():
            assert [int(each["sequence"]) for each in chain] == list(range(1, len(chain) + 1))
            assert len({each["data"]["supportRequestId"] for each in chain}) == 1
            hashes = [None, *[compute_digest(write(each)) for each in chain]]
            assert [each.get("previoushash") for each in chain] == hashes[:-1]


def write(event: Json) -> bytes:
    """An event as it was sent, to the byte: it is written without blanks."""
    return json.dumps(event, separators=(",", ":")).encode()


async def test_a_network_that_sees_the_case_sees_no_rival_proposed_before_it(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    """It had been let into the case before, and one of its people is asked after another declined."""
    best = await new_adviser()
    group, first = await new_client(), await new_client(organisation=best.network_id)
    request = await request_of(platform, group)
    second = await new_adviser()
    rival = await new_client(organisation=second.network_id)
    async with open_as(advice, "owner") as session:
        into = f"org:{second.network_id}"
        mine = uuid.UUID(request["id"])
        shown = await session.get_one(SupportRequest, mine)
        shown.readers = [*shown.readers, into]
        for each in (await session.scalars(select(Proposal).where(Proposal.request_id == mine))).all():
            each.readers = [*each.readers, into]
        await session.flush()
    asked = (await offer(group, request, best.id)).json()
    assert (await do(first, asked, "decline", reason="timing")).status_code == 200
    found = await read(rival, request["id"])
    assert [each["adviserId"] for each in found["proposals"]] == [str(second.id)]
