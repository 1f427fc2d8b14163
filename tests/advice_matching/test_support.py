"""Support requests by the API: proposals for a submitted case, and who may see and do what."""

import uuid
from collections import Counter

import pytest
from sqlalchemy import null, update

from rtp_advice_matching.directory.facets import ProfileStatus
from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.directory.queries import list_candidates
from rtp_advice_matching.load import make_adviser_id
from rtp_advice_matching.matching import NAMED, MatchingRules
from rtp_advice_matching.requests.models import SupportRequest
from rtp_embedded.platform import Platform
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser
from tests.advice_matching.requests import SUPPORT, accept, published, read, request_of, withdraw
from tests.conftest import Api, NewClient
from tests.support.cases import employer_id, open_case
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio


async def test_a_submitted_case_gets_proposals_with_reasons(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    best, second = await new_adviser(), await new_adviser(stages=[])
    full = await new_adviser(id=uuid.UUID(int=2), capacity=0)  # of each ground those with the lowest ids are named
    elsewhere = await new_adviser(id=uuid.UUID(int=3), regions=["E12000001"], remote=False)
    conflicted = await new_adviser(id=uuid.UUID(int=4), conflicts=[employer_id()])
    api = await new_client()
    request = await request_of(platform, api)

    assert request["status"] == "proposed"
    assert request["stage"] == "make-the-case"
    assert request["topics"] == ["legal", "financial"]
    assert request["employer"] == str(employer_id())
    assert [proposal["rank"] for proposal in request["proposals"]] == [1, 2, 3]
    first = request["proposals"][0]
    assert (first["adviserId"], first["score"]) == (str(best.id), 100)
    assert first["parts"][0] == {
        "part": "topics",
        "points": 30,
        "max": 30,
        "reason": "Advises on legal and financial, all that you asked for",
    }
    assert request["proposals"][1]["adviserId"] == str(second.id)
    grounds = {each["adviserId"]: (each["ground"], each["reason"]) for each in request["notProposed"]}
    assert grounds[str(full.id)] == ("no-free-capacity", "Has no free place now")
    assert grounds[str(elsewhere.id)][0] == "does-not-serve-region"
    assert not {str(conflicted.id), str(make_adviser_id("birch"))} & set(grounds), "with whom is for nobody to find out"
    named = Counter(each["ground"] for each in request["notProposed"])
    counts = {each["ground"]: each["count"] for each in request["notProposedCounts"]}
    counted = dict(counts)
    assert counted.pop("conflict-of-interest") >= 2
    assert named == {ground: min(count, NAMED) for ground, count in counted.items()}
    async with advice.database.transaction(read_only=True) as session:
        assert sum(counts.values()) == len(await list_candidates(session, MatchingRules(), now=advice.clock())) - 3


async def test_whoever_is_shown_no_more_is_counted_and_not_named(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    full = await new_adviser(id=uuid.UUID(int=1), capacity=0)
    api = await new_client()
    request = await request_of(platform, api)
    assert str(full.id) in {each["adviserId"] for each in request["notProposed"]}
    async with open_as(advice, "operator") as session:
        await session.execute(update(Adviser).where(Adviser.id == full.id).values(status=ProfileStatus.SUSPENDED))
    later = await read(api, request["id"])
    assert str(full.id) not in {each["adviserId"] for each in later["notProposed"]}
    assert later["notProposedCounts"] == request["notProposedCounts"]
    assert len(later["notProposed"]) == len(request["notProposed"]) - 1


async def test_a_request_of_the_release_before_names_everybody_and_is_counted_by_that(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    full = [await new_adviser(capacity=0) for _ in range(NAMED + 1)]
    api = await new_client()
    request = await request_of(platform, api)
    written = [{"adviser_id": str(each.id), "ground": "no-free-capacity", "reason": "Full"} for each in full]
    async with advice.database.transaction() as session:
        columns = {"not_proposed": written, "not_proposed_counts": null()}
        of_it = SupportRequest.id == uuid.UUID(request["id"])
        await session.execute(update(SupportRequest).where(of_it).values(columns))
    shown = await read(api, request["id"])
    assert [each["adviserId"] for each in shown["notProposed"]] == [str(each.id) for each in full]
    assert [(each["ground"], each["count"]) for each in shown["notProposedCounts"]] == [("no-free-capacity", NAMED + 1)]


async def test_proposing_is_published(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    best = await new_adviser()
    api = await new_client()
    request = await request_of(platform, api)
    [(event, readers)] = await published(advice, request["caseId"])
    assert event.type == "org.righttoprovide.advice-matching.support-proposed.v1"
    assert event.sequence == 1
    assert event.data["supportRequestId"] == request["id"]
    assert event.data["adviserIds"] == [proposal["adviserId"] for proposal in request["proposals"]]
    assert readers == [f"client:{api.client_id}", "system", f"org:{employer_id()}", "scope:cases:oversee"]
    [(told, networks)] = await published(advice, request["id"])
    assert told.type == "org.righttoprovide.advice-matching.adviser-proposed.v1"
    assert set(networks) == {"system", *(f"org:{proposal['networkId']}" for proposal in request["proposals"])}
    assert f"org:{best.network_id}" in networks
    assert "adviser" not in str(told.data)


async def test_a_withdrawn_draft_opens_nothing(platform: Platform, new_client: NewClient) -> None:
    api = await new_client()
    case = await open_case(api)
    await withdraw(api, case["id"])
    await platform.drain_events()
    assert (await api.get(SUPPORT)).json() == {"items": [], "next": None}


async def test_who_sees_a_request(platform: Platform, new_client: NewClient, new_adviser: NewAdviser) -> None:
    adviser, rival = await new_adviser(), await new_adviser(stages=[])
    api = await new_client()
    request = await request_of(platform, api)

    async def seen_by(reader: Api) -> list[str]:
        items = (await reader.get(SUPPORT, params={"caseId": request["caseId"]})).json()["items"]
        return [item["id"] for item in items]

    strangers = [await new_client(), await new_client(organisation=api.organisation)]
    for stranger in strangers:
        assert (await stranger.get(SUPPORT)).json()["items"] == []
        assert (await stranger.get(f"{SUPPORT}/{request['id']}")).status_code == 404
        answer = await accept(stranger, request, adviser.id)
        assert answer.status_code == 404
        assert answer.json()["detail"] == "There is no such support request, or you may not know of it"

    employer = await new_client(organisation=employer_id())
    assert await seen_by(employer) == [request["id"]]
    shown = await read(employer, request["id"])
    assert shown["proposals"] == request["proposals"]
    assert shown["notProposed"] is None
    assert (await accept(employer, request, adviser.id)).status_code == 403

    network = await new_client(organisation=adviser.network_id)
    assert await seen_by(network) == [request["id"]]
    shown = await read(network, request["id"])
    assert [proposal["adviserId"] for proposal in shown["proposals"]] == [str(adviser.id)]
    assert shown["notProposed"] is None
    assert str(rival.id) not in str(shown)
    assert (await accept(network, request, adviser.id)).status_code == 403


async def test_a_network_is_told_nothing_of_its_rivals(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    """Not by the request, not by its list, and not by any event: neither who was proposed nor who was agreed on."""
    best, second = await new_adviser(), await new_adviser(stages=[])
    opener = await new_client()
    rival = await new_client(organisation=second.network_id)
    request = await request_of(platform, opener)
    assert (await accept(opener, request, best.id)).status_code == 200
    await platform.drain_events()
    shown, listed = await read(rival, request["id"]), (await rival.get(SUPPORT)).json()
    feed = (await rival.get("/v1/events")).json()["items"]
    assert [each["type"].split("matching.")[-1] for each in feed] == ["adviser-proposed.v1", "adviser-proposed.v2"]
    others = [each["adviserId"] for each in request["proposals"] if each["adviserId"] != str(second.id)]
    for other in others:
        assert other not in str((shown, listed, feed))
    assert [each["rank"] for each in shown["proposals"]] == [1]
    assert (shown["status"], shown["agreedAdviserId"]) == ("agreed", None)
    own = await new_client(organisation=best.network_id)
    assert (await read(own, request["id"]))["agreedAdviserId"] == str(best.id)
    assert [each["type"].split(".")[-2] for each in (await own.get("/v1/events")).json()["items"]] == [
        "adviser-proposed",
        "adviser-proposed",
        "support-agreed",
        "match-accepted",
        "engagement-started",
        "party-changed",
    ]


async def test_scopes(platform: Platform, new_client: NewClient) -> None:
    request = await request_of(platform, await new_client())
    for scopes in ("cases:read advisers:read support:write", "support:read"):
        api = await new_client(scopes=scopes)
        writes = "support:write" in scopes.split()
        assert (await api.get(SUPPORT)).status_code == (403 if writes else 200)
        assert (await api.get(f"{SUPPORT}/{request['id']}")).status_code == (403 if writes else 404)
        assert (await accept(api, request, uuid.uuid4())).status_code == (404 if writes else 403)
    assert (await api.get(SUPPORT, headers={"Authorization": ""})).status_code == 401


async def test_lists(platform: Platform, new_client: NewClient) -> None:
    api = await new_client()
    made = [(await request_of(platform, api))["id"] for _ in range(3)]
    first = (await api.get(SUPPORT, params={"limit": 2})).json()
    second = (await api.get(SUPPORT, params={"limit": 2, "after": first["next"]})).json()
    assert [item["id"] for item in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None
    assert len((await api.get(SUPPORT, params={"status": "proposed"})).json()["items"]) == 3
    assert (await api.get(SUPPORT, params={"status": "agreed"})).json()["items"] == []


async def test_not_modified(platform: Platform, new_client: NewClient) -> None:
    api = await new_client()
    request = await request_of(platform, api)
    etag = f'"{request["version"]}"'
    answer = await api.get(f"{SUPPORT}/{request['id']}", headers={"If-None-Match": etag})
    assert answer.status_code == 304


@pytest.mark.parametrize(
    ("if_match", "status"), [(None, 428), ('"99"', 412), ('W/"99"', 412), ("2", 400), ('"98", "99"', 412)]
)
async def test_preconditions(platform: Platform, new_client: NewClient, if_match: str | None, status: int) -> None:
    api = await new_client()
    request = await request_of(platform, api)
    answer = await api.post(
        f"{SUPPORT}/{request['id']}/actions/accept",
        json={"adviserId": request["proposals"][0]["adviserId"]},
        headers={"If-Match": if_match} if if_match else {},
    )
    assert answer.status_code == status, answer.text
    assert (await read(api, request["id"]))["status"] == "proposed"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"{", 400, ""),
        (b"{}", 422, "/adviserId"),
        (b'{"adviserId": "x\\u0000y"}', 422, "/adviserId"),
        (b'{"adviserId": null}', 422, "/adviserId"),
        (b'{"adviserId": "00000000-0000-0000-0000-000000000000"}', 422, "/adviserId"),
        (b'{"adviserId": "00000000-0000-0000-0000-000000000000", "advisor": 1}', 422, "/advisor"),
    ],
)
async def test_bad_acceptances(platform: Platform, new_client: NewClient, body: bytes, status: int, field: str) -> None:
    api = await new_client()
    request = await request_of(platform, api)
    headers = {"If-Match": f'"{request["version"]}"', "Content-Type": "application/json"}
    answer = await api.post(f"{SUPPORT}/{request['id']}/actions/accept", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("query", ["caseId=x", "caseId=%00", "status=done", "after=x", "after=WyJhIl0", "limit=0"])
async def test_bad_questions(new_client: NewClient, query: str) -> None:
    api = await new_client()
    answer = await api.get(f"{SUPPORT}?{query}")
    assert answer.status_code == 422, answer.text
    assert (await api.get(f"{SUPPORT}/not-an-id")).status_code == 422
