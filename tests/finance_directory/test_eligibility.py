"""The rule of eligibility: hand-worked rows of the directory, and laws that hold for every case and product."""

import random
from collections import Counter
from dataclasses import fields, replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_finance_directory import areas
from rtp_finance_directory.eligibility.catalogue import Catalogue, judge_all
from rtp_finance_directory.eligibility.facts import CaseFacts, Terms
from rtp_finance_directory.eligibility.rules.findings import Answer, Ask, Finding, Outcome, pack_facts
from rtp_finance_directory.eligibility.rules.rule_set import RULES, FoundByRule, ProductVerdict, judge
from rtp_finance_directory.load import read_products
from rtp_finance_directory.requirements.models import Requirement
from rtp_finance_directory.vocabulary import Certainty, Fact, ListFacet, ProductStatus, Rule
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from tests.finance_directory.test_expressions import REQUIREMENTS

ON = date(2026, 9, 1)
KENT, SOUTH_EAST, SOUTH_WEST, LONDON = "E10000016", "E12000008", "E12000009", "E12000007"

SPIN_OUT = CaseFacts(
    sector="adult-social-care",
    region=LONDON,
    legal_form="cic-limited-by-guarantee",
    finance_purposes=("working-capital",),
    finance_sought_pence=10_000_000,
    annual_value_pence=240_000_000,
    trading_months=0,
)
"""A new spin-out in London that seeks £100,000."""

GENEROUS = Terms(
    id=UUID(int=1),
    version=1,
    provider="A lender",
    name="A loan",
    verified_on=ON,
    status=ProductStatus.OPEN,
    direct=True,
    opened_on=None,
    closed_on=None,
    areas=["K02000001"],
    sectors=[],
    legal_forms=[],
    purposes=[],
    complete_lists=[],
    min_amount_pence=0,
    max_amount_pence=10**13,
    min_trading_months=0,
    min_turnover_pence=0,
    match_funding_percent=0,
    source_note="Made up",
    source_year=2026,
    certainty=Certainty.FOUND,
)
"""Terms that anybody meets."""

TERMS = [field.name for field in fields(Terms)]


def seeded(slug: str) -> Terms:
    row = next(row for row in read_products() if row["slug"] == slug)
    return Terms(**{name: row[name] for name in TERMS})


def find(verdict: ProductVerdict, rule: Rule) -> FoundByRule:
    return next(each for each in verdict.found if each.rule is rule)


def finding(verdict: ProductVerdict, rule: Rule) -> Finding:
    return find(verdict, rule).finding


def reason(verdict: ProductVerdict, rule: Rule) -> str:
    return verdict.word(find(verdict, rule))


def test_terms_that_anybody_meets_fit() -> None:
    verdict = judge(SPIN_OUT, GENEROUS, ON)
    assert verdict.answer is Answer.FITS
    assert verdict.first_failing is None
    assert verdict.why == "Every rule fits."
    assert reason(verdict, Rule.OPEN) == "It was open when last checked, on 1 September 2026."


