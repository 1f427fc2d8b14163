"""The directory of products: what is loaded, what is said of it, and how it is searched."""

import uuid
from typing import Any

import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_finance_directory import areas
from rtp_finance_directory.load import load_reference_data, make_product_id, read_products
from rtp_finance_directory.vocabulary import Certainty, ListFacet, ProductKind, ProductStatus, RateBasis
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from tests.conftest import Api, NewClient
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

ALL = [("status", status.value) for status in ProductStatus]
SLUGS = {str(make_product_id(row["slug"])): row["slug"] for row in read_products()}


@pytest.fixture
async def anybody(new_client: NewClient) -> Api:
    api = await new_client(scopes="")
    del api.headers["Authorization"]
    return api


async def found(api: Api, *params: tuple[str, Any]) -> set[str]:
    answer = await api.get("/v1/products", params=[("limit", "200"), *params])
    assert answer.status_code == 200, answer.text
    assert answer.json()["next"] is None
    return {SLUGS[item["id"]] for item in answer.json()["items"]}


def test_the_file_keeps_to_the_closed_lists_and_to_sense() -> None:
    rows = read_products()
    assert len(rows) == len({row["slug"] for row in rows}) == 29
    for row in rows:
        assert set(row["kinds"]) <= set(ProductKind), row["slug"]
        assert row["status"] in set(ProductStatus)
        assert row["certainty"] in set(Certainty)
        assert row["rate_basis"] is None or row["rate_basis"] in set(RateBasis)
        assert set(row["areas"] or ()) <= set(areas.NAMES)
        assert set(row["sectors"] or ()) <= set(Sector)
        assert set(row["legal_forms"] or ()) <= set(LegalForm)
        assert set(row["purposes"] or ()) <= set(FinancePurpose)
        assert set(row["complete_lists"]) <= set(ListFacet)
        assert (row["min_amount_pence"] or 0) <= (row["max_amount_pence"] or 10**13)
        assert (row["min_term_months"] or 0) <= (row["max_term_months"] or 10**4)
        assert all(0 <= (row[name] or 0) <= 100 for name in ("match_funding_percent", "grant_element_percent"))
        assert row["verified_on"] is None, "say who checked it with the provider, and when, before you change this"


def test_the_file_knows_no_field_that_the_table_does_not() -> None:
    assert len({frozenset(row) for row in read_products()}) == 1


async def test_loading_again_changes_nothing_and_a_changed_row_gets_a_new_version(platform: Platform) -> None:
    finance = platform.runtimes["finance-directory"]
    one = make_product_id("charity-bank-loan")
    read = text("SELECT id, version, xmin::text FROM products ORDER BY id")
    async with open_as(finance, "operator") as session:
        assert await load_reference_data(session) == "29 finance products of 22 funders"
    async with open_as(finance, "operator") as session:
        before = (await session.execute(read)).all()
        assert await load_reference_data(session) == "29 finance products of 22 funders"
        assert (await session.execute(read)).all() == before
        await session.execute(text("UPDATE products SET max_amount_pence = NULL WHERE id = :id"), {"id": one})
        await load_reference_data(session)
        row = (
            await session.execute(text("SELECT version, max_amount_pence FROM products WHERE id = :id"), {"id": one})
        ).one()
        assert tuple(row) == ({r.id: r.version for r in before}[one] + 1, 750_000_000)
        await session.rollback()


async def test_a_product_is_information_and_never_an_offer(anybody: Api) -> None:
    page = (await anybody.get("/v1/products")).json()
    one = (await anybody.get(f"/v1/products/{make_product_id('caf-bank-secured-loan')}")).json()
    assert page["illustrative"] is one["illustrative"] is True
    assert all(item["illustrative"] is True for item in page["items"])
    assert "not an offer" in page["notice"]
    assert one["notice"] == page["notice"]


