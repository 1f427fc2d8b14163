"""A round worked out: a list for each request, and the assignment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rtp_advice_matching.constraints import Candidate
from rtp_advice_matching.matching import Fit, score
from rtp_advice_matching.ranking.index import AdviserIndex
from rtp_advice_matching.rounds.rules.assignment import assign
from rtp_advice_matching.rounds.rules.exact import solve
from rtp_advice_matching.rounds.rules.extra_places import ExtraPlaces, find_extra_places
from rtp_advice_matching.rounds.rules.fewest_places import FewestPlaces, find_fewest_places
from rtp_advice_matching.rounds.rules.market import NOBODY, Assignment, Market, MarketBuilder
from rtp_advice_matching.rounds.rules.snapshot import Method, Parameters, Waiting


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
    def fewest(self) -> FewestPlaces:
        """The fewest extra places with which everybody who has a list could have somebody."""
        return find_fewest_places(self.market, self.assignment)

    @cached_property
    def extra(self) -> ExtraPlaces:
        """Extra places with which a stable assignment gives everybody somebody who has a list."""
        return find_extra_places(self.market, self.assignment)

    def count_placeable(self) -> int:
        """Return how many requests could have a place, whatever anybody prefers."""
        listed = sum(len(self.market.list_pairs(request)) > 0 for request in range(self.market.requests))
        return listed - self.fewest.count


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
    if computed.placed == computed.count_placeable():
        return computed
    market = computed.market
    found = solve(market, [1] * len(market.advisers), computed.assignment)
    return replace(computed, assignment=found.assignment, solved=found.at_most)