@pytest.mark.parametrize(
    ("change", "rule", "words"),
    [
        ({"status": ProductStatus.CLOSED}, Rule.OPEN, "It takes no applications any more"),
        ({"status": ProductStatus.HISTORIC}, Rule.OPEN, "It takes no applications any more"),
        ({"closed_on": date(2026, 8, 31)}, Rule.OPEN, "It closed on 31 August 2026."),
        ({"opened_on": date(2026, 9, 2)}, Rule.OPEN, "It opens only on 2 September 2026."),
        ({"direct": False}, Rule.DIRECT, "It is wholesale"),
        ({"areas": [SOUTH_WEST]}, Rule.AREA, "It serves the South West only; you are in London."),
        (
            {"sectors": ["libraries-and-archives"], "complete_lists": ["sectors"]},
            Rule.SECTOR,
            "It accepts only the sector libraries and archives; yours is adult social care.",
        ),
        (
            {"legal_forms": ["charity"], "complete_lists": ["legal-forms"]},
            Rule.LEGAL_FORM,
            "It accepts only the legal form charity; yours is CIC limited by guarantee.",
        ),
        (
            {"purposes": ["buy-out"], "complete_lists": ["purposes"]},
            Rule.PURPOSE,
            "It accepts only the purpose buy-out",
        ),
        ({"min_amount_pence": 10_000_001}, Rule.AMOUNT, "It starts at £100,000.01; £100,000 is sought."),
        ({"max_amount_pence": 9_999_900}, Rule.AMOUNT, "It goes up to £99,999; £100,000 is sought"),
        (
            {"min_trading_months": 36},
            Rule.TRADING_HISTORY,
            "It asks for 3 years of own accounts. A new spin-out has none yet.",
        ),
        ({"min_turnover_pence": 240_000_001}, Rule.TURNOVER, "It asks for a turnover of £2,400,000.01"),
    ],
)
def test_a_rule_that_fails_is_named_with_its_reason(change: dict[str, Any], rule: Rule, words: str) -> None:
    verdict = judge(SPIN_OUT, replace(GENEROUS, **change), ON)
    assert verdict.answer is Answer.DOES_NOT_FIT
    assert verdict.first_failing is rule
    assert verdict.why.startswith(words)


@pytest.mark.parametrize(
    ("change", "rule", "ask"),
    [
        ({"status": ProductStatus.CHECK}, Rule.OPEN, Ask.PROVIDER),
        ({"areas": None}, Rule.AREA, Ask.PROVIDER),
        ({"sectors": None}, Rule.SECTOR, Ask.PROVIDER),
        ({"sectors": ["libraries-and-archives"]}, Rule.SECTOR, Ask.PROVIDER),
        ({"legal_forms": None}, Rule.LEGAL_FORM, Ask.PROVIDER),
        ({"purposes": None}, Rule.PURPOSE, Ask.PROVIDER),
        ({"min_amount_pence": None}, Rule.AMOUNT, Ask.PROVIDER),
        ({"max_amount_pence": None}, Rule.AMOUNT, Ask.PROVIDER),
        ({"min_trading_months": None}, Rule.TRADING_HISTORY, Ask.PROVIDER),
        ({"min_turnover_pence": None}, Rule.TURNOVER, Ask.PROVIDER),
        ({"match_funding_percent": None}, Rule.MATCH_FUNDING, Ask.PROVIDER),
        ({"match_funding_percent": 25}, Rule.MATCH_FUNDING, Ask.STAFF_GROUP),
    ],
)
def test_what_is_not_known_names_who_can_say(change: dict[str, Any], rule: Rule, ask: Ask) -> None:
    verdict = judge(SPIN_OUT, replace(GENEROUS, **change), ON)
    assert verdict.answer is Answer.FITS_IF
    assert [each.rule for each in verdict.found if each.finding.outcome is Outcome.NOT_KNOWN] == [rule]
    assert finding(verdict, rule).ask is ask
    assert "one point that is not known yet" in verdict.why


def test_the_days_of_opening_and_closing_are_inside() -> None:
    terms = replace(GENEROUS, opened_on=ON, closed_on=ON)
    assert judge(SPIN_OUT, terms, ON).answer is Answer.FITS


def test_the_ends_of_a_range_and_the_exact_minimum_are_inside() -> None:
    assert SPIN_OUT.finance_sought_pence is not None
    exact = replace(
        GENEROUS,
        min_amount_pence=SPIN_OUT.finance_sought_pence,
        max_amount_pence=SPIN_OUT.finance_sought_pence,
        min_turnover_pence=SPIN_OUT.annual_value_pence,
    )
    assert judge(SPIN_OUT, exact, ON).answer is Answer.FITS