async def test_a_product_says_what_is_known_and_null_for_what_is_not(anybody: Api) -> None:
    answer = await anybody.get(f"/v1/products/{make_product_id('caf-bank-secured-loan')}")
    one = answer.json()
    assert one["provider"] == "CAF Bank"
    assert one["minAmountPence"] == 5_000_000
    assert one["maxAmountPence"] == 500_000_000
    assert one["minTradingMonths"] == 36
    assert one["legalForms"] == ["charity"]
    assert one["completeLists"] == ["legal-forms"]
    assert one["sectors"] == []
    assert one["minTurnoverPence"] is None
    assert one["areas"] is None
    assert one["verifiedOn"] is None
    assert one["sourceYear"] == 2014
    again = await anybody.get(answer.request.url.path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_an_unknown_product_is_a_problem(anybody: Api) -> None:
    answer = await anybody.get(f"/v1/products/{uuid.uuid4()}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith("/problems/no-such-product")


async def test_what_is_over_is_left_out_unless_it_is_asked_for(anybody: Api) -> None:
    default = await found(anybody)
    assert await found(anybody, *ALL) == set(SLUGS.values())
    assert default == {row["slug"] for row in read_products() if row["status"] in ("open", "check")}
    assert await found(anybody, ("status", "historic"), ("status", "closed")) == set(SLUGS.values()) - default


async def test_what_is_past_its_closing_date_is_left_out(platform: Platform, anybody: Api) -> None:
    change = text("UPDATE products SET closed_on = CAST(:day AS text)::date WHERE slug = 'key-fund-loan'")
    finance = platform.runtimes["finance-directory"]
    try:
        async with open_as(finance, "operator") as session:
            await session.execute(change, {"day": "2020-01-01"})
        assert "key-fund-loan" not in await found(anybody)
        assert "key-fund-loan" in await found(anybody, ("status", "open"))
    finally:
        async with open_as(finance, "operator") as session:
            await session.execute(change, {"day": None})
    assert "key-fund-loan" in await found(anybody)


async def test_the_directory_is_searched_by_its_facets(anybody: Api) -> None:
    assert await found(anybody, ("q", "CAF")) == {"caf-bank-secured-loan", "caf-venturesome-loan"}
    assert await found(anybody, ("q", "reach FUND")) == {"access-reach-fund"}
    assert await found(anybody, ("q", "%")) == set()
    assert await found(anybody, ("kind", "equity")) == {"growth-impact-fund"}
    assert await found(anybody, ("direct", "false")) == {"better-society-capital", "access-foundation-endowment"}
    grants = await found(anybody, ("kind", "grant"), *ALL)
    assert {"access-reach-fund", "unltd-award", "dh-seif"} <= grants
    assert "caf-bank-secured-loan" not in grants


async def test_a_filter_takes_away_only_what_is_known_not_to_fit(anybody: Api) -> None:
    south_west = await found(anybody, ("region", "E12000009"), *ALL)
    assert "resonance-health-wellbeing-south-west" in south_west
    assert "charity-bank-loan" in south_west, "serves the UK"
    assert "sib-thrive-together" in south_west, "serves England"
    assert "caf-bank-secured-loan" in south_west, "does not say"
    assert "key-fund-northern-impact" not in south_west
    assert "kent-social-enterprise-loan-fund" not in south_west
    assert "kent-social-enterprise-loan-fund" in await found(anybody, ("region", "E12000008"))

    partnership = await found(anybody, ("legalForm", "limited-liability-partnership"))
    assert "coop-loan-fund" not in partnership
    assert "charity-bank-loan" in partnership, "its list is not complete"
    assert "coop-loan-fund" in await found(anybody, ("legalForm", "cooperative-society"))

    assert "big-issue-invest-debt-fund-iv" in await found(anybody, ("sector", "libraries-and-archives"))
    assert "sib-icrf" not in await found(anybody, ("purpose", "asset"), *ALL)
    assert "sib-icrf" in await found(anybody, ("purpose", "contract-readiness"), *ALL)


async def test_an_amount_is_inside_the_range_at_both_ends(anybody: Api) -> None:
    for pence, inside in ((999_999, False), (1_000_000, True), (8_500_000, True), (8_500_001, False)):
        assert ("coop-loan-fund" in await found(anybody, ("amountPence", pence))) is inside
    assert "better-society-capital" in await found(anybody, ("amountPence", 10**13)), "does not say"


async def test_pages_follow_the_providers_names_without_gaps(anybody: Api) -> None:
    seen: list[tuple[str, str]] = []
    after: str | None = None
    while True:
        params: list[tuple[str, Any]] = [("limit", "3"), *ALL, *([("after", after)] if after else [])]
        page = (await anybody.get("/v1/products", params=params)).json()
        seen += [(item["provider"].lower(), item["id"]) for item in page["items"]]
        if (after := page["next"]) is None:
            break
    assert len(seen) == len(set(seen)) == 29
    whole = (await anybody.get("/v1/products", params=[("limit", "200"), *ALL])).json()["items"]
    assert seen == [(item["provider"].lower(), item["id"]) for item in whole]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("q", "a\x00b"),
        ("q", "a" * 201),
        ("kind", "gift"),
        ("sector", "weapons"),
        ("purpose", "x"),
        ("legalForm", "x"),
        ("region", "E12000010"),
        ("region", "E12\x00"),
        ("status", "gone"),
        ("direct", "maybe"),
        ("amountPence", "-1"),
        ("amountPence", str(10**13 + 1)),
        ("amountPence", "9" * 400),
        ("amountPence", "1.5"),
        ("limit", "0"),
        ("limit", "201"),
        ("after", "x"),
        ("after", "WyJhIl0"),
        ("after", "WyJhXHUwMDAwIiwiMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwIl0"),
    ],
)
async def test_a_filter_that_is_not_right_is_refused(anybody: Api, name: str, value: str) -> None:
    answer = await anybody.get("/v1/products", params={name: value})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_id_that_is_none_is_refused(anybody: Api) -> None:
    answer = await anybody.get("/v1/products/charity-bank-loan")
    assert answer.status_code == 422
