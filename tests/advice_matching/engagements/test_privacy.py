"""A network sees the case only after acceptance and consent; the second wall holds alone."""

import uuid

import pytest
from sqlalchemy import select

from rtp_advice_matching.directory.reminders import remind_networks
from rtp_advice_matching.engagements.models import Engagement
from tests.advice_matching.engagements.conftest import NewPair, Pair, do, done
from tests.advice_matching.requests import SUPPORT, published, read
from tests.conftest import Api, NewClient
from tests.support.cases import employer_id

pytestmark = pytest.mark.anyio

DETAIL = ("number", "route", "employer", "commissioner", "decisionBody", "headcount", "legalForm")
OPEN_TO_A_NETWORK = {"sector": "adult-social-care", "stage": "make-the-case", "topics": ["legal", "financial"]}


async def see_detail(pair: Pair, api: Api) -> bool:
    shown = await read(api, pair.request["id"])
    [listed] = (await api.get(SUPPORT, params={"caseId": pair.request["caseId"]})).json()["items"]
    assert {name: shown[name] for name in OPEN_TO_A_NETWORK} == OPEN_TO_A_NETWORK
    assert listed["number"] == shown["number"]
    known = {name: shown[name] for name in DETAIL}
    assert known in ({name: pair.request[name] for name in DETAIL}, dict.fromkeys(DETAIL))
    return shown["number"] is not None


async def test_a_network_sees_the_case_after_acceptance_and_consent(pair: Pair) -> None:
    assert not await see_detail(pair, pair.network)
    offered = await pair.offer()
    assert not await see_detail(pair, pair.network)
    begun = await done(pair.network, offered, "accept")
    await pair.platform.drain_events()
    assert not await see_detail(pair, pair.network)
    assert (await pair.network.get(f"/v1/cases/{pair.request['caseId']}")).status_code == 404
    consented = await done(pair.group, begun, "consent")
    assert consented["consentedAt"] is not None
    await pair.platform.drain_events()
    assert await see_detail(pair, pair.network)
    assert (await pair.network.get(f"/v1/cases/{pair.request['caseId']}")).status_code == 200
    assert (await do(pair.group, consented, "consent")).json()["type"].endswith("/problems/consented-before")
    kinds = [event.type.split(".")[-2] for event, _ in await published(pair.advice, pair.request["caseId"])]
    assert kinds == ["support-proposed", "support-agreed"]
    sequences = [event.sequence for event, _ in await published(pair.advice, pair.request["caseId"])]
    assert sequences == [1, 2]


async def test_consent_given_with_the_offer_counts_from_the_acceptance(pair: Pair) -> None:
    offered = await pair.offer(consent=True)
    assert not await see_detail(pair, pair.network)
    await done(pair.network, offered, "accept")
    assert await see_detail(pair, pair.network)


async def test_everybody_else_sees_what_they_saw(pair: Pair, new_client: NewClient) -> None:
    employer = await new_client(organisation=employer_id())
    overseer = await new_client(scopes="cases:oversee support:read")
    for api in (pair.group, employer, overseer):
        assert await see_detail(pair, api)


async def test_a_network_is_never_told_the_number_before(pair: Pair) -> None:
    offered = await pair.offer()
    await pair.platform.drain_events()
    answers = [
        await pair.network.get(f"/v1/support-requests/{pair.request['id']}"),
        await pair.network.get(SUPPORT),
        await pair.network.get("/v1/engagements"),
        await pair.network.get(f"/v1/engagements/{offered['id']}"),
        await pair.network.get("/v1/events"),
    ]
    for answer in answers:
        assert answer.status_code == 200
        for secret in (pair.request["number"], str(employer_id()), pair.group.client_id):
            assert secret not in answer.text, answer.url


async def test_row_level_security_stands_behind(pair: Pair) -> None:
    offered = await pair.offer()
    runtime = pair.platform.runtimes["advice-matching"]
    mine = select(Engagement.id).where(Engagement.id == uuid.UUID(offered["id"]))
    for identities, seen in (
        ((f"org:{pair.adviser.network_id}",), True),
        ((f"client:{pair.group.client_id}",), True),
        ((f"org:{employer_id()}",), False),
        ((f"org:{uuid.uuid4()}",), False),
        (("public",), False),
    ):
        async with runtime.database.transaction(identities, read_only=True) as session:
            assert (await session.scalar(mine) is not None) is seen, identities


async def test_an_engagement_goes_on_with_an_adviser_who_was_taken_off(pair: Pair, new_client: NewClient) -> None:
    begun = await done(pair.network, await pair.offer(), "accept")
    moderator = await new_client(scopes="advisers:read advisers:write advisers:oversee")
    path = f"/v1/advisers/{pair.adviser.id}/actions/suspend"
    taken_off = await moderator.post(path, json={"reason": "Looked into"}, headers={"If-Match": "*"})
    assert taken_off.status_code == 200, taken_off.text
    assert (await done(pair.group, begun, "consent"))["consentedAt"] is not None
    [proposal] = [
        each
        for each in (await read(pair.group, pair.request["id"]))["proposals"]
        if each["adviserId"] == str(pair.adviser.id)
    ]
    assert proposal["adviserName"] == "Not shown now"


async def test_all_that_is_told_of_a_profile_is_one_chain(new_pair: NewPair) -> None:
    pair = await new_pair(capacity=1)
    await done(pair.network, await pair.offer(), "accept")
    await remind_networks(pair.advice)
    events = [event for event, _ in await published(pair.advice, str(pair.adviser.id))]
    assert {event.type.split(".")[-2] for event in events} == {"capacity-low", "verification-lapsed"}
    assert [event.sequence for event in events] == [1, 2]
