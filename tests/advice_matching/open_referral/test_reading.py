"""The directory in Open Referral UK 3.0: for everybody, from every page, valid against the standard's own schemas."""

import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from rtp_advice_matching.load import make_network_id
from rtp_advice_matching.open_referral.offers import make_offer_id
from rtp_advice_matching.open_referral.taxonomies import TERMS, make_id
from rtp_embedded.platform import Platform
from tests.advice_matching.directory.profiles import act, add_person, record_network
from tests.conftest import PUBLIC_URL, Api, NewClient

pytestmark = pytest.mark.anyio
ROOT = "/v1/open-referral"
NOTHING = uuid.UUID(int=7)
STANDARD = Path(__file__).parent / "standard"
MENTORS = str(make_offer_id(make_network_id("example-mentor-network"), "mentor"))


@pytest.fixture
async def anybody(platform: Platform) -> AsyncIterator[Api]:
    async with Api(transport=httpx.ASGITransport(platform.app), base_url=PUBLIC_URL) as api:
        yield api


def require_valid(record: Any, schema: str) -> None:
    validator = Draft202012Validator(
        json.loads((STANDARD / f"{schema}.json").read_text()), format_checker=FormatChecker()
    )
    assert [error.message for error in validator.iter_errors(record)] == []
    assert find_empty(record) == []


def find_empty(record: Any, at: str = "") -> list[str]:
    if isinstance(record, dict):
        return [found for name, value in record.items() for found in find_empty(value, f"{at}/{name}")]
    if isinstance(record, list) and record:
        return [found for each in record for found in find_empty(each, at)]
    return [at] if record in (None, "", []) else []


async def read(api: Api, path: str = "", **asked: Any) -> Any:
    answer = await api.get(f"{ROOT}{path}", params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.json()


async def read_all(api: Api, path: str, **asked: Any) -> list[Any]:
    found: list[Any] = []
    page, last = 0, False
    while not last:
        page += 1
        answer = await read(api, path, page=page, per_page=2, **asked)
        assert (answer["page_number"], answer["first_page"]) == (page, page == 1)
        assert answer["size"] == len(answer["contents"]) <= 2
        assert answer["empty"] == (not answer["contents"])
        found, last = found + answer["contents"], answer["last_page"]
    assert (answer["total_items"], answer["total_pages"]) == (len(found), page)
    return found


async def test_it_says_which_standard_it_speaks(platform: Platform, anybody: Api) -> None:
    home = await read(anybody)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(platform.app), base_url=PUBLIC_URL) as plain:
        assert (await plain.get(f"{ROOT}/")).json() == home
    assert home["version"] == "HSDS-UK-3.0"
    assert (await anybody.get(home["openapi_url"])).status_code == 200


async def test_services_and_their_places_are_valid(anybody: Api) -> None:
    for path, schema in (("/services", "service"), ("/service_at_locations", "service_at_location")):
        lines = await read_all(anybody, path)
        assert len({each["id"] for each in lines}) == len(lines) >= 3
        for line in lines:
            require_valid(line, f"{schema}_list")
            require_valid(await read(anybody, f"{path}/{line['id']}"), schema)


async def test_a_service_is_the_network_s_and_names_nobody(anybody: Api) -> None:
    service = await read(anybody, f"/services/{MENTORS}")
    assert service["name"] == "Mentoring for staff groups: Example Mentor Network"
    assert service["status"] == "active"
    assert service["assured_date"] == "2026-11-30"
    assert {each["name"] for each in service["service_areas"]} >= {"London (E12000007)"}
    terms = {each["taxonomy_term"]["name"] for each in service["attributes"]}
    assert {"Governance", "Libraries and archives"} <= terms
    assert "Hazel" not in json.dumps(service)
    assert "contacts" not in service


async def test_taxonomies_and_terms_belong_together(anybody: Api) -> None:
    taxonomies, terms = await read_all(anybody, "/taxonomies"), await read_all(anybody, "/taxonomy_terms")
    for each in terms:
        require_valid(each, "taxonomy_term")
        assert await read(anybody, f"/taxonomy_terms/{each['id']}") == each
    whole = [await read(anybody, f"/taxonomies/{each['id']}") for each in taxonomies]
    ours = [term for each in whole for term in each["taxonomy_terms"]]
    assert terms[: len(ours)] == ours, "those of feeds come after"
    assert all({"id", "name", "description"} <= each.keys() for each in whole)


async def test_filters(anybody: Api) -> None:
    by_term = await read_all(anybody, "/services", taxonomy_term_id=TERMS["sectors"]["libraries-and-archives"]["id"])
    assert MENTORS in {each["id"] for each in by_term}
    assert await read_all(anybody, "/services", taxonomy_term_id=str(uuid.uuid4())) == []
    on_topics = await read_all(anybody, "/services", taxonomy_id=str(make_id("taxonomy", "topics")))
    assert MENTORS in {each["id"] for each in on_topics}
    assert [each["id"] for each in await read_all(anybody, "/services", search="mentoring example")] == [MENTORS]
    for nothing in ({"minimum_age": 18}, {"day": "MO"}, {"start_time": "09:00"}):
        assert await read_all(anybody, "/services", search="example network", **nothing) == []
    assert await read_all(anybody, "/service_at_locations", postcode="NW1 2DB", proximity=500) == []


@pytest.mark.parametrize(
    ("path", "status"),
    [("/services/no-uuid", 422), (f"/services/{NOTHING}", 404), ("/services?page=0", 422), ("/nothing", 404),
     ("/services", 401), ("/services?colour=red", 422), (f"/taxonomies/{NOTHING}", 404)],
)  # fmt: skip
async def test_every_refusal_is_open_to_browsers_too(anybody: Api, path: str, status: int) -> None:
    answer = await anybody.get(f"{ROOT}{path}", headers={"Authorization": "Bearer old"} if status == 401 else {})
    assert answer.status_code == status, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == "application/problem+json"
    assert "access-control-allow-origin" not in (await anybody.get("/v1/open-referrals")).headers


async def test_only_what_is_published_is_served(anybody: Api, new_client: NewClient) -> None:
    api = await record_network(new_client)
    service = f"{ROOT}/services/{make_offer_id(api.organisation, 'mentor')}"
    person = await add_person(api, published=False)
    assert (await anybody.get(service)).status_code == 404
    assert (await act(api, person, "publish")).status_code == 200
    assert (await anybody.get(service)).json()["cost_options"][0]["amount"] == 400
    assert (await act(api, person, "withdraw")).status_code == 200
    assert (await anybody.get(service)).status_code == 404
