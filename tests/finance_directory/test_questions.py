"""Which facts to ask for next: that they settle what they promise, and that no other set settles more."""

import itertools
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_finance_directory import areas
from rtp_finance_directory.eligibility.facts import CaseFacts, Terms
from rtp_finance_directory.eligibility.questions import choose_questions, count_settled
from rtp_finance_directory.eligibility.rules.findings import FACTS, Answer, Ask, pack_facts
from rtp_finance_directory.eligibility.rules.rule_set import judge
from rtp_finance_directory.vocabulary import Fact, ProductStatus
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from tests.conftest import NewClient
from tests.finance_directory.test_eligibility import DAYS, GENEROUS, KENT, ON, PRODUCTS, REQUIRING, SOUTH_EAST, SPIN_OUT
from tests.finance_directory.test_eligibility import FACTS as SAID
from tests.support.problems import list_fields

FIELDS = {
    Fact.SECTOR: "sector", Fact.REGION: "region", Fact.AREA: "area", Fact.LEGAL_FORM: "legal_form",
    Fact.PURPOSES: "finance_purposes", Fact.AMOUNT: "finance_sought_pence", Fact.ANNUAL_VALUE: "annual_value_pence",
    Fact.TRADING_MONTHS: "trading_months", Fact.MATCH_FUNDING: "match_funding_percent",
}  # fmt: skip
ANSWERS: dict[Fact, st.SearchStrategy[Any]] = {
    Fact.SECTOR: st.sampled_from(Sector),
    Fact.REGION: st.sampled_from([code for code in areas.NAMES if code.startswith("E12")]),
    Fact.AREA: st.sampled_from([KENT, "E10000014"]),
    Fact.LEGAL_FORM: st.sampled_from(LegalForm),
    Fact.PURPOSES: st.lists(st.sampled_from(FinancePurpose), min_size=1, max_size=3, unique=True).map(tuple),
    Fact.AMOUNT: st.integers(1, 10**9),
    Fact.ANNUAL_VALUE: st.integers(0, 10**9),
    Fact.TRADING_MONTHS: st.integers(0, 60),
    Fact.MATCH_FUNDING: st.integers(0, 100),
}
law = settings(deadline=None)


def answer_well(terms: Terms) -> dict[Fact, Any]:
    """Answers by which no rule of the product fails, as far as one answer is enough for that."""
    return {
        Fact.SECTOR: (terms.sectors or [Sector.OTHER])[0],
        Fact.REGION: next(
            (areas.REGION_OF[each] for each in terms.areas or () if each in areas.REGION_OF),
            (terms.areas or [SOUTH_EAST])[0],
        ),
        Fact.AREA: KENT,
        Fact.LEGAL_FORM: (terms.legal_forms or [LegalForm.CHARITY])[0],
        Fact.PURPOSES: ((terms.purposes or [FinancePurpose.GROWTH])[0],),
        Fact.AMOUNT: terms.min_amount_pence or terms.max_amount_pence or 1,
        Fact.ANNUAL_VALUE: 10**13,
        Fact.TRADING_MONTHS: 12_000,
        Fact.MATCH_FUNDING: 100,
    }


@law
@given(SAID, REQUIRING, DAYS, st.data())
def test_what_is_asked_settles_the_product_whatever_is_answered(
    facts: CaseFacts, product: Terms, on: date, data: st.DataObject
) -> None:
    needs = judge(facts, product, on).needs
    answered = {FIELDS[each]: data.draw(ANSWERS[each]) for each in needs}
    after = judge(replace(facts, **answered), product, on)
    assert not after.needs
    if after.answer is Answer.FITS_IF:
        assert all(each.finding.ask is not Ask.STAFF_GROUP for each in after.found)


@law
@given(PRODUCTS, st.frozensets(st.sampled_from(FACTS)))
def test_nothing_is_asked_that_could_be_left_out(product: Terms, said: frozenset[Fact]) -> None:
    given_ = (product.min_amount_pence, product.max_amount_pence)
    amounts = sorted(each + 1 for each in given_ if each is not None)  # one to seek is at least a penny
    least, most = (amounts[0], amounts[1]) if len(amounts) > 1 else (None, amounts[0] if amounts else None)
    product = replace(
        product, status=ProductStatus.OPEN, direct=True, opened_on=None, closed_on=None, min_amount_pence=least,
        max_amount_pence=most,
    )  # fmt: skip
    well = answer_well(product)
    facts = replace(CaseFacts(), **{FIELDS[each]: well[each] for each in said})
    needs = judge(facts, product, ON).needs
    answered = replace(facts, **{FIELDS[each]: well[each] for each in needs})
    assert judge(answered, product, ON).answer is not Answer.DOES_NOT_FIT
    for left_out in needs:
        without = {FIELDS[left_out]: getattr(CaseFacts(), FIELDS[left_out])}
        assert judge(replace(answered, **without), product, ON).needs == {left_out}


