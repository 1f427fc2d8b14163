"""Accepting a proposal takes one of the adviser's places, whoever else wants it and whatever happened since."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest

from rtp_advice_matching.directory.errors import AdviserNotIndependent
from rtp_advice_matching.directory.facets import ProfileStatus
from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.matching import Need
from rtp_embedded.platform import Platform
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser
from tests.advice_matching.requests import accept, engaged, published, read, request_of, withdraw
from tests.advice_matching.test_matching import NEED
from tests.conftest import NewClient
from tests.support.cases import employer_id
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio


async def test_accepting_takes_a_place_and_is_published(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    adviser = await new_adviser()
    api = await new_client()
    request = await request_of(platform, api)
    answer = await accept(api, request, adviser.id)
    assert answer.status_code == 200, answer.text
    agreed = answer.json()
    assert (agreed["status"], agreed["agreedAdviserId"]) == ("agreed", str(adviser.id))
    assert answer.headers["etag"] == f'"{agreed["version"]}"' == f'"{request["version"] + 1}"'
    assert agreed == await read(api, request["id"])
    assert (await api.get(f"/v1/advisers/{adviser.id}")).json()["freePlaces"] == 2
    _, (event, readers) = await published(advice, request["caseId"])
    assert event.type == "org.righttoprovide.advice-matching.support-agreed.v1"
    assert (event.sequence, event.data["adviserId"]) == (2, str(adviser.id))
    case_readers = [f"client:{api.client_id}", "system", f"org:{employer_id()}", "scope:cases:oversee"]
    assert readers == [*case_readers, f"org:{adviser.network_id}"], "no other network is told who it was"
    again = await accept(api, agreed, adviser.id)
    assert again.status_code == 409
    assert again.json()["type"].endswith("/problems/support-already-agreed")
    assert await engaged(advice, adviser.id) == 1


async def test_accepting_twice_with_one_key_takes_one_place(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    adviser = await new_adviser()
    api = await new_client()
    request = await request_of(platform, api)
    key = {"Idempotency-Key": f'"{uuid.uuid4()}"'}
    first, second = [await accept(api, request, adviser.id, **key) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert await engaged(advice, adviser.id) == 1


async def test_the_last_place_goes_to_one(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    wanted, other = await new_adviser(capacity=2), await new_adviser(stages=[], capacity=6)
    apis = [await new_client() for _ in range(5)]
    requests = [await request_of(platform, api) for api in apis]
    answers = await asyncio.gather(*(accept(*each, wanted.id) for each in zip(apis, requests, strict=True)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409, 409]
    assert await engaged(advice, wanted.id) == 2
    for api, request, answer in zip(apis, requests, answers, strict=True):
        if answer.status_code == 409:
            assert answer.json()["type"].endswith("/problems/no-place-left")
            assert "another proposal" in answer.json()["detail"]
            assert (await accept(api, request, other.id)).status_code == 200
    assert await engaged(advice, other.id) == 3


async def test_one_request_accepted_twice_at_once_takes_one_place(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    first, second = await new_adviser(), await new_adviser(stages=[])
    api = await new_client()
    request = await request_of(platform, api)
    answers = await asyncio.gather(*(accept(api, request, adviser.id) for adviser in (first, second)))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    places = [await engaged(advice, first.id), await engaged(advice, second.id)]
    assert sorted(places, key=str) == [0, 1]


async def test_what_changed_since_the_proposal_counts(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    gone, conflicted = await new_adviser(), await new_adviser(stages=[])
    api = await new_client()
    request = await request_of(platform, api)
    async with open_as(advice, "operator") as session:
        (await session.get_one(Adviser, gone.id)).active = False
        (await session.get_one(Adviser, conflicted.id)).conflicts = [employer_id()]
    for adviser, slug in ((gone, "adviser-has-left"), (conflicted, "adviser-not-independent")):
        answer = await accept(api, request, adviser.id)
        assert answer.status_code == 409
        assert answer.json()["type"].endswith(f"/problems/{slug}")


async def test_withdrawing_the_case_frees_the_place(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    adviser = await new_adviser()
    api = await new_client()
    request = await request_of(platform, api)
    assert (await accept(api, request, adviser.id)).status_code == 200
    assert await engaged(advice, adviser.id) == 1
    await withdraw(api, request["caseId"])
    await platform.drain_events()
    closed = await read(api, request["id"])
    assert closed["status"] == "closed"
    assert closed["agreedAdviserId"] == str(adviser.id)
    assert await engaged(advice, adviser.id) == 0
    answer = await accept(api, closed, adviser.id)
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/problems/support-request-closed")


async def test_accepting_while_the_case_is_withdrawn_leaves_no_place_taken(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    adviser = await new_adviser()
    api = await new_client()
    for _ in range(3):
        request = await request_of(platform, api)
        await withdraw(api, request["caseId"])
        answer, _ = await asyncio.gather(accept(api, request, adviser.id), platform.drain_events())
        assert answer.status_code in (200, 412)
        assert (await read(api, request["id"]))["status"] == "closed"
        assert await engaged(advice, adviser.id) == 0


async def test_who_has_no_hours_left_since_is_not_accepted_nor_asked(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    adviser = await new_adviser(hours_per_month=2)
    api = await new_client()
    request = await request_of(platform, api)
    async with open_as(advice, "operator") as session:
        (await session.get_one(Adviser, adviser.id)).hours_per_month = 1
    body = {"supportRequestId": request["id"], "adviserId": str(adviser.id)}
    for answer in (await accept(api, request, adviser.id), await api.post("/v1/engagements", json=body)):
        assert (answer.status_code, answer.json()["type"].split("/")[-1]) == (409, "no-hours-left")
        assert "for one more group: 1 a month" in answer.json()["detail"]
    assert await engaged(advice, adviser.id) == 0


async def test_whose_network_is_a_body_of_the_case_since_is_not_accepted_nor_asked(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    adviser = await new_adviser()
    api = await new_client()
    request = await request_of(platform, api)
    async with open_as(advice, "owner") as session:
        (await session.get_one(Adviser, adviser.id)).network_id = employer_id()
    body = {"supportRequestId": request["id"], "adviserId": str(adviser.id)}
    for answer in (await accept(api, request, adviser.id), await api.post("/v1/engagements", json=body)):
        assert (answer.status_code, answer.json()["type"].split("/")[-1]) == (409, "adviser-not-independent")
    assert await engaged(advice, adviser.id) == 0


@pytest.mark.parametrize("named", ["id", "network_id"])
@pytest.mark.parametrize(
    "ask_for",
    [
        lambda whom: replace(NEED, bodies=whom),
        lambda whom: replace(NEED, funders=whom),
        lambda whom: replace(NEED, prior_advisers=whom),
    ],
    ids=["body", "funder", "prior adviser"],
)
def test_no_place_is_taken_of_whom_one_must_be_independent_of(
    named: str, ask_for: Callable[[frozenset[uuid.UUID]], Need]
) -> None:
    adviser = Adviser(
        id=uuid.uuid4(),
        network_id=uuid.uuid4(),
        network_published=True,
        status=ProfileStatus.PUBLISHED,
        active=True,
        name="A",
        conflicts=[],
        capacity=1,
        engaged=0,
        version=1,
    )
    with pytest.raises(AdviserNotIndependent):
        adviser.take_place(ask_for(frozenset({getattr(adviser, named)})))
    adviser.take_place(ask_for(frozenset({uuid.uuid4()})))
    assert (adviser.engaged, adviser.version) == (1, 2)
