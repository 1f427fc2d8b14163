"""What would change an assignment: both bounds of the extra places have a proof that holds, over generated markets."""

from itertools import combinations_with_replacement

from hypothesis import given, settings

from rtp_advice_matching.rounds.rules.assignment import assign
from rtp_advice_matching.rounds.rules.extra_places import Envy, bound_extra_places, find_enough
from rtp_advice_matching.rounds.rules.market import NOBODY, Market, find_blocking_pair
from tests.advice_matching.rounds.markets import count_placed, draw_markets, keeps_places, list_stable


def add_places(market: Market, added: dict[int, int]) -> Market:
    return market.with_places(places + added.get(adviser, 0) for adviser, places in enumerate(market.places))


def list_wanted(market: Market) -> list[int]:
    return [request for request in range(market.requests) if market.list_pairs(request)]


@settings(max_examples=150)
@given(draw_markets(requests=10, advisers=5))
def test_with_the_places_added_a_stable_assignment_leaves_nobody_out(market: Market) -> None:
    found = bound_extra_places(market, assign(market))
    wider = add_places(market, found.added)
    assert sum(found.added.values()) == found.at_most
    assert keeps_places(wider, found.assignment)
    assert find_blocking_pair(wider, found.assignment) is None
    assert all(found.assignment[request] != NOBODY for request in list_wanted(market))


@settings(max_examples=150)
@given(draw_markets(requests=10, advisers=5))
def test_the_requests_named_know_of_too_few_places(market: Market) -> None:
    found = bound_extra_places(market, assign(market))
    known = {market.advisers[pair] for request in found.short for pair in market.list_pairs(request)}
    assert len(found.short) - sum(market.places[adviser] for adviser in known) == found.at_least
    assert 0 <= found.at_least <= found.at_most


@settings(max_examples=100, deadline=None)
@given(draw_markets(requests=4, advisers=3))
def test_the_fewest_lie_between_the_bounds(market: Market) -> None:
    found = bound_extra_places(market, assign(market))
    wanted = len(list_wanted(market))

    def suffice(number: int) -> bool:
        chosen = combinations_with_replacement(range(len(market.places)), number)
        wider = (add_places(market, {each: which.count(each) for each in which}) for which in chosen)
        return any(count_placed(stable) == wanted for each in wider for stable in list_stable(each))

    fewest = next(number for number in range(wanted + 1) if suffice(number))
    assert found.at_least <= fewest <= found.at_most


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
