"""What a staff group prefers, by the API: who may say it and read it, and what becomes of its proposals."""

import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from rtp_advice_matching.directory.models import Adviser
from rtp_embedded.platform import Platform
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser
from tests.advice_matching.requests import SUPPORT, accept, published, read, request_of
from tests.conftest import Api, NewClient
from tests.support.cases import employer_id
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
NOTHING_ASKED = {
    "languages": [],
    "accessNeeds": [],
    "meeting": "any",
    "kinds": [],
    "funders": [],
    "priorAdvisers": [],
}


async def prefer(api: Api, request: Json, etag: str | None = None, **asked: Any) -> httpx.Response:
    headers = {"If-Match": etag or f'"{request["version"]}"'}
    return await api.put(f"{SUPPORT}/{request['id']}/preferences", json=asked, headers=headers)


async def preferred(api: Api, request: Json, **asked: Any) -> Json:
    answer = await prefer(api, request, **asked)
    assert answer.status_code == 200, answer.text
    changed: Json = answer.json()
    assert answer.headers["etag"] == f'"{changed["version"]}"'
    assert changed == await read(api, request["id"])
    return changed


def list_proposed(request: Json) -> list[str]:
    return [each["adviserId"] for each in request["proposals"]]


def find_ground(request: Json, adviser: Adviser) -> str:
    found: str = next(each["ground"] for each in request["notProposed"] if each["adviserId"] == str(adviser.id))
    return found


