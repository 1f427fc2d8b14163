"""The largest stable assignment, by a solver: as brute force finds it on small markets, and never smaller than fast."""

import json
from dataclasses import replace

from hypothesis import given, settings

from rtp_advice_matching.matching import Candidate
from rtp_advice_matching.rounds.rules.assignment import assign
from rtp_advice_matching.rounds.rules.certificate import certify
from rtp_advice_matching.rounds.rules.computed_round import compute_round
from rtp_advice_matching.rounds.rules.exact import solve
from rtp_advice_matching.rounds.rules.market import Market, find_blocking_pair
from rtp_advice_matching.rounds.rules.snapshot import Method, Parameters, Waiting
from tests.advice_matching.rounds.markets import (
    Lists,
    count_placed,
    draw_markets,
    keeps_places,
    list_stable,
    make_market,
)
from tests.advice_matching.rounds.test_certificate import CROWDS, PARAMETERS, WAITING, verify


def enlarge(market: Market, **limits: float) -> tuple[int, int]:
    """Return the size of the largest that is found, and the bound; it is stable and keeps to places."""
    found = solve(market, [1] * len(market.advisers), assign(market), **limits)
    assert find_blocking_pair(market, found.assignment) is None
    assert keeps_places(market, found.assignment)
    assert count_placed(found.assignment) == found.worth
    return found.worth, found.at_most


@settings(max_examples=100, deadline=None)
@given(draw_markets())
def test_it_is_as_large_as_brute_force_finds_and_fast_is_two_thirds_of_it(market: Market) -> None:
    largest = max(map(count_placed, list_stable(market)))
    assert enlarge(market) == (largest, largest)
    assert count_placed(assign(market)) * 3 >= largest * 2


@settings(max_examples=60, deadline=None)
@given(draw_markets(requests=25, advisers=12, worth=3))
def test_of_larger_markets_it_is_never_smaller_than_fast_nor_half_as_large_again(market: Market) -> None:
    worth, at_most = enlarge(market)
    assert count_placed(assign(market)) <= worth == at_most <= count_placed(assign(market)) * 3 // 2


def test_it_finds_more_than_the_fast_method_does() -> None:
    market = make_improvable()
    assert count_placed(assign(market)) == 2
    assert enlarge(market) == (3, 3)


def make_improvable() -> Market:
    """Make one in which the last two could have the last adviser, and the fast method gives it to the wrong one."""
    lists: Lists = [{0: (1, 1)}, {2: (2, 1), 1: (1, 2)}, {2: (2, 2), 0: (2, 2)}]
    return make_market(lists, [1, 1, 1])


def test_where_no_time_is_left_what_is_known_stands_with_a_bound() -> None:
    market = make_improvable()
    worth, at_most = enlarge(market, seconds=0.0)
    assert count_placed(assign(market)) <= worth <= at_most


@settings(max_examples=100, deadline=None)
@given(WAITING, CROWDS, PARAMETERS)
def test_its_certificate_holds_and_has_the_same_bytes_again(
    waiting: list[Waiting], crowd: list[Candidate], parameters: Parameters
) -> None:
    exact = replace(parameters, method=Method.EXACT)
    computed = compute_round(waiting, crowd, exact)
    written = certify(computed)
    verify(json.loads(written))
    assert certify(compute_round(waiting, crowd, exact)) == written
    assert json.loads(written)["largest"]["atMost"] == computed.placed
    assert compute_round(waiting, crowd, parameters).placed <= computed.placed
