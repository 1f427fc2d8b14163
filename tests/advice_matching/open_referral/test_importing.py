"""A feed of Open Referral UK is taken in: good records kept, broken ones named by field, the same again nothing."""

import json
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from rtp_advice_matching.directory.facets import AdviserKind
from rtp_advice_matching.load import make_network_id
from rtp_advice_matching.open_referral.commands import _read_records
from rtp_advice_matching.open_referral.feed import FeedService
from rtp_advice_matching.open_referral.models import ImportedService
from rtp_advice_matching.open_referral.offers import make_offer_id
from rtp_advice_matching.open_referral.records import build_columns
from rtp_shared.clock import utcnow
from rtp_shared.service import Runtime
from tests.advice_matching.directory.profiles import MODERATOR, NETWORKS, act
from tests.advice_matching.open_referral.test_reading import ROOT, require_valid
from tests.conftest import Api, NewClient
from tests.support.pages import read_pages
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio
EXAMPLE = json.loads((Path(__file__).parent / "standard" / "example_service.json").read_text())

WRONG = {"url": "none", "email": "none", "status": "open"}
MENTORS = make_network_id("example-mentor-network")


def describe_service(**facts: Any) -> dict[str, Any]:
    """The standard's example, under ids of its own."""
    organization = {**EXAMPLE["organization"], "id": str(uuid.uuid4())}
    places = [{**each, "id": str(uuid.uuid4())} for each in EXAMPLE["service_at_locations"]]
    own = {"id": str(uuid.uuid4()), "organization": organization, "service_at_locations": places}
    return {**EXAMPLE, **own, **facts}


async def send(api: Api, *services: Any, source: str = "https://feed.example/oruk", **asked: Any) -> dict[str, Any]:
    answer = await api.post(f"{ROOT}/imports", json={"source": source, "services": services}, params=asked)
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


async def test_good_records_are_kept_and_the_same_again_changes_nothing(new_client: NewClient) -> None:
    api = await new_client(scopes=MODERATOR)
    good = describe_service()
    broken = describe_service(**WRONG)
    tried = await send(api, good, broken, dryRun="true")
    report = await send(api, good, broken)
    assert report == tried, "a dry run says what would become of each"
    assert report["counts"] == {"added": 1, "refused": 1}
    first, second = report["records"]
    assert (first["id"], first["outcome"], first["errors"]) == (good["id"], "added", [])
    assert {each["field"] for each in second["errors"]} == {
        f"/services/1/{name}" for name in ("url", "email", "status")
    }
    assert all(each["reason"] for each in second["errors"])
    assert (await send(api, good))["counts"] == {"unchanged": 1}
    assert (await send(api, {**good, "fees": "Dearer"}))["counts"] == {"changed": 1}
    assert (await send(api, {**good, "fees": "Dearer"}))["counts"] == {"unchanged": 1}


async def test_what_was_taken_in_is_served_once_its_organisation_is_published(new_client: NewClient) -> None:
    api, anybody = await new_client(scopes=MODERATOR), await new_client(scopes="cases:read")
    given = describe_service(name=f"Counselling {uuid.uuid4()}")
    await send(api, given)
    path, network = f"{ROOT}/services/{given['id']}", f"{NETWORKS}/{given['organization']['id']}"
    assert (await anybody.get(path)).status_code == 404
    assert (await act(api, network, "publish")).json()["importedFrom"] == "https://feed.example/oruk"
    service = (await anybody.get(path)).json()
    require_valid(service, "service")
    assert service["attributes"][0]["taxonomy_term"]["id"] == EXAMPLE["attributes"][0]["taxonomy_term"]["id"]
    for gone in ("Ann Persona", "A. Persona", "email@example.com"):
        assert gone not in json.dumps(service), "nothing of people is kept"
    found = (await anybody.get(f"{ROOT}/services", params={"search": given["name"]})).json()
    assert [each["id"] for each in found["contents"]] == [given["id"]]
    require_valid(found["contents"][0], "service_list")
    term = EXAMPLE["attributes"][0]["taxonomy_term"]["id"]
    asked = {"taxonomy_term_id": term, "search": given["name"], "minimum_age": 12, "maximum_age": 100}
    assert (await anybody.get(f"{ROOT}/services", params=asked)).json()["total_items"] == 1
    assert (await anybody.get(f"{ROOT}/services", params={**asked, "minimum_age": 13})).json()["total_items"] == 0


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"id": "12"}, "/id"),
        ({"name": ""}, "/name"),
        ({"status": None}, "/status"),
        ({"organization": None}, "/organization"),
        ({"organization": {"id": str(uuid.UUID(int=7)), "name": "N"}}, "/organization/description"),
        ({"minimum_age": 20, "maximum_age": 10}, "/maximum_age"),
        ({"minimum_age": -1}, "/minimum_age"),
        ({"assured_date": "last week"}, "/assured_date"),
        ({"attributes": [{"id": "x"}]}, "/attributes/0/id"),
        ({"description": "a\x00b"}, "/description"),
        ({"id": str(make_offer_id(MENTORS, "mentor")),
          "organization": {"id": str(MENTORS), "name": "N", "description": "D"}}, "/id"),
    ],
)  # fmt: skip
async def test_each_broken_record_is_named_by_its_field(
    new_client: NewClient, facts: dict[str, Any], field: str
) -> None:
    api = await new_client(scopes=MODERATOR)
    good = describe_service()
    report = await send(api, describe_service(**facts), good)
    assert [each["outcome"] for each in report["records"]] == ["refused", "added"]
    assert [each["field"] for each in report["records"][0]["errors"]] == [f"/services/0{field}"]


