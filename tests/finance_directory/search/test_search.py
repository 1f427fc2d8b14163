"""The search: what is found, in which order, why, and how many there are of each."""

import itertools
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from rtp_embedded.platform import Platform
from rtp_finance_directory.areas import REGIONS
from rtp_finance_directory.directory.models import Product
from rtp_finance_directory.directory.windows import ApplicationWindow
from rtp_finance_directory.load import make_product_id
from rtp_finance_directory.search.criteria import ProductCriteria, build_conditions
from rtp_finance_directory.search.days import get_next_closing, takes_applications_on
from rtp_finance_directory.search.highlights import BEGIN, END, cut_pieces
from rtp_finance_directory.search.queries import SearchOrder, search_products
from rtp_finance_directory.vocabulary import ProductKind, ProductStatus
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from tests.conftest import Api
from tests.finance_directory.directory.conftest import publish
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

TODAY = date(2026, 11, 30)
Json = dict[str, Any]


async def search(api: Api, *params: tuple[str, Any]) -> Json:
    answer = await api.get("/v1/products/search", params=[("limit", "200"), *params])
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def names(api: Api, *params: tuple[str, Any]) -> list[str]:
    return [item["name"] for item in (await search(api, *params))["items"]]


async def test_words_are_found_in_any_form_and_names_weigh_most(funder: Api, anybody: Api) -> None:
    await publish(funder, name="Orchards", conditions="For keepers of zebras who plant trees.")
    await publish(funder, name="Zebra lending", conditions="For everybody.")
    assert await names(anybody, ("q", "zebra")) == ["Zebra lending", "Orchards"]
    assert await names(anybody, ("q", '"planting trees" zebra')) == ["Orchards"]
    assert await names(anybody, ("q", "zebra -lend")) == ["Orchards"]
    assert await names(anybody, ("q", "the")) == []


async def test_a_product_is_found_by_the_words_of_its_kind(anybody: Api) -> None:
    found = (await search(anybody, ("q", "unsecured loan")))["items"]
    assert str(make_product_id("coop-loan-fund")) in {item["id"] for item in found}


async def test_highlights_are_pieces_of_plain_text(funder: Api, anybody: Api) -> None:
    conditions = "A <b>quagga</b><script>alert(1)</script> may be kept & fed."
    await publish(funder, name="Quagga & <i>co</i>", conditions=conditions)
    [item] = (await search(anybody, ("q", "quaggas")))["items"]
    shown = {each["field"]: each["pieces"] for each in item["highlights"]}
    assert shown["name"][0] == {"text": "Quagga", "found": True}
    assert [piece["text"] for piece in shown["conditions"] if piece["found"]] == ["quagga"]
    assert "".join(piece["text"] for piece in shown["name"]) == "Quagga & <i>co</i>"


@given(st.lists(st.tuples(st.text(alphabet="ab<&"), st.text(alphabet="ab<&", min_size=1)), max_size=6), st.text("ab<"))
def test_pieces_together_are_the_text(parts: list[tuple[str, str]], rest: str) -> None:
    marked = "".join(f"{plain}{BEGIN}{word}{END}" for plain, word in parts) + rest
    pieces = cut_pieces(marked)
    assert "".join(piece.text for piece in pieces) == marked.replace(BEGIN, "").replace(END, "")
    assert [piece.text for piece in pieces if piece.found] == [word for _, word in parts]


async def test_what_no_text_may_hold_cannot_be_sent(funder: Api, anybody: Api) -> None:
    answer = await anybody.get("/v1/products/search", params={"q": "a\x01b"})
    assert answer.status_code == 422


