"""The directory in CommonGrants: valid against the protocol's own schemas, and true to the products."""

import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from rtp_finance_directory.load import make_product_id
from tests.conftest import Api
from tests.finance_directory.directory.conftest import act, draft, publish

pytestmark = pytest.mark.anyio

Json = dict[str, Any]
OPPORTUNITIES = "/v1/common-grants/opportunities"
PROTOCOL = json.loads(
    (files("rtp_finance_directory") / "reference" / "common-grants" / "opportunities-0.4.0.json").read_text("utf-8")
)


def require_valid(path: str, answer: Any) -> Json:
    """Hold an answer against the schema that the protocol has for it."""
    assert answer.status_code == 200, answer.text
    schema = PROTOCOL["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": PROTOCOL["components"]}, format_checker=FormatChecker())
    assert [error.message for error in validator.iter_errors(answer.json())] == []
    return dict(answer.json())


async def read(api: Api, product_id: object) -> Json:
    answer = await api.get(f"{OPPORTUNITIES}/{product_id}")
    return dict(require_valid("/common-grants/opportunities/{oppId}", answer)["data"])


async def listed(api: Api, **params: Any) -> Json:
    return require_valid("/common-grants/opportunities", await api.get(OPPORTUNITIES, params=params))


async def test_every_page_is_valid_and_all_are_on_one(anybody: Api) -> None:
    whole = await listed(anybody, pageSize=200)
    info = whole["paginationInfo"]
    assert info == {"page": 1, "pageSize": 200, "totalItems": len(whole["items"]), "totalPages": 1}
    pages = [await listed(anybody, page=number, pageSize=3) for number in range(1, 5)]
    ids = [item["id"] for page in pages for item in page["items"]]
    assert ids == [item["id"] for item in whole["items"]][: len(ids)]
    times = [item["lastModifiedAt"] for item in whole["items"]]
    assert times == sorted(times, reverse=True)
    for item in whole["items"]:
        assert await read(anybody, item["id"]) == item
    assert (await listed(anybody, page=1000))["items"] == []


async def test_an_opportunity_says_what_the_product_says(funder: Api, anybody: Api) -> None:
    product = await publish(
        funder,
        name="Kite",
        conditions="For libraries.",
        minAmountPence=1_000_05,
        maxAmountPence=None,
        legalForms=["charity"],
        completeLists=["legal-forms"],
        matchFundingPercent=25,
        windows=[
            {"opensOn": "2020-01-01", "closesOn": "2020-02-01"},
            {"opensOn": "2098-01-01", "closesOn": "2098-02-01"},
            {"opensOn": "2099-01-01", "closesOn": "2099-02-01"},
        ],
    )
    said = await read(anybody, product["id"])
    assert (said["title"], said["status"]) == ("Kite", {"value": "forecasted"})
    assert said["description"].startswith("For libraries.\n\n")
    assert "not an offer" in said["description"]
    assert said["funding"] == {"minAwardAmount": {"amount": "1000.05", "currency": "GBP"}}
    assert said["acceptedApplicantTypes"] == [
        {"value": "custom", "customValue": "charity", "description": "A legal form"}
    ]
    assert said["keyDates"]["postDate"]["date"] == "2098-01-01"
    assert said["keyDates"]["closeDate"]["date"] == "2098-02-01"
    assert said["keyDates"]["otherDates"]["window2"]["startDate"] == "2099-01-01"
    assert said["customFields"]["matchFundingPercent"]["value"] == 25
    assert said["customFields"]["illustrative"]["value"] is True
    assert said["source"] == f"http://rtp.test/v1/products/{product['id']}"


async def test_states_are_those_of_the_day(funder: Api, anybody: Api) -> None:
    for window, status, state in (
        (None, "open", "open"),
        ({"opensOn": "2020-01-01"}, "open", "open"),
        ({"opensOn": "2020-01-01", "closesOn": "2020-02-01"}, "open", "closed"),
        ({"opensOn": "2099-01-01"}, "open", "forecasted"),
        (None, "closed", "closed"),
        (None, "check", "custom"),
    ):
        product = await publish(funder, windows=[window] if window else [], status=status)
        assert (await read(anybody, product["id"]))["status"]["value"] == state


async def test_what_is_no_opportunity_is_not_there(funder: Api, anybody: Api) -> None:
    hidden = await draft(funder, name="Hidden")
    gone = await act(funder, await publish(funder, name="Gone"), "withdraw")
    loan = make_product_id("charity-bank-loan")
    wholesale = await publish(funder, name="Wholesale", direct=False)
    for product_id in (hidden["id"], gone["id"], loan, wholesale["id"]):
        answer = await funder.get(f"{OPPORTUNITIES}/{product_id}")
        assert answer.status_code == 404
        schema = {"$ref": "#/components/schemas/CommonGrants.Responses.Error", "components": PROTOCOL["components"]}
        assert list(Draft202012Validator(schema).iter_errors(answer.json())) == []
    ids = {item["id"] for item in (await listed(funder, pageSize=200))["items"]}
    assert ids.isdisjoint({hidden["id"], gone["id"], str(loan), wholesale["id"]})