async def test_who_does_not_meet_them_is_taken_out_and_others_come_after_who_stays(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    english, welsh = await new_adviser(), await new_adviser(stages=[], languages=["en", "cy-GB"])
    plain = await new_adviser(stages=[], legal_forms=[], topics=["legal"], languages=["cy"])
    api = await new_client()
    request = await request_of(platform, api)
    assert request["preferences"] == NOTHING_ASKED
    assert list_proposed(request)[:2] == [str(english.id), str(welsh.id)]
    changed = await preferred(api, request, languages=["cy"])
    assert changed["preferences"] == {**NOTHING_ASKED, "languages": ["cy"]}
    assert list_proposed(changed)[0] == str(welsh.id)
    assert str(plain.id) in list_proposed(changed)
    assert str(english.id) not in list_proposed(changed)
    assert find_ground(changed, english) == "does-not-speak-language"
    refused = await accept(api, changed, english.id)
    assert (refused.status_code, refused.json()["type"].split("/")[-1]) == (422, "adviser-not-proposed")
    back = await preferred(api, changed)
    assert back["preferences"] == NOTHING_ASKED
    assert list_proposed(back)[: len(list_proposed(changed))] == list_proposed(changed), "who may help keeps the rank"


@pytest.mark.parametrize(
    ("facts", "asked", "ground"),
    [
        ({"kind": "mentor"}, {"kinds": ["adviser", "ambassador"]}, "not-of-the-kind-sought"),
        ({}, {"accessNeeds": ["captions"]}, "does-not-meet-access-needs"),
        ({"remote": False}, {"meeting": "online"}, "does-not-serve-region"),
        ({"network_id": uuid.UUID(int=11)}, {"funders": [str(uuid.UUID(int=11))]}, "network-is-a-funder"),
        (
            {"network_id": uuid.UUID(int=13)},
            {"priorAdvisers": [str(uuid.UUID(int=13))]},
            "advised-in-the-matter-before",
        ),
    ],
)
async def test_each_of_them_keeps_out(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, facts: Json, asked: Json, ground: str
) -> None:
    among_the_first = uuid.UUID(int=uuid.uuid4().int >> 64)  # of each ground twenty are named, by id
    adviser = await new_adviser(id=among_the_first, **facts)
    api = await new_client()
    request = await request_of(platform, api)
    assert str(adviser.id) in list_proposed(request)
    changed = await preferred(api, request, **asked)
    assert str(adviser.id) not in list_proposed(changed)
    assert find_ground(changed, adviser) == ground


async def test_a_conflict_with_a_funder_keeps_out_and_is_counted_alone(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    """With whom an adviser has declared a conflict is for their network: naming funders finds nobody out by name."""
    funder = uuid.uuid4()
    adviser = await new_adviser(conflicts=[funder])
    api = await new_client()
    request = await request_of(platform, api)
    before = {each["ground"]: each["count"] for each in request["notProposedCounts"]}
    changed = await preferred(api, request, funders=[str(funder)])
    assert str(adviser.id) not in {*list_proposed(changed), *(each["adviserId"] for each in changed["notProposed"])}
    after = {each["ground"]: each["count"] for each in changed["notProposedCounts"]}
    assert after["conflict-of-interest"] == before.get("conflict-of-interest", 0) + 1


async def test_what_a_case_says_keeps_out_from_the_start(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    """The size, the network that employs, and hours: who is away for the month to come is not proposed."""
    small = await new_adviser(headcount_to=59)
    employing = await new_adviser(network_id=employer_id())
    today = advice.clock().date()
    span = {"starts_on": str(today - timedelta(days=1)), "ends_on": str(today + timedelta(days=60))}
    away = await new_adviser(hours_per_month=20, calendar=[{**span, "hours_per_month": 0}])
    used_up = await new_adviser(hours_per_month=3, engaged=1, capacity=3)
    request = await request_of(platform, await new_client())
    grounds = [find_ground(request, each) for each in (small, employing, away, used_up)]
    assert grounds == ["does-not-serve-headcount", "network-is-a-body-of-the-case", "no-hours-left", "no-hours-left"]


async def test_where_nobody_is_left_it_is_said_what_would_change_it(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    await new_adviser()
    api = await new_client()
    request = await request_of(platform, api)
    assert request["wouldChange"] == []
    changed = await preferred(api, request, languages=["haw"])
    assert (changed["status"], changed["proposals"]) == ("open", [])
    [way] = [each for each in changed["wouldChange"] if each["change"] == "another-language"]
    assert way["reason"] == "Another language would do, or an interpreter for one of them"
    assert way["count"] >= len(way["advisers"]) > 0
    events = await published(advice, request["caseId"])
    assert [event.data["adviserIds"] for event, _ in events] == [list_proposed(request), []]
    assert [event.sequence for event, _ in events] == [1, 2]
    back = await preferred(api, changed)
    assert (back["status"], back["wouldChange"]) == ("proposed", [])
    assert list_proposed(back) == list_proposed(request)


async def test_each_network_is_told_once_and_the_others_not_of_it(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    await new_adviser()
    api = await new_client()
    request = await request_of(platform, api)
    welsh = await new_adviser(languages=["cy"])
    changed = await preferred(api, request, languages=["cy"])
    told = [readers for _, readers in await published(advice, request["id"])]
    assert [f"org:{welsh.network_id}" in readers for readers in told] == [False, True]
    case_events = await published(advice, request["caseId"])
    assert all(f"org:{welsh.network_id}" not in readers for _, readers in case_events)
    network = await new_client(organisation=welsh.network_id)
    await platform.drain_events()
    feed = (await network.get("/v1/events")).json()["items"]
    assert [each["type"].split(".", 3)[-1] for each in feed] == ["adviser-proposed.v1", "adviser-proposed.v2"]
    assert feed[1]["data"]["ownAdviserIds"] == [str(welsh.id)]
    await preferred(api, await preferred(api, changed), languages=["cy"])
    assert len(await published(advice, request["id"])) == 2


async def test_a_network_learns_nothing_of_them(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    adviser = await new_adviser(access_needs=["captions"])
    api = await new_client()
    request = await request_of(platform, api)
    await preferred(api, request, accessNeeds=["captions"])
    network = await new_client(organisation=adviser.network_id)
    seen = await read(network, request["id"])
    assert (seen["preferences"], seen["wouldChange"], seen["notProposed"]) == (None, None, None)
    employer = await new_client(organisation=employer_id())
    of_the_case = await read(employer, request["id"])
    assert of_the_case["preferences"]["accessNeeds"] == ["captions"]
    assert (of_the_case["wouldChange"], of_the_case["notProposed"]) == (None, None)


async def test_a_network_whose_proposal_was_taken_back_sees_no_more_than_before(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    adviser = await new_adviser()
    api = await new_client()
    request = await request_of(platform, api)
    await preferred(api, request, languages=["haw"])
    seen = await read(await new_client(organisation=adviser.network_id), request["id"])
    assert (seen["proposals"], seen["number"], seen["employer"], seen["preferences"]) == ([], None, None, None)


async def test_what_changes_nothing_counts_no_version(
    platform: Platform, new_client: NewClient, advice: Runtime
) -> None:
    api = await new_client()
    request = await request_of(platform, api)
    assert (await preferred(api, request))["version"] == request["version"]
    changed = await preferred(api, request, languages=["EN", "en"], kinds=["mentor", "adviser", "ambassador"])
    assert changed["preferences"]["languages"] == ["en"]
    again = await preferred(api, changed, languages=["en"], kinds=["ambassador", "adviser", "mentor"])
    assert again["version"] == changed["version"]
    assert len(await published(advice, request["caseId"])) == 1, "the same are proposed, so nothing is told"


async def test_who_may_not(platform: Platform, new_client: NewClient, new_adviser: NewAdviser) -> None:
    adviser = await new_adviser()
    api = await new_client()
    request = await request_of(platform, api)
    for other, status in (
        (await new_client(organisation=adviser.network_id), 403),
        (await new_client(organisation=employer_id()), 403),
        (await new_client(scopes="support:read"), 403),
        (await new_client(), 404),
    ):
        assert (await prefer(other, request, languages=["cy"])).status_code == status
    assert (await read(api, request["id"])) == request


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"languages": ["not a tag"]}, "/languages/0"),
        ({"accessNeeds": ["tea"]}, "/accessNeeds/0"),
        ({"meeting": "by-post"}, "/meeting"),
        ({"kinds": ["friend"]}, "/kinds/0"),
        ({"funders": ["x"]}, "/funders/0"),
        ({"priorAdvisers": [str(uuid.UUID(int=n)) for n in range(51)]}, "/priorAdvisers"),
        ({"language": "cy"}, "/language"),
    ],
)
async def test_what_cannot_be_meant_is_named_and_changes_nothing(
    platform: Platform, new_client: NewClient, asked: Json, field: str
) -> None:
    api = await new_client()
    request = await request_of(platform, api)
    answer = await prefer(api, request, **asked)
    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert (await read(api, request["id"])) == request


async def test_not_on_a_version_that_is_no_more_nor_once_agreed(
    platform: Platform, new_client: NewClient, new_adviser: NewAdviser
) -> None:
    adviser = await new_adviser()
    api = await new_client()
    request = await request_of(platform, api)
    assert (await prefer(api, request, '"999"', languages=["cy"])).status_code == 412
    agreed = (await accept(api, request, adviser.id)).json()
    refused = await prefer(api, agreed, languages=["cy"])
    assert (refused.status_code, refused.json()["type"].split("/")[-1]) == (409, "support-already-agreed")


async def test_the_columns_hold_for_requests_of_the_release_before(
    platform: Platform, new_client: NewClient, advice: Runtime
) -> None:
    request = await request_of(platform, await new_client())
    async with open_as(advice, "owner") as session:
        row = await session.execute(
            text("SELECT languages, meeting, refused_by, would_change FROM support_requests WHERE id = :id"),
            {"id": uuid.UUID(request["id"])},
        )
        assert row.one() == ([], "any", [], [])
