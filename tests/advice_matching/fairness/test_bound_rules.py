"""A bound is told when it is passed, once, and when it is kept again, once: over any course of what is measured."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from rtp_advice_matching.fairness.bound_rules import (
    AT_LEAST,
    Bounds,
    FairnessMeasure,
    MeasuredGroup,
    Values,
    evaluate,
    is_passed,
    list_values,
)
from rtp_advice_matching.fairness.market_rules import GroupTimes, KindLoad, MarketFigures
from rtp_advice_matching.fairness.rules import Spread

KEYS = [
    MeasuredGroup(measure, by, group)
    for measure in FairnessMeasure
    for by, group in (("everybody", None), ("sector", "youth"))
]
BOUNDS = st.dictionaries(st.sampled_from(list(FairnessMeasure)), st.none() | st.integers(0, 4))
VALUES = st.dictionaries(st.sampled_from(KEYS), st.none() | st.integers(0, 4))
COURSES = st.lists(st.tuples(BOUNDS, VALUES), max_size=8)


@given(COURSES)
def test_each_is_passed_and_kept_again_in_turns(course: list[tuple[Bounds, Values]]) -> None:
    passed: frozenset[MeasuredGroup] = frozenset()
    told: dict[MeasuredGroup, list[str]] = {}
    for bounds, values in course:
        found = evaluate(bounds, values, passed)
        for word, crossings in (("passed", found.newly), ("restored", found.restored)):
            for each in crossings:
                told.setdefault(each.of, []).append(word)
        passed = found.passed
    for of, words in told.items():
        assert words == ["passed", "restored"] * (len(words) // 2) + ["passed"] * (len(words) % 2)
        assert (words[-1] == "passed") == (of in passed)


@given(BOUNDS, VALUES, st.frozensets(st.sampled_from(KEYS)))
def test_whatever_is_measured_beyond_its_bound_is_passed_and_nothing_else(
    bounds: Bounds, values: Values, before: frozenset[MeasuredGroup]
) -> None:
    found = evaluate(bounds, values, before)
    for of in KEYS:
        value, bound = values.get(of), bounds.get(of.measure)
        if bound is None:
            assert of not in found.passed, "where there is no bound none is passed"
        elif value is None:
            assert (of in found.passed) == (of in before), "what cannot be measured changes nothing"
        else:
            assert (of in found.passed) == is_passed(of.measure, value, bound)
            assert is_passed(of.measure, value, bound) == (value < bound if of.measure in AT_LEAST else value > bound)
    assert {each.of for each in found.newly} == found.passed - before
    assert {each.of for each in found.restored} == before - found.passed


@given(BOUNDS, VALUES, st.frozensets(st.sampled_from(KEYS)))
def test_looked_at_again_nothing_is_told(bounds: Bounds, values: Values, before: frozenset[MeasuredGroup]) -> None:
    again = evaluate(bounds, values, evaluate(bounds, values, before).passed)
    assert (again.newly, again.restored) == ((), ())


def test_every_measure_is_taken_from_the_figures() -> None:
    spread = Spread(advisers=3, gini=40, median=1, highest=9)
    times = [GroupTimes("everybody", None, 10, 1, 7), GroupTimes("region", "E12000007", None, None, None)]
    figures = MarketFigures(
        datetime(2026, 1, 1, tzinfo=UTC), [KindLoad(None, spread), KindLoad("mentor", spread)], times, times[:1], 80, 2
    )
    everybody = ("everybody", None)
    assert list_values(figures) == {
        (FairnessMeasure.LOAD_GINI, *everybody): 40,
        (FairnessMeasure.LOAD_GINI, "kind", "mentor"): 40,
        (FairnessMeasure.WAITING_NINETIETH, *everybody): 7,
        (FairnessMeasure.WAITING_NINETIETH, "region", "E12000007"): None,
        (FairnessMeasure.AGREEMENT_NINETIETH, *everybody): 7,
        (FairnessMeasure.FIRST_CHOICES, *everybody): 80,
        (FairnessMeasure.JUSTIFIED_ENVY, *everybody): 2,
    }