async def test_a_page_that_there_cannot_be_is_refused(anybody: Api) -> None:
    for params in ({"page": 0}, {"pageSize": 0}, {"pageSize": 201}, {"size": 1}):
        assert (await anybody.get(OPPORTUNITIES, params=params)).status_code == 422


SEARCH = "/common-grants/opportunities/search"


async def search(api: Api, **asked: Any) -> Json:
    answer = await api.post(f"{OPPORTUNITIES}/search", json=asked)
    assert answer.status_code == 200, answer.text
    schema = PROTOCOL["paths"][SEARCH]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": PROTOCOL["components"]}, format_checker=FormatChecker())
    assert [error.message for error in validator.iter_errors(answer.json())] == []
    return dict(answer.json())


def money(least: str, most: str, currency: str = "GBP") -> Json:
    return {"min": {"amount": least, "currency": currency}, "max": {"amount": most, "currency": currency}}


async def test_a_search_without_anything_is_the_list(anybody: Api) -> None:
    found, whole = await search(anybody, pagination={"pageSize": 200}), await listed(anybody, pageSize=200)
    assert sorted(found["items"], key=lambda each: each["id"]) == sorted(whole["items"], key=lambda each: each["id"])
    assert found["paginationInfo"] == whole["paginationInfo"]
    assert found["sortInfo"] == {"sortBy": "lastModifiedAt", "sortOrder": "desc"}
    assert found["filterInfo"] == {"filters": {}}
    pages = [await search(anybody, pagination={"page": number, "pageSize": 2}) for number in (1, 2)]
    assert [each["id"] for page in pages for each in page["items"]] == [each["id"] for each in found["items"][:4]]


async def test_a_search_finds_what_says_the_value(funder: Api, anybody: Api) -> None:
    open_one = await publish(funder, name="Osprey open", minAmountPence=1_000_00, maxAmountPence=5_000_00,
                             windows=[{"opensOn": "2020-01-01", "closesOn": "2098-02-01"}])  # fmt: skip
    silent = await publish(funder, name="Osprey silent")
    coming = await publish(funder, name="Osprey coming", maxAmountPence=9_000_00,
                           windows=[{"opensOn": "2098-01-01", "closesOn": "2098-03-01"}])  # fmt: skip
    ids = {open_one["id"]: "open", silent["id"]: "silent", coming["id"]: "coming"}
    days = {"min": "2098-01-15", "max": "2098-02-15T00:00:00Z"}
    for filters, expected in (
        ({"status": {"operator": "in", "value": ["forecasted"]}}, {"coming"}),
        ({"status": {"operator": "notIn", "value": ["forecasted"]}}, {"open", "silent"}),
        ({"closeDateRange": {"operator": "between", "value": days}}, {"open"}),
        ({"closeDateRange": {"operator": "outside", "value": days}}, {"coming"}),
        ({"maxAwardAmountRange": {"operator": "between", "value": money("5000", "5000.00")}}, {"open"}),
        ({"maxAwardAmountRange": {"operator": "outside", "value": money("0", "5000")}}, {"coming"}),
        ({"maxAwardAmountRange": {"operator": "between", "value": money("0", "99999", "USD")}}, set()),
        ({"minAwardAmountRange": {"operator": "between", "value": money("999.99", "1000")}}, {"open"}),
    ):  # fmt: skip
        found = await search(anybody, search="osprey", filters=filters)
        assert {ids[each["id"]] for each in found["items"]} == expected, filters
        assert found["filterInfo"]["filters"].keys() == filters.keys()
    for sorting, order in (
        ({"sortBy": "title"}, ["coming", "open", "silent"]),
        ({"sortBy": "title", "sortOrder": "desc"}, ["silent", "open", "coming"]),
        ({"sortBy": "keyDates.closeDate", "sortOrder": "desc"}, ["coming", "open", "silent"]),
        ({"sortBy": "funding.maxAwardAmount"}, ["open", "coming", "silent"]),
        ({"sortBy": "createdAt"}, ["open", "silent", "coming"]),
    ):
        found = await search(anybody, search="osprey", sorting=sorting)
        assert [ids[each["id"]] for each in found["items"]] == order, sorting


async def test_what_cannot_be_applied_is_named_and_the_rest_is(anybody: Api) -> None:
    given = {"totalFundingAvailableRange": {"operator": "between", "value": money("1", "2")}}
    custom = {"customFilters": {"colour": {"operator": "eq", "value": "red"}}}
    plain = await search(anybody, pagination={"pageSize": 200})
    found = await search(
        anybody, filters={**given, **custom}, sorting={"sortBy": "custom"}, pagination={"pageSize": 200}
    )
    assert found["items"] == plain["items"]
    assert [each.split(" ")[0] for each in found["filterInfo"]["errors"]] == [
        "totalFundingAvailableRange", "customFilters/colour",
    ]  # fmt: skip
    assert (found["sortInfo"]["sortBy"], len(found["sortInfo"]["errors"])) == ("lastModifiedAt", 1)
    for wrong in (
        {"filters": {"status": {"operator": "eq", "value": ["open"]}}},
        {"filters": {"closeDateRange": {"operator": "between", "value": {"min": "2026-01-01"}}}},
        {"pagination": {"pageSize": 201}},
        {"colour": "red"},
    ):
        assert (await anybody.post(f"{OPPORTUNITIES}/search", json=wrong)).status_code == 422