@law
@given(st.lists(st.frozensets(st.sampled_from(FACTS), min_size=1, max_size=4), max_size=12))
def test_no_set_of_as_many_facts_settles_more(needs: list[frozenset[Fact]]) -> None:
    def settle(chosen: frozenset[Fact]) -> int:
        return sum(each <= chosen for each in needs)

    chosen = choose_questions(Counter(map(pack_facts, needs)))
    for each in chosen:
        sets = itertools.combinations(FACTS, len(each.facts))
        assert each.settles == settle(frozenset(each.facts)) == max(settle(frozenset(other)) for other in sets)
    assert [each.settles for each in chosen] == sorted({each.settles for each in chosen})
    assert (chosen[-1].settles if chosen else 0) == len(needs)


def test_every_set_is_counted() -> None:
    settled = count_settled({1: 1, 5: 1})
    assert (settled[0], settled[1], settled[4], settled[5], settled[-1]) == (0, 1, 0, 2, 2)


@pytest.mark.anyio
async def test_anybody_asks_and_is_asked(new_client: NewClient) -> None:
    anybody = await new_client(scopes="")
    del anybody.headers["Authorization"]
    first = (await anybody.post("/v1/eligibility", json={"sector": "adult-social-care"})).json()
    assert first["fitting"] + first["notFitting"] == len(first["products"]) == 29
    assert first["unsettled"] == first["questions"][-1]["settles"] > 0
    for product in first["products"]:
        assert product["sourceNote"]
    said = {
        "sector": "adult-social-care", "region": SOUTH_EAST, "area": KENT, "legalForm": "cic-limited-by-guarantee",
        "financePurposes": ["working-capital"], "financeSoughtPence": 5_000_000, "annualValuePence": 240_000_000,
        "tradingMonths": 0, "matchFundingPercent": 10,
    }  # fmt: skip
    asked = {fact: said[fact] for fact in first["questions"][-1]["facts"]}
    after = (await anybody.post("/v1/eligibility", json={"sector": "adult-social-care", **asked})).json()
    assert (after["unsettled"], after["questions"]) == (0, [])
    kent = next(each for each in after["products"] if each["provider"].startswith("Kent"))
    assert next(rule for rule in kent["rules"] if rule["rule"] == "area")["outcome"] == "fits"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"sector": "mining"}, "/sector"),
        ({"region": "E12000007", "area": KENT}, ""),
        ({"financeSoughtPence": 0}, "/financeSoughtPence"),
        ({"matchFundingPercent": 101}, "/matchFundingPercent"),
        ({"turnover": 1}, "/turnover"),
    ],
)
async def test_a_wrong_fact_is_named(new_client: NewClient, wrong: dict[str, Any], field: str) -> None:
    api = await new_client(scopes="")
    answer = await api.post("/v1/eligibility", json=wrong)
    assert (answer.status_code, list_fields(answer)) == (422, {field})


def test_a_product_that_is_over_asks_nothing() -> None:
    choosy = replace(GENEROUS, sectors=["libraries-and-archives"], match_funding_percent=25)
    unsaid = replace(SPIN_OUT, sector=None)
    assert judge(unsaid, choosy, ON).needs == {Fact.SECTOR, Fact.MATCH_FUNDING}
    assert judge(unsaid, replace(choosy, status=ProductStatus.CLOSED), ON).needs == frozenset()


@pytest.mark.anyio
async def test_the_answer_comes_in_pages_and_counts_everything(new_client: NewClient) -> None:
    api = await new_client(scopes="")
    said = {"sector": "adult-social-care", "region": SOUTH_EAST, "tradingMonths": 0}

    async def ask(**params: Any) -> dict[str, Any]:
        answer = await api.post("/v1/eligibility", params=params, json=said)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    whole = await ask(limit=200)
    pages: list[list[dict[str, Any]]] = []
    after: dict[str, str] = {}
    while not pages or after:
        page = await ask(limit=7, **after)
        assert {**page, "products": 0, "next": 0} == {**whole, "products": 0, "next": 0}
        pages.append(page["products"])
        after = {"after": page["next"]} if page["next"] else {}
    assert {*map(len, pages[:-1])} == {7}
    assert list(itertools.chain(*pages)) == whole["products"]
    fitting = await ask(limit=200, verdict=["fits", "fits-if"])
    assert fitting["products"] == [each for each in whole["products"] if each["verdict"] != "does-not-fit"]
    assert len(fitting["products"]) == whole["fitting"] == fitting["fitting"]
    refused = await api.post("/v1/eligibility", params={"after": "x"}, json=said)
    assert (refused.status_code, list_fields(refused)) == (422, {"after"})


@pytest.mark.anyio
async def test_what_is_not_asked_is_apart_from_what_is_not_known(new_client: NewClient) -> None:
    api = await new_client(scopes="")
    products = (await api.post("/v1/eligibility", json={})).json()["products"]
    assert {rule["outcome"] for each in products for rule in each["rules"]} == {
        "fits", "fails", "not-known", "not-applicable",
    }  # fmt: skip
    for rule in (rule for each in products for rule in each["rules"] if rule["outcome"] == "not-applicable"):
        assert (rule["ask"], rule["needs"]) == (None, [])