def test_caf_bank_wants_three_years_of_accounts_and_so_excludes_a_new_spin_out() -> None:
    caf = seeded("caf-bank-secured-loan")
    charity = replace(SPIN_OUT, legal_form="charity")
    assert judge(charity, caf, ON).first_failing is Rule.TRADING_HISTORY
    assert reason(judge(charity, caf, ON), Rule.TRADING_HISTORY) == (
        "It asks for 3 years of own accounts. A new spin-out has none yet."
    )
    assert judge(SPIN_OUT, caf, ON).first_failing is Rule.LEGAL_FORM
    assert judge(replace(charity, trading_months=36), caf, ON).answer is Answer.FITS_IF
    assert judge(replace(charity, trading_months=35), caf, ON).first_failing is Rule.TRADING_HISTORY


@pytest.mark.parametrize("slug", ["better-society-capital", "access-foundation-endowment"])
def test_wholesale_money_never_goes_to_a_mutual(slug: str) -> None:
    assert judge(SPIN_OUT, seeded(slug), ON).first_failing is Rule.DIRECT


def test_the_kent_fund_serves_kent_which_is_a_part_of_the_south_east() -> None:
    kent = seeded("kent-social-enterprise-loan-fund")
    elsewhere = judge(SPIN_OUT, kent, ON)
    assert elsewhere.first_failing is Rule.AREA
    assert elsewhere.why == "It serves Kent only; you are in London."
    perhaps = finding(judge(replace(SPIN_OUT, region=SOUTH_EAST), kent, ON), Rule.AREA)
    assert (perhaps.outcome, perhaps.ask, perhaps.needs) == (Outcome.NOT_KNOWN, Ask.STAFF_GROUP, (Fact.AREA,))
    for area, outcome in ((KENT, Outcome.FITS), ("E10000014", Outcome.FAILS)):
        there = replace(SPIN_OUT, region=SOUTH_EAST, area=area)
        assert finding(judge(there, kent, ON), Rule.AREA).outcome is outcome


def test_match_funding_is_held_against_what_can_come_from_elsewhere() -> None:
    matched = replace(GENEROUS, match_funding_percent=25)
    for has, answer in ((24, Answer.DOES_NOT_FIT), (25, Answer.FITS)):
        assert judge(replace(SPIN_OUT, match_funding_percent=has), matched, ON).answer is answer


def test_the_northern_fund_serves_the_north_and_the_midlands() -> None:
    northern = replace(seeded("key-fund-northern-impact"), status=ProductStatus.OPEN)
    served = {
        region
        for region in areas.NAMES
        if region.startswith("E12")
        and finding(judge(replace(SPIN_OUT, region=region), northern, ON), Rule.AREA).outcome is Outcome.FITS
    }
    assert served == {"E12000001", "E12000002", "E12000003", "E12000004", "E12000005"}


def test_cooperative_and_community_finance_takes_a_new_spin_out_up_to_its_limit() -> None:
    ccf = seeded("ccf-loan")
    buy_out = replace(SPIN_OUT, finance_purposes=("buy-out",), finance_sought_pence=15_000_000)
    verdict = judge(buy_out, ccf, ON)
    assert verdict.answer is Answer.FITS_IF
    assert {each.rule for each in verdict.found if each.finding.outcome is Outcome.NOT_KNOWN} == {
        Rule.TURNOVER,
        Rule.MATCH_FUNDING,
    }
    assert judge(replace(buy_out, finance_sought_pence=15_000_001), ccf, ON).first_failing is Rule.AMOUNT


def test_the_cooperative_loan_fund_is_for_cooperatives_only() -> None:
    fund = seeded("coop-loan-fund")
    assert judge(SPIN_OUT, fund, ON).first_failing is Rule.LEGAL_FORM
    cooperative = replace(SPIN_OUT, legal_form="cooperative-society", finance_sought_pence=8_500_000)
    assert judge(cooperative, fund, ON).answer is Answer.FITS_IF


@pytest.mark.parametrize(
    "slug", ["dh-seif", "sib-recovery-loan-fund", "sib-icrf", "power-to-change-community-business"]
)
def test_what_is_over_says_so_first(slug: str) -> None:
    assert judge(SPIN_OUT, seeded(slug), ON).first_failing is Rule.OPEN


