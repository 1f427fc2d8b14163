"""The figures of the market: what is left out reveals nobody, and envy is what its definition says."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_advice_matching.fairness.market_rules import Asking, GroupTimes, count_envy, suppress
from rtp_advice_matching.matching import Candidate, Ground, MatchingRules, find_obstacle, score
from tests.advice_matching.test_matching import CROWDS, IDEAL, NEED, NEEDS

COUNTS = st.lists(st.integers(1, 30), max_size=6)
START = datetime(2026, 1, 5, tzinfo=UTC)
RULES = MatchingRules()
OTHER_RULES = MatchingRules(
    weights={"topics": 50, "sector": 10, "region": 10, "stage": 10, "capacity": 0, "legal-form": 20},
    points_per_week=5,
    points_for_waiting=30,
)


def make_groups(counts: Sequence[int], by: str = "sector") -> list[GroupTimes]:
    return [GroupTimes(by, f"group {number}", count, 1, 2) for number, count in enumerate(counts)]


@given(COUNTS)
def test_what_is_left_out_cannot_be_found_by_subtraction(counts: list[int]) -> None:
    """Whoever knows the sum of all learns of those left out what they come to together: of none, or of several."""
    shown = suppress(make_groups(counts))
    hidden = [count for count, each in zip(counts, shown, strict=True) if each.requests is None]
    assert not hidden or len(hidden) == len(counts) or (len(hidden) >= 2 and sum(hidden) >= 5)
    for count, each in zip(counts, shown, strict=True):
        assert count >= 5 or each.requests is None
        assert (each.requests is None) == (each.median is None) == (each.ninetieth is None)
        assert each.requests is None or (each.requests % 5 == 0 and 0 <= count - each.requests < 5)


@given(COUNTS)
def test_no_more_is_left_out_than_must_be(counts: list[int]) -> None:
    shown = suppress(make_groups(counts))
    if all(count >= 5 for count in counts):
        assert all(each.requests is not None for each in shown)
    too_many = [count for count, each in zip(counts, shown, strict=True) if each.requests is None and count >= 5]
    assert len(too_many) <= 1


def test_groups_by_one_thing_leave_those_by_another_alone() -> None:
    by_sector, by_region = make_groups([9, 2]), make_groups([6, 5], by="region")
    assert [each.requests for each in suppress([*by_sector, *by_region])] == [None, None, 5, 5]


@st.composite
def draw_market(draw: st.DrawFn) -> tuple[list[Asking], list[Candidate]]:
    crowd = draw(CROWDS)
    asking = []
    for number in range(draw(st.integers(0, 5))):
        opened = START + timedelta(weeks=draw(st.integers(0, 12)))
        holds = draw(st.none() | st.sampled_from([each.id for each in crowd])) if crowd else None
        agreed = opened + timedelta(weeks=draw(st.integers(0, 6))) if holds else None
        need = replace(draw(NEEDS), case_id=uuid.UUID(int=number))
        asked = draw(st.frozensets(st.sampled_from([each.id for each in crowd]))) if crowd else frozenset()
        asking.append(Asking(need, opened, agreed, holds, asked))
    return asking, crowd


@settings(deadline=None)
@given(draw_market(), st.sampled_from([RULES, OTHER_RULES]))
def test_envy_is_counted_by_its_definition(market: tuple[list[Asking], list[Candidate]], rules: MatchingRules) -> None:
    """Pair by pair, by the plain rule of matching."""
    asking, crowd = market
    counted = sum(envies(one, adviser, market, rules) for one in asking for adviser in crowd)
    assert count_envy(asking, crowd, rules) == counted


def envies(one: Asking, adviser: Candidate, market: tuple[list[Asking], list[Candidate]], rules: MatchingRules) -> bool:
    asking, crowd = market
    own = next((each for each in crowd if each.id == one.adviser_id), None)
    able = find_obstacle(one.need, adviser) in (None, Ground.NO_FREE_CAPACITY, Ground.NO_HOURS)
    if adviser.free or not able or adviser.id in one.asked:
        return False
    points = score(one.need, adviser, rules.weights).score
    if own is not None and points <= score(one.need, own, rules.weights).score:
        return False
    return any(
        one.opened_at <= other.agreed_at
        and (one.agreed_at is None or other.agreed_at < one.agreed_at)
        and score(other.need, adviser, rules.weights).score + waiting(other, other.agreed_at, rules)
        < points + waiting(one, other.agreed_at, rules)
        for other in asking
        if other.adviser_id == adviser.id and other.agreed_at is not None
    )


def waiting(asking: Asking, time: datetime, rules: MatchingRules) -> int:
    weeks = (time - asking.opened_at).days // 7
    return min(rules.points_for_waiting, rules.points_per_week * weeks)


def test_who_waited_longer_and_fits_as_well_envies_until_it_has_as_good_an_adviser() -> None:
    full = replace(IDEAL, capacity=1, engaged=1)
    first = Asking(NEED, START)
    later = START + timedelta(weeks=3)
    taken = Asking(replace(NEED, case_id=uuid.UUID(int=8)), later, later + timedelta(weeks=1), full.id)
    assert count_envy([first, taken], [full], RULES) == 1
    assert count_envy([replace(first, asked=frozenset({full.id})), taken], [full], RULES) == 0, "it was offered there"
    assert count_envy([replace(first, opened_at=later + timedelta(weeks=2)), taken], [full], RULES) == 0, (
        "it came after"
    )
    assert count_envy([first, taken], [replace(full, capacity=2)], RULES) == 0, "there is a place for it"
    other = replace(IDEAL, id=uuid.UUID(int=101), capacity=1, engaged=1)
    settled = replace(first, adviser_id=other.id, agreed_at=later + timedelta(weeks=9))
    assert count_envy([settled, taken], [full, other], RULES) == 0, "it has as good a one by now"
    used_up = replace(full, capacity=2, hours=2)
    assert count_envy([first, taken], [used_up], RULES) == 1, "there is a place, and no hours for it"
    assert count_envy([first, taken], [replace(used_up, hours=4)], RULES) == 0
