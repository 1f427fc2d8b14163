"""Plans against every plan there is, on small sets: the limits hold, and none that covers the amount is cheaper."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_finance_directory.plans.rules.cost import Price
from rtp_finance_directory.plans.rules.planning import Extent, Planned, make_plan
from rtp_finance_directory.plans.rules.sources import Change, Obstacle, PlanLimits, Source
from rtp_finance_directory.vocabulary import RateBasis
from tests.finance_directory.plans.enumeration import check_limits, compute_cost, list_plans
from tests.finance_directory.plans.test_cost import make_price

A_POUND = 100
SLACK = A_POUND
"""Plans are proved to within half a pound; pennies of rounding come on top."""
GRANT = make_price("0", 1, grant_percent=100)


def make_source(number: int, price: Price, least: int, most: int, **more: object) -> Source:
    """Make a source with amounts in pounds."""
    return Source(id=UUID(int=number), price=price, min_pence=least * 100, max_pence=most * 100, **more)  # type: ignore[arg-type]


def plan(sources: Sequence[Source], pounds: int, **limits: object) -> Planned:
    return make_plan(sources, PlanLimits(needed_pence=pounds * 100, **limits))  # type: ignore[arg-type]


def read_pounds(planned: Planned) -> dict[int, int]:
    return {each.int: pence // 100 for each, pence in planned.plan.amounts.items()}


START = make_source(1, GRANT, 50_000, 300_000, match_percent=25)
BLENDED = make_source(2, make_price("7.5", 60, fee_percent=2, grant_percent=25), 25_000, 150_000)
SECURED = make_source(3, make_price("4", 60), 250_000, 4_000_000, secured=True)
PLAIN = make_source(4, make_price("6", 60), 10_000, 85_000)
FOUR = [START, BLENDED, SECURED, PLAIN]


def test_a_grant_is_taken_as_far_as_it_goes_and_the_rest_is_borrowed_where_it_is_cheapest() -> None:
    planned = plan(FOUR, 400_000)
    assert read_pounds(planned) == {1: 300_000, 2: 25_000, 4: 75_000}
    assert [part.extent for part in planned.parts] == [Extent.ALL, Extent.LEAST, Extent.REST]
    assert planned.shortfall_pence == 0
    [left_out] = planned.left_out
    assert left_out.compared
    assert left_out.costs_more_pence is not None
    assert left_out.costs_more_pence > 0


def test_what_cannot_be_covered_is_said_and_what_would_help() -> None:
    planned = plan([START, PLAIN, SECURED], 400_000, gives_security=False)
    assert read_pounds(planned) == {1: 300_000, 4: 85_000}
    assert planned.shortfall_pence == 15_000 * 100
    assert [(each.source_id.int, each.obstacle) for each in planned.left_out] == [(3, Obstacle.SECURITY)]
    assert [(gain.change, gain.covers_more_pence) for gain in planned.gains] == [(Change.SECURITY, 15_000 * 100)]


def test_a_change_that_makes_it_cheaper_says_by_how_much() -> None:
    dear = make_source(5, make_price("15", 60), 1_000, 400_000)
    planned = plan([SECURED, dear], 400_000, gives_security=False)
    [gain] = planned.gains
    with_security = plan([SECURED, dear], 400_000)
    assert gain.saves_pence == planned.plan.cost_pence - with_security.plan.cost_pence > 0


@pytest.mark.parametrize(
    ("source", "limits", "obstacle"),
    [
        (replace(PLAIN, personal_guarantee=True), {"gives_personal_guarantee": False}, Obstacle.PERSONAL_GUARANTEE),
        (replace(PLAIN, weeks_to_decide=4), {"weeks_left": 3}, Obstacle.TOO_LATE),
        (SECURED, {}, Obstacle.TOO_LARGE),
    ],
)
def test_a_source_that_cannot_be_used_says_why(source: Source, limits: dict[str, object], obstacle: Obstacle) -> None:
    assert [each.obstacle for each in plan([source], 50_000, **limits).left_out] == [obstacle]


def test_how_long_a_decision_takes_speaks_against_nobody_where_it_is_not_known() -> None:
    assert read_pounds(plan([PLAIN], 50_000, weeks_left=0)) == {4: 50_000}


def test_public_money_stays_within_the_room_that_is_left() -> None:
    public = replace(START, subsidy=True)
    assert read_pounds(plan([public, PLAIN], 100_000, subsidy_room_pence=60_000 * 100)) == {1: 60_000, 4: 40_000}


def test_what_excludes_each_other_is_not_taken_together() -> None:
    rival = replace(BLENDED, excludes=frozenset([START.id]))
    chosen = plan([START, rival, PLAIN], 385_000)
    assert not {START.id, rival.id} <= chosen.plan.amounts.keys()


def test_among_plans_that_cost_the_same_the_one_with_fewest_sources_is_taken() -> None:
    same = [make_source(number, make_price("5", 36), 1_000, 30_000 * number) for number in (1, 2, 3)]
    assert read_pounds(plan(same, 90_000)) == {3: 90_000}


def test_nothing_to_choose_from_leaves_all_of_it_open() -> None:
    assert plan([], 10_000).shortfall_pence == 10_000 * 100


@st.composite
def sources(draw: st.DrawFn, number: int) -> Source:
    least = draw(st.integers(1, 60))
    price = Price(
        basis=draw(st.sampled_from([RateBasis.FIXED, RateBasis.FLAT])),
        rate_percent=draw(st.integers(0, 20)) / Decimal(1),
        term_months=draw(st.sampled_from([12, 36, 60])),
        grant_percent=draw(st.sampled_from([0, 25, 100])) / Decimal(1),
    )
    return make_source(
        number,
        price,
        least * 1000,
        (least + draw(st.integers(0, 100))) * 1000,
        match_percent=draw(st.sampled_from([0, 0, 25, 50])),
        secured=draw(st.booleans()),
        subsidy=draw(st.booleans()),
        excludes=frozenset(UUID(int=each) for each in draw(st.sets(st.integers(1, 4), max_size=1)) if each != number),
    )


@st.composite
def questions(draw: st.DrawFn) -> tuple[list[Source], PlanLimits]:
    some = [draw(sources(number)) for number in range(1, draw(st.integers(1, 4)) + 1)]
    return some, PlanLimits(
        needed_pence=draw(st.integers(1, 200)) * 1000 * 100,
        max_payment_pence=draw(st.none() | st.integers(0, 10_000).map(lambda pounds: pounds * 100)),
        max_sources=draw(st.none() | st.integers(1, 3)),
        gives_security=draw(st.booleans()),
        subsidy_room_pence=draw(st.none() | st.integers(0, 150).map(lambda each: each * 100_000)),
    )


@settings(max_examples=200)
@given(questions())
def test_limits_hold_and_no_plan_is_cheaper_or_covers_more(question: tuple[list[Source], PlanLimits]) -> None:
    some, limits = question
    planned = make_plan(some, limits)
    amounts = {source: planned.plan.amounts.get(source.id, 0) for source in some}
    check_limits(amounts, limits, slack=SLACK)
    every = list(list_plans(some, limits))
    covers = [plan_ for plan_ in every if sum(plan_.values()) == limits.needed_pence]
    if covers:
        assert planned.shortfall_pence == 0
        least = min(compute_cost(plan_) for plan_ in covers)
        assert planned.plan.cost_pence <= least + SLACK
    else:
        most = max((sum(plan_.values()) for plan_ in every), default=Fraction(0))
        assert planned.plan.covered_pence >= most - SLACK


@given(questions())
def test_the_order_in_which_products_come_changes_nothing(question: tuple[list[Source], PlanLimits]) -> None:
    some, limits = question
    assert make_plan(some, limits).plan == make_plan(some[::-1], limits).plan