@pytest.mark.parametrize("sort", SearchOrder)
async def test_pages_hold_every_product_once_in_order(sort: SearchOrder, funder: Api, anybody: Api) -> None:
    for number in range(5):
        days = TODAY + timedelta(days=30 + number // 2)
        window = {"opensOn": "2026-01-01", "closesOn": days.isoformat()}
        await publish(funder, name=f"Okapi {number // 2}", windows=[window] if number else [])
    query = [("q", "okapi"), ("sort", sort.value)]
    whole = [item["id"] for item in (await search(anybody, *query))["items"]]
    assert len(whole) == len(set(whole)) == 5
    paged, after = [], None
    for _ in itertools.count():
        params: list[tuple[str, Any]] = [*query, ("limit", "2"), *([("after", after)] if after else [])]
        answer = (await anybody.get("/v1/products/search", params=params)).json()
        paged += [item["id"] for item in answer["items"]]
        after = answer["next"]
        if after is None:
            break
    assert paged == whole


async def test_the_soonest_closing_comes_first_and_what_is_not_known_last(funder: Api, anybody: Api) -> None:
    await publish(funder, name="Bongo 1")
    await publish(funder, name="Bongo 2", windows=[{"opensOn": "2026-01-01", "closesOn": "2099-03-01"}])
    await publish(funder, name="Bongo 3", windows=[{"opensOn": "2026-01-01", "closesOn": "2099-02-01"}])
    query = ("q", "bongo")
    assert await names(anybody, query, ("sort", "closing")) == ["Bongo 3", "Bongo 2", "Bongo 1"]
    assert await names(anybody, query, ("closesUntil", "2099-02-15"), ("sort", "name")) == ["Bongo 1", "Bongo 3"]
    assert await names(anybody, query, ("closesUntil", "2099-02-15"), ("dated", "true")) == ["Bongo 3"]
    assert await names(anybody, query, ("closesFrom", "2099-02-15"), ("sort", "name")) == ["Bongo 1", "Bongo 2"]
    assert await names(anybody, query, ("openOn", "2099-02-15"), ("sort", "name")) == ["Bongo 1", "Bongo 2"]


async def test_bad_searches_name_the_parameter(anybody: Api) -> None:
    for query, field in (
        ({"sort": "relevance"}, "sort"),
        ({"closesFrom": "2026-12-02", "closesUntil": "2026-12-01"}, "closesFrom"),
        ({"leastPence": 2, "mostPence": 1}, "leastPence"),
        ({"region": "E92000001"}, "region"),
        ({"colour": "blue"}, "colour"),
        ({"after": "bm9uc2Vuc2U"}, "after"),
    ):
        answer = await anybody.get("/v1/products/search", params=query)
        assert answer.status_code == 422, (query, answer.text)
        assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_a_cursor_of_another_order_is_refused(funder: Api, anybody: Api) -> None:
    first = (await anybody.get("/v1/products/search", params={"limit": 1})).json()["next"]
    answer = await anybody.get("/v1/products/search", params={"limit": 1, "sort": "closing", "after": first})
    assert answer.status_code == 422


async def test_drafts_and_what_was_taken_off_are_not_found(funder: Api, anybody: Api) -> None:
    product = await publish(funder, name="Dodo")
    assert await names(anybody, ("q", "dodo")) == await names(funder, ("q", "dodo")) == ["Dodo"]
    headers = {"If-Match": f'"{product["version"]}"'}
    await funder.post(f"/v1/products/{product['id']}/actions/suspend", headers=headers)
    assert await names(anybody, ("q", "dodo")) == await names(funder, ("q", "dodo")) == []


CRITERIA = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(ProductKind),
        "status": st.sampled_from(ProductStatus),
        "sector": st.sampled_from(Sector),
        "legalForm": st.sampled_from(LegalForm),
        "purpose": st.sampled_from(FinancePurpose),
        "region": st.sampled_from(REGIONS),
        "q": st.sampled_from(["loan", "grant or fund", "charity"]),
        "amountPence": st.integers(0, 10**9),
    },
)
FACETS = {
    "kind": ProductKind, "status": ProductStatus, "sector": Sector, "legalForm": LegalForm, "purpose": FinancePurpose,
    "region": REGIONS,
}  # fmt: skip


async def test_a_count_is_what_would_be_found_with_the_value(anybody: Api) -> None:
    """A law, over drawn searches: each is looked at with one value of each facet."""
    examples: list[tuple[Json, int]] = []

    @settings(max_examples=25)
    @given(CRITERIA, st.integers(0, 100))
    def draw(asked: Json, number: int) -> None:
        examples.append((asked, number))

    draw()
    for asked, number in examples:
        facets = (await search(anybody, *asked.items(), ("facets", "true")))["facets"]
        assert facets["total"] == len((await search(anybody, *asked.items()))["items"])
        for facet, values in FACETS.items():
            value = list(values)[number % len(list(values))]
            found = await search(anybody, *{**asked, facet: value}.items())
            assert facets[facet][str(value)] == len(found["items"]), (asked, facet, value)


def make_windows(ends: list[int]) -> list[ApplicationWindow]:
    days = [TODAY + timedelta(days=end - 20) for end in sorted(ends)]
    return [ApplicationWindow(opensOn=a, closesOn=b) for a, b in zip(days[::2], days[1::2], strict=False)]


WINDOWS = st.lists(st.integers(0, 40), max_size=6, unique=True).map(make_windows)


async def test_days_in_sql_are_those_of_the_windows(platform: Platform) -> None:
    drawn: list[tuple[list[ApplicationWindow], date | None]] = []
    closing = st.none() | st.integers(-20, 20).map(lambda days: TODAY + timedelta(days=days))

    @settings(max_examples=40)
    @given(WINDOWS, closing)
    def draw(windows: list[ApplicationWindow], closed_on: date | None) -> None:
        drawn.append((windows, closed_on))

    draw()
    one = make_product_id("charity-bank-loan")
    query = select(get_next_closing(TODAY), takes_applications_on(TODAY)).where(Product.id == one)
    async with open_as(platform.runtimes["finance-directory"], "owner") as session:
        for windows, closed_on in drawn:
            sent = [window.model_dump(mode="json", by_alias=True, exclude_none=True) for window in windows]
            change = update(Product).where(Product.id == one)
            await session.execute(change.values(windows=sent, closed_on=closed_on))
            ends = [w.closes_on for w in windows if w.closes_on and w.closes_on >= TODAY][:1]
            ends += [closed_on] if closed_on and (ends or not windows) else []
            holds = not windows or any(window.holds(TODAY) for window in windows)
            row = (await session.execute(query)).one()
            assert row[1] == (holds and (closed_on is None or closed_on >= TODAY))
            if ends:
                assert row[0] == min(ends)
        await session.rollback()


async def test_words_are_found_by_their_index(platform: Platform) -> None:
    async with open_as(platform.runtimes["finance-directory"], "owner") as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        query = select(Product.id).where(*build_conditions(ProductCriteria(text="zebra"), today=TODAY))
        compiled = query.compile(dialect=session.get_bind().dialect, compile_kwargs={"literal_binds": True})
        plan = "\n".join((await session.scalars(text(f"EXPLAIN {compiled}".replace(":", "\\:")))).all())
    assert "ix_products_search" in plan


async def test_ranks_are_in_the_order_of_the_page(platform: Platform) -> None:
    async with open_as(platform.runtimes["finance-directory"], "owner") as session:
        found = await search_products(
            session, ProductCriteria(text="loan"), order=SearchOrder.RELEVANCE, today=TODAY, limit=5
        )
        ranks = [row.sort_key for row in found]
        assert ranks == sorted(ranks)
        assert len(ranks) == 6
