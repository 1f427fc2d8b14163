"""What would change an assignment: the fewest extra places as trying all finds them, over generated markets."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import combinations_with_replacement, product

from hypothesis import given, settings

from rtp_advice_matching.rounds.rules.assignment import assign
from rtp_advice_matching.rounds.rules.exact import solve_extra_places
from rtp_advice_matching.rounds.rules.extra_places import Envy, find_enough, find_extra_places
from rtp_advice_matching.rounds.rules.fewest_places import find_fewest_places
from rtp_advice_matching.rounds.rules.market import NOBODY, Assignment, Market, find_blocking_pair
from tests.advice_matching.rounds.markets import count_placed, draw_markets, keeps_places, list_stable, make_market


def add_places(market: Market, added: dict[int, int]) -> Market:
    return market.with_places(places + added.get(adviser, 0) for adviser, places in enumerate(market.places))


def list_wanted(market: Market) -> list[int]:
    return [request for request in range(market.requests) if market.list_pairs(request)]


@settings(max_examples=150)
@given(draw_markets(requests=10, advisers=5))
def test_with_the_places_added_a_stable_assignment_leaves_nobody_out(market: Market) -> None:
    found = find_extra_places(market, assign(market))
    wider = add_places(market, found.added)
    assert keeps_places(wider, found.assignment)
    assert find_blocking_pair(wider, found.assignment) is None
    assert all(found.assignment[request] != NOBODY for request in list_wanted(market))


@settings(max_examples=150)
@given(draw_markets(requests=10, advisers=5))
def test_the_fewest_have_both_proofs(market: Market) -> None:
    found = find_fewest_places(market, assign(market))
    known = {market.advisers[pair] for request in found.short for pair in market.list_pairs(request)}
    assert len(found.short) - sum(market.places[adviser] for adviser in known) == found.count
    assert keeps_places(add_places(market, found.added), found.assignment)
    assert all(found.assignment[request] in market.list_pairs(request) for request in list_wanted(market))


def list_assignments(market: Market) -> Iterator[Assignment]:
    wanted = [market.list_pairs(request) or [NOBODY] for request in range(market.requests)]
    return (each for each in product(*wanted))


def count_fewest(market: Market, *, stable: bool) -> int:
    """Find the fewest extra places by trying all."""
    wanted = len(list_wanted(market))

    def suffice(number: int) -> bool:
        chosen = combinations_with_replacement(range(len(market.places)), number)
        for wider in (add_places(market, {each: which.count(each) for each in which}) for which in chosen):
            found = list_stable(wider) if stable else filter(partial(keeps_places, wider), list_assignments(wider))
            if any(count_placed(each) == wanted for each in found):
                return True
        return False

    return next(number for number in range(wanted + 1) if suffice(number))


@settings(max_examples=100, deadline=None)
@given(draw_markets(requests=4, advisers=3))
def test_the_fewest_are_those_that_trying_all_finds(market: Market) -> None:
    assert find_fewest_places(market, assign(market)).count == count_fewest(market, stable=False)


@settings(max_examples=100, deadline=None)
@given(draw_markets(requests=4, advisers=3))
def test_of_a_stable_result_the_solver_finds_the_fewest(market: Market) -> None:
    fewest, enough = find_fewest_places(market, assign(market)), find_extra_places(market, assign(market))
    solved = solve_extra_places(market, enough.assignment, at_least=fewest.count)
    assert solved.worth == solved.at_most == count_fewest(market, stable=True)
    assert fewest.count <= solved.worth <= enough.count
    taken = Counter(market.advisers[pair] for pair in solved.assignment if pair != NOBODY)
    lacking = {adviser: max(0, count - market.places[adviser]) for adviser, count in taken.items()}
    wider = add_places(market, lacking)
    assert sum(lacking.values()) == solved.worth
    assert find_blocking_pair(wider, solved.assignment) is None
    assert count_placed(solved.assignment) == len(list_wanted(market))


def test_a_stable_result_may_need_more_places_than_anybody_lacks() -> None:
    """Two like the first adviser best, who likes the third request least: one could move on, and nobody does."""
    lists = [{0: (2, 3), 1: (1, 1)}, {0: (2, 2), 1: (1, 1)}, {0: (1, 1)}]
    market = make_market(lists, [1, 1])
    assert find_fewest_places(market, assign(market)).count == 1
    assert count_fewest(market, stable=True) == 2
    enough = find_extra_places(market, assign(market))
    solved = solve_extra_places(market, enough.assignment, at_least=1)
    assert (solved.worth, solved.at_most) == (2, 2)


@settings(max_examples=100, deadline=None)
@given(draw_markets(requests=4, advisers=3))
def test_so_many_more_places_of_one_adviser_are_enough_for_the_request(market: Market) -> None:
    assignment = assign(market)
    envy = Envy(market, assignment)
    for request in list_wanted(market):
        if assignment[request] == NOBODY:
            way = find_enough(market, envy, request)
            assert way is not None
            wider = add_places(market, {market.advisers[way.pair]: way.places})
            assert any(stable[request] != NOBODY for stable in list_stable(wider))
