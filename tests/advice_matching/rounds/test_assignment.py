"""The assignment is stable, keeps to places and lists, and is as large as it must be, over generated markets."""

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from matching.games import HospitalResident

from rtp_advice_matching.rounds.rules.assignment import assign
from rtp_advice_matching.rounds.rules.market import NOBODY, Market, find_blocking_pair
from tests.advice_matching.rounds.markets import (
    Lists,
    count_placed,
    draw_markets,
    draw_strict_lists,
    keeps_places,
    list_stable,
    make_market,
)


@settings(max_examples=150)
@given(draw_markets(requests=12, advisers=6, worth=4), st.randoms(use_true_random=False))
def test_it_is_stable_and_keeps_to_places_and_lists(market: Market, chance: random.Random) -> None:
    order = chance.sample(range(market.requests), market.requests)
    assignment = assign(market, order)
    assert find_blocking_pair(market, assignment) is None
    assert keeps_places(market, assignment)
    assert all(pair == NOBODY or pair in market.list_pairs(request) for request, pair in enumerate(assignment))
    assert assign(market, order) == assignment


@settings(max_examples=150, deadline=None)
@given(draw_markets())
def test_it_is_at_least_two_thirds_of_the_largest(market: Market) -> None:
    largest = max(map(count_placed, list_stable(market)))
    assert 3 * count_placed(assign(market)) >= 2 * largest


def test_a_free_place_is_asked_first_and_left_for_another_among_equals() -> None:
    """Whoever comes first, the one with a choice goes to the adviser whom the other does not know."""
    lists: Lists = [{0: (1, 2), 1: (1, 1)}, {0: (1, 1)}]
    for order in ([0, 1], [1, 0]):
        assert count_placed(assign(make_market(lists, [1, 1]), order)) == 2


def test_who_was_refused_by_all_is_preferred_among_equals_when_it_begins_anew() -> None:
    lists: Lists = [{0: (2, 1), 1: (1, 1)}, {0: (1, 1)}]
    assert count_placed(assign(make_market(lists, [1, 1]))) == 2


@settings(max_examples=150, deadline=None)
@given(draw_strict_lists())
def test_where_nobody_is_equal_each_request_gets_the_best_that_it_can_have(market: tuple[Lists, list[int]]) -> None:
    """In strict markets requests get their best stable partner: that is what makes lying useless."""
    strict = make_market(*market)
    assignment = assign(strict)
    for other in list_stable(strict):
        for own, theirs in zip(assignment, other, strict=True):
            assert (own == NOBODY) == (theirs == NOBODY)
            assert own <= theirs, "the pairs of a request stand in the order of its list"


@settings(deadline=None)
@given(draw_strict_lists(requests=8, advisers=5))
def test_another_library_finds_the_same_where_nobody_is_equal(market: tuple[Lists, list[int]]) -> None:
    lists, places = market
    strict = make_market(lists, places)
    assignment = assign(strict)
    found = {
        int(str(adviser)): {int(str(each)) for each in requests}
        for adviser, requests in solve_by_library(*market).items()
    }
    ours: dict[int, set[int]] = {adviser: set() for adviser in found}
    for request, pair in enumerate(assignment):
        if pair != NOBODY:
            ours[strict.advisers[pair]].add(request)
    assert ours == found


def solve_by_library(lists: Lists, places: list[int]) -> dict[Any, Any]:
    known = {adviser for listed in lists for adviser in listed}
    if not known:
        return {}
    game = HospitalResident.create_from_dictionaries(
        {str(number): sorted(map(str, x), key=lambda each: -x[int(each)][0]) for number, x in enumerate(lists) if x},
        {
            str(adviser): sorted(
                (str(number) for number, listed in enumerate(lists) if adviser in listed),
                key=lambda each: -lists[int(each)][adviser][1],
            )
            for adviser in known
        },
        {str(adviser): places[adviser] for adviser in known},
    )
    return dict(game.solve(optimal="resident"))


@settings(max_examples=150, deadline=None)
@given(draw_strict_lists(), st.data())
def test_a_request_gains_nothing_by_saying_what_is_not_so(market: tuple[Lists, list[int]], data: st.DataObject) -> None:
    lists, places = market
    liar = data.draw(st.integers(0, len(lists) - 1))
    told = data.draw(st.permutations(list(lists[liar])))[: data.draw(st.integers(0, len(lists[liar])))]
    lies = {adviser: (len(told) - place, lists[liar][adviser][1]) for place, adviser in enumerate(told)}
    truly, lying = make_market(lists, places), make_market([*lists[:liar], lies, *lists[liar + 1 :]], places)
    honest, gained = assign(truly)[liar], assign(lying)[liar]
    worth = {adviser: score for adviser, (score, _) in lists[liar].items()}
    by_lying = 0 if gained == NOBODY else worth[lying.advisers[gained]]
    assert by_lying <= (0 if honest == NOBODY else worth[truly.advisers[honest]])
