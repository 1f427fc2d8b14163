"""Grants over HTTP: filters, words, facets, who gives how much, and what is shown of persons."""

import uuid
from typing import Any

import pytest

from rtp_finance_directory.grants.standard.rows import make_grant_id
from rtp_shared.paging import encode_cursor
from tests.conftest import Api
from tests.finance_directory.grants.conftest import FUNDER

pytestmark = pytest.mark.anyio


async def get(api: Api, path: str, *params: tuple[str, Any]) -> Any:
    answer = await api.get(path, params=[("funder", FUNDER), *params])
    assert answer.status_code == 200, answer.text
    return answer.json()


async def list_all(api: Api, *params: tuple[str, Any]) -> list[Any]:
    items: list[Any] = []
    after: list[tuple[str, Any]] = []
    while True:
        page = await get(api, "/v1/grants", ("limit", 100), *params, *after)
        items += page["items"]
        if page.get("next") is None:
            return items
        after = [("after", page["next"])]


async def test_everybody_lists_all_grants_from_the_newest_on_and_none_twice(anybody: Api) -> None:
    items = await list_all(anybody)
    assert len({item["id"] for item in items}) == len(items) == 475
    days = [item["awardedOn"] for item in items]
    assert days == sorted(days, reverse=True)


async def test_a_grant_is_read_with_its_document_and_credit(anybody: Api, real_grants: list[Any]) -> None:
    grant_id = make_grant_id("360G-ALWF-1978")
    answer = await anybody.get(f"/v1/grants/{grant_id}")
    grant = answer.json()
    assert grant["document"] == real_grants[0]
    assert "360Giving" in grant["credit"]
    assert (await anybody.get(f"/v1/grants/{uuid.uuid4()}")).status_code == 404


@pytest.mark.parametrize(
    ("params", "holds"),
    [
        ([("leastPence", 5_000_000)], lambda grant: grant["amountPence"] >= 5_000_000),
        ([("mostPence", 500_000)], lambda grant: grant["amountPence"] <= 500_000),
        ([("awardedFrom", "2019-01-01")], lambda grant: grant["awardedOn"] >= "2019-01-01"),
        ([("awardedUntil", "2015-12-31")], lambda grant: grant["awardedOn"] <= "2015-12-31"),
        ([("region", "K02000001"), ("region", "E12000007")], lambda g: {"K02000001", "E12000007"} & set(g["regions"])),
        ([("recipientScheme", "GB-EDU")], lambda grant: grant["recipientId"].startswith("GB-EDU-")),
        ([("recipient", "GB-EDU-133843")], lambda grant: grant["recipientId"] == "GB-EDU-133843"),
    ],
)
async def test_each_filter_leaves_exactly_what_it_says(anybody: Api, params: list[Any], holds: Any) -> None:
    wanted = {grant["id"] for grant in await list_all(anybody) if holds(grant)}
    assert 0 < len(wanted) < 475
    assert {grant["id"] for grant in await list_all(anybody, *params)} == wanted


async def test_words_find_the_best_match_first_and_page_by_page(anybody: Api) -> None:
    found = await list_all(anybody, ("q", "youth orchestra"))
    assert "orchestra" in (found[0]["title"] + found[0]["recipientName"]).lower()
    assert all("orchest" in " ".join(map(str, grant.values())).lower() for grant in found)
    paged: list[Any] = []
    after: list[tuple[str, Any]] = []
    while True:
        page = await get(anybody, "/v1/grants", ("q", "youth orchestra"), ("limit", 2), *after)
        paged += page["items"]
        if page.get("next") is None:
            break
        after = [("after", page["next"])]
    assert [grant["id"] for grant in paged] == [grant["id"] for grant in found]


async def test_facets_count_what_the_list_holds(anybody: Api) -> None:
    page = await get(anybody, "/v1/grants", ("q", "music"), ("facets", "true"))
    found = await list_all(anybody, ("q", "music"))
    facets = page["facets"]
    assert facets["counted"] == len(found)
    assert facets["complete"]
    assert [(funder["code"], funder["count"]) for funder in facets["funders"]] == [(FUNDER, len(found))]
    years = {year["code"]: year["count"] for year in facets["years"]}
    assert years == {
        year: sum(grant["awardedOn"].startswith(year) for grant in found)
        for year in {grant["awardedOn"][:4] for grant in found}
    }
    for region in facets["regions"]:
        assert region["count"] == sum(region["code"] in grant["regions"] for grant in found)


async def test_who_gives_how_much_how_often_and_where(anybody: Api) -> None:
    amounts = sorted(grant["amountPence"] for grant in await list_all(anybody))
    statistics = await get(anybody, "/v1/grant-statistics")
    overall = statistics["overall"]
    assert (overall["count"], overall["totalPence"]) == (475, sum(amounts))
    assert (overall["leastPence"], overall["medianPence"], overall["mostPence"]) == (
        amounts[0], amounts[237], amounts[-1],
    )  # fmt: skip
    assert sum(year["count"] for year in statistics["years"]) == 475
    assert statistics["complete"]
    givers = await get(anybody, "/v1/grant-givers", ("recipientScheme", "GB-CHC"))
    [giver] = givers["items"]
    assert giver["funderId"] == FUNDER
    assert giver["count"] == givers["counted"] == len(await list_all(anybody, ("recipientScheme", "GB-CHC")))
    assert giver["recipients"] <= giver["count"]


async def test_where_nothing_matches_the_answers_are_empty(anybody: Api) -> None:
    nothing = ("q", "xyzzyplugh")
    assert (await get(anybody, "/v1/grants", nothing, ("facets", "true")))["facets"]["counted"] == 0
    assert (await get(anybody, "/v1/grant-statistics", nothing))["overall"] is None
    assert (await get(anybody, "/v1/grant-givers", nothing))["items"] == []
    assert (await get(anybody, "/v1/grant-statistics", ("currency", "EUR")))["counted"] == 0


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"region": "E12000099"}, "region"),
        ({"recipientScheme": "GB COH"}, "recipientScheme"),
        ({"leastPence": 2, "mostPence": 1}, "leastPence"),
        ({"awardedFrom": "2021-01-02", "awardedUntil": "2021-01-01"}, "awardedFrom"),
        ({"after": "x"}, "after"),
        ({"after": encode_cursor(10**30, uuid.UUID(int=1))}, "after"),
        ({"after": encode_cursor("2020-01-01", uuid.UUID(int=1))}, "after"),
        ({"q": "a\0"}, "q"),
    ],
)
async def test_a_filter_that_makes_no_sense_is_named(anybody: Api, params: dict[str, Any], field: str) -> None:
    answer = await anybody.get("/v1/grants", params=params)
    assert answer.status_code == 422, answer.text
    assert field in str(answer.json()["errors"])


async def test_words_of_any_kind_are_no_error(anybody: Api) -> None:
    for words in ('"', "a & | ! <-> b:*", "the", "-music", "(((", "' or 1=1", "ﬀ", "x" * 200):
        assert (await anybody.get("/v1/grants", params={"q": words, "facets": "true"})).status_code == 200, words