async def test_records_belong_to_their_feed_and_come_once(new_client: NewClient) -> None:
    api = await new_client(scopes=MODERATOR)
    given = describe_service()
    twice = await send(api, given, {**given, "name": "Another"})
    assert [each["outcome"] for each in twice["records"]] == ["added", "refused"]
    elsewhere = await send(api, {**given, "name": "Taken over"}, source="https://other.example")
    assert elsewhere["records"][0]["errors"] == [
        {"field": "/services/0/id", "reason": "was taken in from https://feed.example/oruk"}
    ]


async def test_a_network_that_keeps_itself_is_not_renamed_by_a_feed(new_client: NewClient) -> None:
    api = await new_client(scopes=MODERATOR)
    network_id = make_network_id("example-adviser-network")
    organization = {"id": str(network_id), "name": "Renamed", "description": "By a feed."}
    report = await send(api, describe_service(organization=organization))
    [error] = report["records"][0]["errors"]
    assert (report["counts"], error["field"]) == ({"refused": 1}, "/services/0/organization/id"), "nor spoken for"
    assert (await api.get(f"{NETWORKS}/{network_id}")).json()["name"] == "Example Adviser Network"


async def test_only_the_operator_takes_in(new_client: NewClient) -> None:
    api = await new_client()
    answer = await api.post(f"{ROOT}/imports", json={"source": "https://feed.example", "services": [{}]})
    assert answer.status_code == 403


async def test_a_record_that_is_no_object_keeps_no_other_out(new_client: NewClient) -> None:
    api = await new_client(scopes=MODERATOR)
    good = describe_service()
    report = await send(api, "oops", None, [], 7, good)
    assert [each["outcome"] for each in report["records"]] == ["refused"] * 4 + ["added"]
    for number, record in enumerate(report["records"][:4]):
        assert record["id"] is None
        assert record["errors"] == [{"field": f"/services/{number}", "reason": "must be an object"}]


async def test_all_that_the_standard_s_example_says_is_served_but_for_people_and_addresses(
    new_client: NewClient,
) -> None:
    api = await new_client(scopes=MODERATOR)
    given = describe_service()
    place_id = given["service_at_locations"][0]["id"]
    await send(api, given)
    await act(api, f"{NETWORKS}/{given['organization']['id']}", "publish")
    service = (await api.get(f"{ROOT}/services/{given['id']}")).json()
    require_valid(service, "service")
    for name in ("schedules", "languages", "funding", "cost_options", "alert", "accreditations"):
        assert service[name] == given[name], name
    [area], [said] = service["service_areas"], given["service_areas"]
    assert area == {name: said[name] for name in ("id", "name", "extent", "extent_type", "uri")}
    location = service["service_at_locations"][0]["location"]
    assert location["name"] == "MyCity Civic Center"
    for hidden in ("1-30 Main Street", "latitude", "addresses", "10092008082"):
        assert hidden not in json.dumps(service)

    place = (await api.get(f"{ROOT}/service_at_locations/{place_id}")).json()
    require_valid(place, "service_at_location")
    assert (place["service_id"], place["service"]["name"]) == (given["id"], given["name"])
    listed = (await api.get(f"{ROOT}/service_at_locations", params={"per_page": 200})).json()["contents"]
    [line] = [each for each in listed if each["id"] == place_id]
    require_valid(line, "service_at_location_list")

    term = EXAMPLE["attributes"][0]["taxonomy_term"]["id"]
    read = (await api.get(f"{ROOT}/taxonomy_terms/{term}")).json()
    require_valid(read, "taxonomy_term")
    terms = (await api.get(f"{ROOT}/taxonomy_terms", params={"per_page": 200})).json()["contents"]
    assert [each for each in terms if each["id"] == term] == [read]


@pytest.mark.parametrize(
    ("asked", "found"),
    [({"day": "TH"}, 1), ({"day": "fr"}, 1), ({"day": "MO"}, 0), ({"day": "T"}, 0), ({"day": ".*"}, 0),
     ({"start_time": "09:00"}, 1), ({"start_time": "10:01"}, 0), ({"end_time": "18:00"}, 1), ({"end_time": "17:00"}, 0),
     ({"day": "TH", "start_time": "11:00"}, 0)],
)  # fmt: skip
async def test_services_are_found_by_their_schedules(new_client: NewClient, asked: dict[str, str], found: int) -> None:
    api = await new_client(scopes=MODERATOR)
    given = describe_service(name=f"Scheduled {uuid.uuid4()}")
    await send(api, given)
    await act(api, f"{NETWORKS}/{given['organization']['id']}", "publish")
    for path in ("services", "service_at_locations"):
        answer = (await api.get(f"{ROOT}/{path}", params={"search": given["name"], **asked})).json()
        assert answer["total_items"] == found, path


