"""An index that follows advisers says what the rule says of them as they are now, whatever has changed."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_advice_matching.constraints import Candidate, Ground, Need, find_obstacle
from rtp_advice_matching.matching import NAMED, WEIGHTS, PartName, rank, summarise
from rtp_advice_matching.ranking import followed
from rtp_advice_matching.ranking.followed import Changes, FollowedIndex
from rtp_advice_matching.ways import find_ways
from tests.advice_matching.test_matching import CANDIDATES, CROWDS, IDEAL, NEED, NEEDS

WEIGHINGS = st.lists(st.integers(0, 30), min_size=6, max_size=6).map(
    lambda points: dict(zip(WEIGHTS, points, strict=True))
)


@st.composite
def draw_changes(draw: st.DrawFn, crowd: Iterable[Candidate]) -> Changes:
    """Draw some who change, some who leave, and some who come."""
    ids = [each.id for each in crowd]
    changed = draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
    found = {each: draw(st.none() | CANDIDATES) for each in changed}
    known = {each: now and replace(now, id=each) for each, now in found.items()}
    return {**{each.id: each for each in draw(CROWDS)}, **known}


@given(NEEDS, CROWDS, st.data(), st.integers(0, 8), WEIGHINGS)
def test_after_any_changes_it_ranks_as_the_rule_does(
    need: Need, crowd: list[Candidate], data: st.DataObject, at_most: int, weights: dict[PartName, int]
) -> None:
    now, index = {each.id: each for each in crowd}, FollowedIndex.build(crowd, weights)
    for _ in range(data.draw(st.integers(0, 3))):
        changes = data.draw(draw_changes(now.values()))
        index = index.follow(changes)
        now = {each: found for each, found in {**now, **changes}.items() if found is not None}
    without = data.draw(st.sets(st.sampled_from(sorted(now)))) if now else set()
    left = [each for each in now.values() if each.id not in without]
    expected = rank(need, left, at_most=at_most, weights=weights)
    assert index.rank(need, at_most=at_most, without=without) == summarise(expected)
    assert index.find_ways(need) == find_ways(need, now.values())
    assert all(index.may_help(need, each.id) == (find_obstacle(need, each) is None) for each in now.values())
    assert {each.id: each for each in index.list_all()} == now
    assert all(index.find(each) == found for each, found in now.items())


@given(NEEDS, CROWDS, st.data())
def test_made_anew_it_says_the_same(need: Need, crowd: list[Candidate], data: st.DataObject) -> None:
    changes = data.draw(draw_changes(crowd))
    one_by_one = FollowedIndex.build(crowd).follow(changes)
    assert FollowedIndex.build(one_by_one.list_all()).rank(need) == one_by_one.rank(need)


def test_with_many_changes_it_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followed, "CHANGED_AT_MOST", 2)
    crowd = [replace(IDEAL, id=UUID(int=number)) for number in range(9)]
    index = FollowedIndex.build(crowd)
    for each in crowd:
        index = index.follow({each.id: replace(each, engaged=each.engaged + 1)})
    assert index.rank(NEED) == summarise(rank(NEED, [replace(each, engaged=1) for each in crowd]))


def test_what_is_no_change_is_not_looked_at_again() -> None:
    index = FollowedIndex.build([IDEAL])
    assert index.follow({IDEAL.id: replace(IDEAL), UUID(int=5): None}) is index


def test_of_many_on_one_ground_the_first_are_named_and_all_are_counted() -> None:
    full = [replace(IDEAL, id=UUID(int=number), engaged=4) for number in range(1, 60)]
    late = [replace(IDEAL, id=UUID(int=number), engaged=4) for number in (0, 70)]
    index = FollowedIndex.build(full).follow({each.id: each for each in late})
    [ground] = index.rank(NEED).passed_over
    assert (ground.ground, ground.count) == (Ground.NO_FREE_CAPACITY, 61)
    assert ground.named == tuple(UUID(int=number) for number in range(NAMED))
