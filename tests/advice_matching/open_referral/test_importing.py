"""A feed of Open Referral UK is taken in: good records kept, broken ones named by field, the same again nothing."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_advice_matching.directory.facets import AdviserKind
from rtp_advice_matching.load import make_network_id
from rtp_advice_matching.open_referral.commands import _build_columns, _read_records
from rtp_advice_matching.open_referral.offers import make_offer_id
from rtp_advice_matching.open_referral.schemas import FeedService
from tests.advice_matching.directory.profiles import MODERATOR, NETWORKS, act
from tests.advice_matching.open_referral.test_reading import ROOT, require_valid
from tests.conftest import Api, NewClient

pytestmark = pytest.mark.anyio
EXAMPLE = json.loads((Path(__file__).parent / "standard" / "example_service.json").read_text())

WRONG = {"url": "none", "email": "none", "status": "open"}
MENTORS = make_network_id("example-mentor-network")


def describe_service(**facts: Any) -> dict[str, Any]:
    """The standard's example, under an id of its own."""
    organization = {**EXAMPLE["organization"], "id": str(uuid.uuid4())}
    return {**EXAMPLE, "id": str(uuid.uuid4()), "organization": organization, **facts}


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
    assert (await send(api, describe_service(organization=organization)))["counts"] == {"added": 1}
    assert (await api.get(f"{NETWORKS}/{network_id}")).json()["name"] == "Example Adviser Network"


async def test_only_the_operator_takes_in(new_client: NewClient) -> None:
    api = await new_client()
    answer = await api.post(f"{ROOT}/imports", json={"source": "https://feed.example", "services": [{}]})
    assert answer.status_code == 403


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
            kept = _build_columns(one)["record"]
            assert kept["id"] == sent["id"]
            assert kept == _build_columns(FeedService.model_validate({**sent, **kept}))["record"]
            assert one.id not in {make_offer_id(one.organization.id, kind) for kind in AdviserKind}
