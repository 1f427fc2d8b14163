"""What a certificate says of places: how many more everybody needs, and whether more could be placed; with proofs."""

from collections import Counter
from enum import StrEnum

from rtp_advice_matching.constraints import Ground
from rtp_advice_matching.ranking.bits import list_places
from rtp_advice_matching.rounds.rules.computed_round import Round
from rtp_advice_matching.rounds.rules.exact import PAIRS_AT_MOST, Solved, solve_extra_places
from rtp_advice_matching.rounds.rules.market import NOBODY, Assignment, Market
from rtp_advice_matching.rounds.rules.snapshot import Json, Method


class Bound(StrEnum):
    """What proves that no stable assignment has more pairs."""

    PLACES = "too-few-places"
    """The requests of `fewestPlaces.short` know of too few places: whoever has the certificate checks it."""
    METHOD = "two-thirds"
    """The fast method finds two thirds at the least: a theorem."""
    SOLVER = "solver"
    """The integer program has no larger solution: the solver says so."""


def write_fewest_places(computed: Round) -> Json:
    """Say the fewest extra places with which everybody has somebody whom a place can help at all, and prove it.

    Whoever has no list, and whom somebody could help who has no place now, takes one place more. Whoever is left is
    named: no place of anybody helps.
    """
    found, helped = computed.fewest, _list_helped(computed)
    added = Counter(found.added)
    added.update(helped.values())
    assignment = _name_advisers(computed.market, found.assignment)
    for request, adviser in helped.items():
        assignment[request] = adviser
    return {
        "count": added.total(),
        "short": list(found.short),
        "added": sorted(map(list, added.items())),
        "assignment": assignment,
        "noPlaceHelps": [request for request, adviser in enumerate(assignment) if adviser == NOBODY],
    }


def _list_helped(computed: Round) -> dict[int, int]:
    """Return an adviser for each request without a list whom only places, or the hours for them, keep from helping."""
    helped = {}
    for request, each in enumerate(computed.waiting):
        if not computed.market.list_pairs(request):
            excluded = computed.index.narrow(each.need).excluded
            lacking = excluded.get(Ground.NO_FREE_CAPACITY, 0) | excluded.get(Ground.NO_HOURS, 0)
            if lacking:
                helped[request] = list_places(lacking, 1)[0]
    return helped


def write_extra_places(computed: Round) -> Json:
    """Say how many extra places a stable result needs that leaves nobody out who has a list."""
    found, market, fewest = computed.extra, computed.market, computed.fewest.count
    solved = Solved(found.assignment, found.count, fewest)
    if computed.parameters.method is Method.EXACT and len(market.advisers) <= PAIRS_AT_MOST:
        solved = solve_extra_places(market, found.assignment, at_least=fewest)
    assignment = _name_advisers(market, solved.assignment)
    taken = Counter(adviser for adviser in assignment if adviser != NOBODY)
    added = [[adviser, count - market.places[adviser]] for adviser, count in sorted(taken.items())]
    return {
        "atLeast": solved.at_most,
        "atMost": solved.worth,
        "by": Bound.PLACES if solved.at_most == fewest else Bound.SOLVER,
        "added": [each for each in added if each[1] > 0],
        "assignment": assignment,
    }


def _name_advisers(market: Market, assignment: Assignment) -> list[int]:
    return [NOBODY if pair == NOBODY else market.advisers[pair] for pair in assignment]


def bound_size(computed: Round) -> Json:
    """Say how many pairs there are, how many there could be in any stable assignment, and what proves it."""
    bounds = {Bound.PLACES: computed.count_placeable()}
    if computed.parameters.method is Method.FAST:
        bounds[Bound.METHOD] = computed.placed * 3 // 2
    if computed.solved is not None:
        bounds[Bound.SOLVER] = computed.solved
    by = min(bounds, key=lambda each: (bounds[each], each is not Bound.PLACES))
    return {"placed": computed.placed, "atMost": bounds[by], "by": by}
