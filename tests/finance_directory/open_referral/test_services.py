"""The products as services of Open Referral UK 3.0: valid against its schemas, and true to the products."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from rtp_finance_directory.load import make_funder_id, make_product_id, read_products
from rtp_finance_directory.notice import NOTICE
from rtp_finance_directory.open_referral.terms import TERMS
from tests.conftest import Api
from tests.finance_directory.directory.conftest import act, draft, publish

pytestmark = pytest.mark.anyio

Json = dict[str, Any]
BASE = "/v1/finance-open-referral"
STANDARD = Path(__file__).parents[2] / "advice_matching" / "open_referral" / "standard"
CHECKER = FormatChecker()


def require_valid(schema: str, record: Json) -> None:
    rules = json.loads((STANDARD / f"{schema}.json").read_text("utf-8"))
    assert [error.message for error in Draft202012Validator(rules, format_checker=CHECKER).iter_errors(record)] == []


async def read(api: Api, path: str, **params: Any) -> Json:
    answer = await api.get(f"{BASE}{path}", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    return dict(answer.json())


async def test_every_product_is_a_service_that_is_valid(anybody: Api) -> None:
    page = await read(anybody, "/services", per_page=200)
    assert {item["id"] for item in page["contents"]} == {str(row["id"]) for row in read_products()}
    assert (page["total_items"], page["size"], page["first_page"], page["last_page"]) == (29, 29, True, True)
    for item in page["contents"]:
        require_valid("service_list", item)
        one = await read(anybody, f"/services/{item['id']}")
        require_valid("service", one)
        assert item.items() <= one.items()
        assert NOTICE in one["description"]
    pages = [await read(anybody, "/services", per_page=7, page=number) for number in range(1, 6)]
    assert [each for part in pages for each in part["contents"]] == page["contents"]


async def test_a_service_says_what_the_product_and_its_funder_say(anybody: Api) -> None:
    wholesale = await read(anybody, f"/services/{make_product_id('better-society-capital')}")
    assert (
        wholesale["organization_id"] == wholesale["organization"]["id"] == str(make_funder_id("better-society-capital"))
    )
    assert "wholesale" in wholesale["alert"]
    kent = await read(anybody, f"/services/{make_product_id('kent-social-enterprise-loan-fund')}")
    assert [area["name"] for area in kent["service_areas"]] == ["Kent (E10000016)"]
    assert {each["taxonomy_term"]["name"] for each in kent["attributes"]} >= {"Blended"}
    home = await read(anybody, "")
    assert home["version"] == "HSDS-UK-3.0"
    assert home == await read(anybody, "/")


async def test_states_are_those_of_the_day(funder: Api, anybody: Api) -> None:
    for window, status, state in (
        (None, "open", "active"),
        ({"opensOn": "2020-01-01", "closesOn": "2020-02-01"}, "open", "inactive"),
        ({"opensOn": "2099-01-01"}, "open", "temporarily closed"),
        (None, "closed", "inactive"),
        (None, "historic", "defunct"),
        (None, "check", "active"),
    ):
        product = await publish(funder, windows=[window] if window else [], status=status)
        service = await read(anybody, f"/services/{product['id']}")
        require_valid("service", service)
        assert service["status"] == state
        assert service["assured_date"] == product["verifiedOn"]


async def test_what_is_not_published_is_not_there(funder: Api, anybody: Api) -> None:
    hidden, gone = await draft(funder), await act(funder, await publish(funder), "withdraw")
    for id_ in (hidden["id"], gone["id"], uuid.uuid4()):
        for path in ("services", "service_at_locations", "taxonomies", "taxonomy_terms"):
            assert (await funder.get(f"{BASE}/{path}/{id_}")).status_code == 404
    listed = {item["id"] for item in (await read(anybody, "/services", per_page=200))["contents"]}
    assert listed.isdisjoint({hidden["id"], gone["id"]})


async def test_services_are_found_by_words_and_terms(anybody: Api) -> None:
    equity = TERMS["kinds"]["equity"]
    for params, names in (
        ({"search": "reach fund"}, {"Reach Fund"}),
        ({"taxonomy_term_id": equity["id"]}, {"Equity and quasi-equity"}),
        ({"taxonomy_term_id": str(uuid.uuid4())}, set()),
        ({"taxonomy_id": str(uuid.uuid4())}, set()),
        ({"minimum_age": 3}, set()),
        ({"day": "MO"}, set()),
    ):
        found = await read(anybody, "/services", **params)
        assert {item["name"] for item in found["contents"]} == names, params
        assert found["empty"] is not bool(names)
    of_kinds = await read(anybody, "/services", taxonomy_id=equity["taxonomy_id"])
    assert of_kinds["total_items"] == sum(bool(row["kinds"]) for row in read_products())


async def test_the_lists_are_taxonomies(anybody: Api) -> None:
    taxonomies = (await read(anybody, "/taxonomies"))["contents"]
    assert len(taxonomies) == len(TERMS)
    for each in taxonomies:
        terms = (await read(anybody, f"/taxonomies/{each['id']}"))["taxonomy_terms"]
        assert {term["taxonomy_id"] for term in terms} == {each["id"]}
        assert await read(anybody, f"/taxonomy_terms/{terms[0]['id']}") == terms[0]
        require_valid("taxonomy_term", terms[0])
    assert (await read(anybody, "/taxonomy_terms"))["total_items"] == sum(map(len, TERMS.values()))
    assert (await read(anybody, "/service_at_locations"))["empty"] is True