# The laws.

law = settings(deadline=None)  # a busy machine is not a broken law

REGIONS = [code for code in areas.NAMES if code.startswith("E12")]
WORDS = {
    "areas": list(areas.NAMES),
    "sectors": [*Sector],
    "legal_forms": [*LegalForm],
    "purposes": [*FinancePurpose],
}
PENCE = st.integers(0, 10**9)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def lists_of(name: str) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(WORDS[name]), max_size=4, unique=True)


FACTS = st.builds(
    CaseFacts,
    sector=maybe(st.sampled_from(Sector)),
    region=maybe(st.sampled_from(REGIONS)),
    legal_form=maybe(st.sampled_from(LegalForm)),
    finance_purposes=lists_of("purposes").map(tuple),
    finance_sought_pence=maybe(PENCE),
    annual_value_pence=maybe(PENCE),
    trading_months=maybe(st.integers(0, 60)),
    area=maybe(st.sampled_from([KENT, "E10000014"])),
    match_funding_percent=maybe(st.integers(0, 100)),
)

PRODUCTS = st.builds(
    Terms,
    id=st.uuids(),
    version=st.integers(1, 9),
    provider=st.sampled_from(["A", "a", "B"]),
    name=st.sampled_from(["Loan", "Grant"]),
    verified_on=maybe(DAYS),
    status=st.sampled_from(ProductStatus),
    direct=st.booleans(),
    opened_on=maybe(DAYS),
    closed_on=maybe(DAYS),
    **{name: maybe(lists_of(name)) for name in WORDS},
    complete_lists=st.lists(st.sampled_from(ListFacet), unique=True),
    min_amount_pence=maybe(PENCE),
    max_amount_pence=maybe(PENCE),
    min_trading_months=maybe(st.integers(0, 60)),
    min_turnover_pence=maybe(PENCE),
    match_funding_percent=maybe(st.integers(0, 100)),
    source_note=st.just("Made up"),
    source_year=st.just(2026),
    certainty=st.sampled_from(Certainty),
)

REQUIRING = st.builds(
    lambda product, asked: replace(product, requirements=tuple(asked)),
    PRODUCTS,
    st.lists(REQUIREMENTS, max_size=3, unique_by=lambda each: each.code),
)

NOTHING_SAID: dict[str, Any] = {field.name: field.default for field in fields(CaseFacts)}
NOT_A_FACET = (
    "id", "version", "provider", "name", "status", "direct", "complete_lists",
    "source_note", "source_year", "certainty", "rule_sources", "requirements",
)  # fmt: skip
FACETS = [name for name in TERMS if name not in NOT_A_FACET]


def with_facet(product: Terms, name: str, value: Any) -> Terms:
    changes: dict[str, Any] = {name: value}
    return replace(product, **changes)


def outcomes(verdict: ProductVerdict) -> dict[Rule, Outcome]:
    return {each.rule: each.finding.outcome for each in verdict.found}


def failing(verdict: ProductVerdict) -> set[Rule]:
    return {rule for rule, outcome in outcomes(verdict).items() if outcome is Outcome.FAILS}


@law
@given(FACTS, PRODUCTS, DAYS)
def test_law_the_same_question_has_the_same_answer(facts: CaseFacts, product: Terms, on: date) -> None:
    assert judge(facts, product, on) == judge(replace(facts), replace(product), on)


@law
@given(FACTS, st.lists(PRODUCTS, max_size=6, unique_by=lambda p: p.id), DAYS, st.randoms(use_true_random=False))
def test_law_the_order_of_the_products_does_not_matter(
    facts: CaseFacts, some: list[Terms], on: date, chance: random.Random
) -> None:
    shuffled = chance.sample(some, len(some))
    listed = judge_all(facts, some, on)
    assert judge_all(facts, shuffled, on) == listed
    assert {each.terms.id for each in listed} == {terms.id for terms in some}
    does_not_fit = [each.answer is Answer.DOES_NOT_FIT for each in listed]
    assert does_not_fit == sorted(does_not_fit)


