"""A round and its certificate: who is proposed to whom, why, why nobody else, and what would change it.

A certificate stands alone: `verify_round.py` beside this file checks it with nothing but Python's standard library.
Requests and advisers are named by their places in the input's lists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from rtp_advice_matching.constraints import Candidate, Ground
from rtp_advice_matching.matching import Fit, score
from rtp_advice_matching.ranking.bits import list_places, make_set
from rtp_advice_matching.ranking.index import AdviserIndex
from rtp_advice_matching.rounds.rules.assignment import assign
from rtp_advice_matching.rounds.rules.exact import solve
from rtp_advice_matching.rounds.rules.extra_places import Envy, ExtraPlaces, bound_extra_places, find_enough
from rtp_advice_matching.rounds.rules.market import NOBODY, Assignment, Market, MarketBuilder
from rtp_advice_matching.rounds.rules.snapshot import (
    Json,
    Method,
    Parameters,
    Waiting,
    hash_input,
    write_canonical,
    write_input,
)
from rtp_advice_matching.ways import NAMED, Remedy

FORMAT = "org.righttoprovide.matching-round.2"


class Reason(StrEnum):
    """Why an adviser who may help was not chosen for a request. Who may not is kept out by a ground of matching."""

    FITS_LESS = "fits-less-than-the-chosen"
    FITS_AS_WELL = "fits-as-well-as-the-chosen"
    PREFERS_ALL = "full-with-requests-it-prefers"
    PREFERS_SOME = "full-with-requests-it-likes-as-much-or-more"
    NOT_LISTED = "below-the-end-of-the-list"


class Bound(StrEnum):
    """What proves that no stable assignment has more pairs."""

    PLACES = "too-few-places"
    """The requests of `extraPlaces.short` know of too few places: whoever has the certificate checks it."""
    METHOD = "two-thirds"
    """The fast method finds two thirds at the least: a theorem."""
    SOLVER = "solver"
    """The integer program has no larger solution: the solver says so."""


@dataclass(frozen=True)
class Round:
    """A round that was worked out. Requests and advisers keep the order in which they came."""

    waiting: Sequence[Waiting]
    candidates: Sequence[Candidate]
    parameters: Parameters
    index: AdviserIndex
    market: Market
    assignment: Assignment
    solved: int | None = None
    """What the solver has proved that no stable assignment exceeds, in pairs; None where it was not asked."""

    def choose_adviser(self, request: int) -> Candidate | None:
        pair = self.assignment[request]
        return None if pair == NOBODY else self.candidates[self.market.advisers[pair]]

    def explain(self, request: int) -> Fit | None:
        """Return the adviser chosen for a request, with the parts of the score."""
        chosen = self.choose_adviser(request)
        return None if chosen is None else score(self.waiting[request].need, chosen, self.parameters.rules.weights)

    @cached_property
    def placed(self) -> int:
        """The number of requests that have an adviser."""
        return sum(pair != NOBODY for pair in self.assignment)

    @cached_property
    def extra(self) -> ExtraPlaces:
        """The bounds of the fewest extra places."""
        return bound_extra_places(self.market, self.assignment)


def compute_round(waiting: Sequence[Waiting], candidates: Sequence[Candidate], parameters: Parameters) -> Round:
    """Work out a round: a list for each request, and the assignment."""
    index = AdviserIndex(candidates, parameters.rules.weights)
    builder = MarketBuilder(each.free for each in candidates)
    for each in waiting:
        fitting = index.narrow(each.need).fitting
        listed = index.list_best(each.need, fitting, at_most=parameters.list_length, seed=parameters.seed)
        builder.add_list(listed, waited=parameters.rules.count_waiting_points(each.weeks))
    market = builder.build()
    order = sorted(range(len(waiting)), key=lambda request: index.draw_case(waiting[request].need, parameters.seed))
    computed = Round(waiting, candidates, parameters, index, market, assign(market, order))
    return _enlarge(computed) if parameters.method is Method.EXACT else computed


def _enlarge(computed: Round) -> Round:
    """Make the assignment as large as can be, unless the places prove that it is so already."""
    if computed.placed == _count_placeable(computed):
        return computed
    market = computed.market
    found = solve(market, [1] * len(market.advisers), computed.assignment)
    return replace(computed, assignment=found.assignment, solved=found.at_most)


def _count_placeable(computed: Round) -> int:
    """Return how many requests could have a place, whatever anybody prefers."""
    listed = sum(len(computed.market.list_pairs(request)) > 0 for request in range(computed.market.requests))
    return listed - computed.extra.at_least


def certify(computed: Round) -> bytes:
    """Write the certificate of a round; the same round has the same bytes."""
    content = write_input(computed.waiting, computed.candidates, computed.parameters)
    market, assignment = computed.market, computed.assignment
    envy, least = Envy(market, assignment), _find_least(market, assignment)
    answers = [_answer(computed, request, envy, least) for request in range(len(computed.waiting))]
    certificate = {
        "format": FORMAT,
        "inputHash": hash_input(content),
        "input": content,
        "lists": [
            [[market.advisers[pair], market.scores[pair]] for pair in market.list_pairs(request)]
            for request in range(market.requests)
        ],
        "answers": answers,
        "extraPlaces": _write_extra_places(computed),
        "largest": _bound_size(computed),
    }
    return write_canonical(certificate)


def _answer(computed: Round, request: int, envy: Envy, least: Sequence[int]) -> Json:
    """Say what became of a request: the adviser and why, or what would change it; and why nobody else."""
    market, own = computed.market, computed.assignment[request]
    narrowed = computed.index.narrow(computed.waiting[request].need)
    answer: Json = {"notChosen": _group(computed, request, narrowed.excluded, narrowed.fitting, least)}
    if own == NOBODY:
        return answer | {"chosen": None, "wouldChange": _list_ways(computed, envy, request)}
    fit = computed.explain(request)
    assert fit is not None  # noqa: S101 - somebody was chosen
    before = sum(market.scores[pair] > market.scores[own] for pair in market.list_pairs(request))
    chosen = {
        "adviser": market.advisers[own],
        "score": market.scores[own],
        "priority": market.priorities[own],
        "parts": {part.part: part.points for part in fit.parts},
        "wouldRatherHave": before,
    }
    return answer | {"chosen": chosen}


def _list_ways(computed: Round, envy: Envy, request: int) -> list[Json]:
    """List what would change it for a request that has nobody; first, how many more places of whom are enough."""
    market, ways = computed.market, list[Json]()
    if enough := find_enough(market, envy, request):
        adviser = market.advisers[enough.pair]
        ways.append({"change": Remedy.MORE_PLACES, "by": enough.places, "count": 1, "advisers": [adviser]})
    sole = computed.index.find_ways(computed.waiting[request].need)
    return [*ways, *(asdict(each) for each in sole)]


def _group(
    computed: Round, request: int, excluded: Mapping[Ground, int], fitting: int, least: Sequence[int]
) -> list[Json]:
    """Group all advisers but the chosen one by the reason why they are not."""
    market, own = computed.market, computed.assignment[request]
    groups: dict[str, int] = {str(ground): places for ground, places in excluded.items()}
    by_reason: dict[Reason, list[int]] = {}
    for pair in market.list_pairs(request):
        if pair != own:
            by_reason.setdefault(_find_reason(market, pair, own, least), []).append(market.advisers[pair])
    groups |= {str(reason): make_set(places) for reason, places in by_reason.items()}
    listed = make_set(market.advisers[pair] for pair in market.list_pairs(request))
    if beyond := fitting & ~listed:
        groups[Reason.NOT_LISTED] = beyond
    return [
        {"reason": reason, "count": places.bit_count(), "advisers": list_places(places, NAMED)}
        for reason, places in sorted(groups.items())
    ]


def _find_reason(market: Market, pair: int, own: int, least: Sequence[int]) -> Reason:
    if own != NOBODY and market.scores[pair] <= market.scores[own]:
        return Reason.FITS_LESS if market.scores[pair] < market.scores[own] else Reason.FITS_AS_WELL
    prefers_all = least[market.advisers[pair]] > market.priorities[pair]
    return Reason.PREFERS_ALL if prefers_all else Reason.PREFERS_SOME


def _find_least(market: Market, assignment: Assignment) -> list[int]:
    """Return for each adviser the least priority among the requests that it got."""
    least: list[int] = [_NONE] * len(market.places)
    for pair in assignment:
        if pair != NOBODY:
            adviser = market.advisers[pair]
            least[adviser] = min(least[adviser], market.priorities[pair])
    return least


_NONE = 10**6
"""More than any priority."""


def _write_extra_places(computed: Round) -> Json:
    market, found = computed.market, computed.extra
    assignment = [NOBODY if pair == NOBODY else market.advisers[pair] for pair in found.assignment]
    return {
        "atLeast": found.at_least,
        "short": list(found.short),
        "atMost": found.at_most,
        "added": sorted(map(list, found.added.items())),
        "assignment": assignment,
    }


def _bound_size(computed: Round) -> Json:
    """Say how many pairs there are, how many there could be in any stable assignment, and what proves it."""
    bounds = {Bound.PLACES: _count_placeable(computed)}
    if computed.parameters.method is Method.FAST:
        bounds[Bound.METHOD] = computed.placed * 3 // 2
    if computed.solved is not None:
        bounds[Bound.SOLVER] = computed.solved
    by = min(bounds, key=lambda each: (bounds[each], each is not Bound.PLACES))
    return {"placed": computed.placed, "atMost": bounds[by], "by": by}


def summarise(certificate: Mapping[str, Any]) -> Json:
    """Return a certificate's counts."""
    answers = certificate["answers"]
    placed = [each["chosen"] for each in answers if each["chosen"]]
    return {
        "requests": len(answers),
        "advisers": len(certificate["input"]["advisers"]),
        "placed": len(placed),
        "first_choices": sum(each["wouldRatherHave"] == 0 for each in placed),
        "nobody_may_help": sum(not listed for listed in certificate["lists"]),
        "at_least": certificate["extraPlaces"]["atLeast"],
        "at_most": certificate["extraPlaces"]["atMost"],
        "method": certificate["input"]["parameters"]["method"],
        "largest_at_most": certificate["largest"]["atMost"],
    }