async def test_what_left_a_whole_feed_is_named_and_then_taken_down(new_client: NewClient) -> None:
    api, source = await new_client(scopes=MODERATOR), f"https://feed.example/{uuid.uuid4()}"
    stays, leaves, elsewhere = describe_service(), describe_service(), describe_service()
    await send(api, stays, leaves, source=source)
    await send(api, elsewhere)
    assert (await send(api, stays, source=source))["departed"] == []
    gone = [{"id": leaves["id"], "name": leaves["name"]}]
    body = {"source": source, "services": [stays], "whole": True}
    tried = (await api.post(f"{ROOT}/imports", json=body, params={"dryRun": "true"})).json()
    assert tried["departed"] == gone
    unread = (await api.post(f"{ROOT}/imports", json={**body, "services": [stays, {"id": "?"}]})).json()
    assert unread["departed"] == [], "nobody knows which record that was"
    broken = {**leaves, "status": "open"}
    refused = (await api.post(f"{ROOT}/imports", json={**body, "services": [stays, broken]})).json()
    assert refused["departed"] == [], "a record that is refused still stands in its feed"
    assert (await api.post(f"{ROOT}/imports", json=body)).json() == tried
    assert (await api.post(f"{ROOT}/imports", json=body)).json()["departed"] == []
    assert (await send(api, elsewhere))["counts"] == {"unchanged": 1}, "another feed's stays"
    assert (await send(api, leaves, source=source))["counts"] == {"added": 1}


async def test_nobody_but_the_operator_can_take_a_service_down(new_client: NewClient, advice: Runtime) -> None:
    """Row-level security holds it too, whatever a query forgets."""
    api, given = await new_client(scopes=MODERATOR), describe_service()
    await send(api, given)
    await act(api, f"{NETWORKS}/{given['organization']['id']}", "publish")
    of_it = ImportedService.id == uuid.UUID(given["id"])
    identities = [f"org:{given['organization']['id']}", "scope:advisers:write"]
    async with open_as(advice, "web", identities) as session:
        assert await session.scalar(select(ImportedService.name).where(of_it)) == given["name"]
        gone = await session.execute(delete(ImportedService).where(of_it).returning(ImportedService.id))
        assert gone.all() == []
    assert (await api.get(f"{ROOT}/services/{given['id']}")).status_code == 200


async def test_the_operator_sees_how_old_each_feed_is(new_client: NewClient, advice: Runtime) -> None:
    api, source = await new_client(scopes=MODERATOR), f"https://feed.example/{uuid.uuid4()}"
    old, new = describe_service(), describe_service()
    await send(api, old, new, source=source)
    async with open_as(advice, "operator") as session:
        long_ago = utcnow() - timedelta(days=91)
        of_old = ImportedService.id == uuid.UUID(old["id"])
        await session.execute(update(ImportedService).where(of_old).values(seen_at=long_ago))
    [feed] = [each for each in await read_pages(api, f"{ROOT}/imports", limit=1) if each["source"] == source]
    assert (feed["services"], feed["stale"]) == (2, 1)
    assert feed["longestUnseenAt"] < feed["lastSeenAt"]
    await send(api, old, source=source)
    [feed] = [each for each in await read_pages(api, f"{ROOT}/imports") if each["source"] == source]
    assert feed["stale"] == 0
    keeper = await new_client(scopes="advisers:read advisers:write")
    assert (await keeper.get(f"{ROOT}/imports")).status_code == 403


texts = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=20)
records = st.fixed_dictionaries(
    {
        "id": st.uuids().map(str) | st.just("broken"),
        "name": texts | st.just(""),
        "status": st.sampled_from(["active", "inactive", "open"]),
        "organization": st.fixed_dictionaries({"id": st.uuids().map(str), "name": texts, "description": texts}),
    },
    optional={"description": texts, "minimum_age": st.integers(0, 100), "fees": texts},
)


@given(st.lists(records, max_size=5))
def test_each_record_is_judged_by_itself(feed: list[dict[str, Any]]) -> None:
    """What is wrong with one record says nothing of another, and what is kept of one says what it said."""
    alone = [next(_read_records([each])) for each in feed]
    together = list(_read_records(feed))
    for one, other, sent in zip(alone, together, feed, strict=True):
        repeated = sum(each["id"] == sent["id"] for each in feed) > 1
        assert isinstance(one, FeedService) == isinstance(other, FeedService) or repeated
        if isinstance(one, FeedService):
            kept = build_columns(one)["record"]
            assert kept["id"] == sent["id"]
            assert kept == build_columns(FeedService.model_validate({**sent, **kept}))["record"]
            assert one.id not in {make_offer_id(one.organization.id, kind) for kind in AdviserKind}