@law
@given(FACTS, st.lists(REQUIRING, max_size=8, unique_by=lambda p: p.id), DAYS)
def test_law_many_at_once_are_judged_as_one_by_one(facts: CaseFacts, some: list[Terms], on: date) -> None:
    ranking = Catalogue(some).judge_all(facts, on)
    verdicts = ranking.list_verdicts()
    alone = [judge(facts, each, on) for each in some]
    assert {each.terms.id: each.found for each in verdicts} == {each.terms.id: each.found for each in alone}
    ranks = [-1 if each.answer is Answer.DOES_NOT_FIT else each.not_known for each in verdicts]
    assert ranks == [*sorted(rank for rank in ranks if rank >= 0), *(rank for rank in ranks if rank < 0)]
    assert ranking.answers == Counter(each.answer for each in alone)
    assert ranking.needs == Counter(pack_facts(each.needs) for each in alone if each.needs)
    for number, each in enumerate(verdicts):
        place = ranking.find_place(each)
        assert ranking.list_verdicts(after=place, limit=2) == verdicts[number + 1 : number + 3]
    only = [Answer.FITS, Answer.FITS_IF]
    assert ranking.list_verdicts(answers=only) == [each for each in verdicts if each.answer in only]


@law
@given(FACTS, PRODUCTS, REQUIREMENTS, DAYS)
def test_law_products_that_ask_the_same_are_judged_alike(
    facts: CaseFacts, product: Terms, asked: Requirement, on: date
) -> None:
    alike = [replace(product, id=UUID(int=n), requirements=(asked.model_copy(),)) for n in range(3)]
    assert len({(each.found, each.answer) for each in judge_all(facts, alike, on)}) == 1


@law
@given(FACTS, PRODUCTS, PRODUCTS, DAYS)
def test_law_a_rule_reads_no_terms_but_those_it_names(facts: CaseFacts, one: Terms, other: Terms, on: date) -> None:
    """Products are judged together by what a rule says it reads."""
    for rule in RULES:
        alike = replace(other, **{name: getattr(one, name) for name in rule.reads})
        found = rule.judge(facts, one, on)
        assert rule.judge(facts, alike, on) == found
        assert rule.word(facts, alike, on, found) == rule.word(facts, one, on, found)


@law
@given(FACTS, REQUIRING, DAYS, st.sampled_from([field.name for field in fields(CaseFacts)]))
def test_law_what_is_known_of_a_requirement_no_missing_fact_changes(
    facts: CaseFacts, product: Terms, on: date, name: str
) -> None:
    less = judge(replace(facts, **{name: getattr(CaseFacts(), name)}), product, on)
    more = judge(facts, product, on)
    for before, after in zip(less.found, more.found, strict=True):
        if before.requirement and before.finding.outcome is not Outcome.NOT_KNOWN:
            assert (before.finding.outcome is Outcome.FAILS) == (after.finding.outcome is Outcome.FAILS)


@law
@given(FACTS, PRODUCTS, DAYS)
def test_law_the_verdict_agrees_with_what_the_rules_found(facts: CaseFacts, product: Terms, on: date) -> None:
    verdict = judge(facts, product, on)
    found = [each.finding.outcome for each in verdict.found]
    assert [*outcomes(verdict)] == [each.rule for each in RULES] == [rule for rule in Rule if rule != Rule.REQUIREMENT]
    speaking_for = (Outcome.FITS, Outcome.NOT_APPLICABLE)
    assert (verdict.answer is Answer.FITS) == all(each in speaking_for for each in found)
    assert (verdict.answer is Answer.DOES_NOT_FIT) == (Outcome.FAILS in found)
    assert (verdict.answer is Answer.FITS_IF) == (Outcome.FAILS not in found and Outcome.NOT_KNOWN in found)
    assert verdict.not_known == found.count(Outcome.NOT_KNOWN)
    for each in verdict.found:
        assert (each.finding.outcome is Outcome.NOT_KNOWN) == (each.finding.ask is not None)
        assert verdict.word(each).endswith(".")


