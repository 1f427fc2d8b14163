"""What a request gains by misreporting whom it prefers, with everything that it could say (docs/adr/0053).

Where nobody ties: nothing. Where preferences tie: never more than some stable assignment of the true market would give
it. A misreport is any order of some of those on its list, with or without ties; what it is worth to advisers stays.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from rtp_advice_matching.rounds.rules.assignment import assign
from rtp_advice_matching.rounds.rules.market import NOBODY, Assignment, Market
from tests.advice_matching.rounds.markets import Lists, draw_strict_lists, list_stable, make_market

Listed = Mapping[int, tuple[int, int]]


def list_misreports(listed: Listed) -> Iterator[Listed]:
    """List everything that can be said in place of a list, the truth as well."""
    for count in range(len(listed) + 1):
        for named in combinations(listed, count):
            for scores in product(range(1, count + 1), repeat=count):
                yield {each: (points, listed[each][1]) for each, points in zip(named, scores, strict=True)}


def rate(listed: Listed, market: Market, pair: int) -> int:
    """What a pair is truly worth to the request; nobody is worth nothing."""
    return 0 if pair == NOBODY else listed[market.advisers[pair]][0]


def list_gains(lists: Lists, places: Sequence[int], liar: int, order: Sequence[int]) -> Iterator[int]:
    """List what the request truly gets by each misreport."""
    for told in list_misreports(lists[liar]):
        market = make_market([*lists[:liar], told, *lists[liar + 1 :]], places)
        yield rate(lists[liar], market, assign(market, order)[liar])


@st.composite
def draw_tied_lists(draw: st.DrawFn) -> tuple[Lists, list[int]]:
    count = draw(st.integers(1, 3))
    worth = st.tuples(st.integers(1, 2), st.integers(1, 3))
    lists = draw(st.lists(st.dictionaries(st.integers(0, count - 1), worth), min_size=1, max_size=4))
    return lists, draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))


@settings(max_examples=120, deadline=None)
@given(draw_strict_lists(requests=5, advisers=3), st.data())
def test_where_nobody_ties_nothing_that_can_be_said_is_worth_more_than_the_truth(
    market: tuple[Lists, list[int]], data: st.DataObject
) -> None:
    lists, places = market
    order = data.draw(st.permutations(range(len(lists))))
    truly = make_market(lists, places)
    honest: Assignment = assign(truly, order)
    for liar, listed in enumerate(lists):
        assert max(list_gains(lists, places, liar, order)) == rate(listed, truly, honest[liar])


@settings(max_examples=120, deadline=None)
@given(draw_tied_lists(), st.data())
def test_where_preferences_tie_nobody_gains_more_than_stability_allows(
    market: tuple[Lists, list[int]], data: st.DataObject
) -> None:
    """With the ties broken as the outcome has it, the requests' best stable assignment is a stable one of the truth,
    and in that market nobody gains by misreporting.
    """
    lists, places = market
    order = data.draw(st.permutations(range(len(lists))))
    truly = make_market(lists, places)
    stable = list(list_stable(truly))
    for liar, listed in enumerate(lists):
        best = max(rate(listed, truly, assignment[liar]) for assignment in stable)
        assert max(list_gains(lists, places, liar, order)) <= best


def test_a_tie_of_another_request_is_enough_to_gain_by() -> None:
    """No adviser ties here, and neither does who lies: the first gets nobody by the truth, and its second choice by
    naming that one first. The second request likes both equally, and is sent where it leaves a place.
    """
    lists: Lists = [{0: (1, 1), 1: (2, 1)}, {0: (1, 2), 1: (1, 3)}, {1: (1, 2)}]
    told: Listed = {0: (2, 1), 1: (1, 1)}
    truly, lying = make_market(lists, [1, 1]), make_market([told, *lists[1:]], [1, 1])
    assert assign(truly)[0] == NOBODY
    assert lying.advisers[assign(lying)[0]] == 0