@law
@given(FACTS, PRODUCTS, DAYS)
def test_law_a_product_that_does_not_fit_names_the_first_rule_that_fails(
    facts: CaseFacts, product: Terms, on: date
) -> None:
    verdict = judge(facts, product, on)
    first = verdict.first_failing
    if verdict.answer is not Answer.DOES_NOT_FIT:
        assert first is None
        return
    assert first is not None
    order = [each.rule for each in verdict.found]
    before = order[: order.index(first)]
    assert all(outcomes(verdict)[rule] is not Outcome.FAILS for rule in before)
    assert verdict.why == reason(verdict, first)


@law
@given(FACTS, PRODUCTS, DAYS, st.sampled_from(list(NOTHING_SAID)))
def test_law_a_fact_that_is_missing_never_makes_a_rule_fail(
    facts: CaseFacts, product: Terms, on: date, name: str
) -> None:
    without = replace(facts, **{name: NOTHING_SAID[name]})
    assert failing(judge(without, product, on)) <= failing(judge(facts, product, on))


@law
@given(PRODUCTS, DAYS)
def test_law_a_case_that_says_nothing_fails_only_for_what_the_product_is(product: Terms, on: date) -> None:
    assert failing(judge(CaseFacts(), product, on)) <= {Rule.OPEN, Rule.DIRECT}


@law
@given(FACTS, PRODUCTS, DAYS, st.sampled_from(FACETS))
def test_law_a_facet_that_is_not_known_never_makes_a_rule_fail(
    facts: CaseFacts, product: Terms, on: date, name: str
) -> None:
    without = with_facet(product, name, None)
    assert failing(judge(facts, without, on)) <= failing(judge(facts, product, on))


@law
@given(FACTS, PRODUCTS, DAYS, st.sampled_from(list(WORDS)), st.data())
def test_law_a_longer_list_never_takes_a_fit_away(
    facts: CaseFacts, product: Terms, on: date, name: str, chosen: st.DataObject
) -> None:
    accepted = getattr(product, name)
    if not accepted:
        return  # not known, or no limit: nothing is wider
    wider = with_facet(product, name, [*accepted, chosen.draw(st.sampled_from(WORDS[name]))])
    _never_worse(judge(facts, product, on), judge(facts, wider, on))
    _never_worse(judge(facts, product, on), judge(facts, with_facet(product, name, []), on))


@law
@given(FACTS, PRODUCTS, DAYS, PENCE)
def test_law_a_wider_range_never_takes_a_fit_away(facts: CaseFacts, product: Terms, on: date, more: int) -> None:
    wider = replace(
        product,
        min_amount_pence=product.min_amount_pence and max(0, product.min_amount_pence - more),
        max_amount_pence=None if product.max_amount_pence is None else product.max_amount_pence + more,
        min_trading_months=product.min_trading_months and product.min_trading_months // 2,
        min_turnover_pence=product.min_turnover_pence and max(0, product.min_turnover_pence - more),
    )
    _never_worse(judge(facts, product, on), judge(facts, wider, on))


@law
@given(FACTS, PRODUCTS, DAYS)
def test_law_a_list_that_is_not_complete_never_makes_a_rule_fail(facts: CaseFacts, product: Terms, on: date) -> None:
    open_ended = judge(facts, replace(product, complete_lists=[]), on)
    assert failing(open_ended).isdisjoint({Rule.SECTOR, Rule.LEGAL_FORM, Rule.PURPOSE})


def _never_worse(before: ProductVerdict, after: ProductVerdict) -> None:
    worth = {Outcome.FAILS: 0, Outcome.NOT_KNOWN: 1, Outcome.FITS: 2, Outcome.NOT_APPLICABLE: 2}
    for rule, outcome in outcomes(before).items():
        assert worth[outcomes(after)[rule]] >= worth[outcome], rule
