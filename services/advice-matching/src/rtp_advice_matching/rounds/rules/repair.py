"""A round repaired after something has changed: stable again, and as few requests moved as can be.

Preferences stay as they were in the round; what changes is who takes part, places, and which pairs may be. Moved is a
request that had an adviser, takes part still, and has this one no more. Of all stable assignments of the changed market
one is wanted with the fewest moved, and of those one that places most.

- Chains, in linear time: whoever lost the adviser proposes down the list, and so does whoever is pushed out in turn;
  then each place that is free and wanted goes to whom the adviser likes best, and the place that this one leaves
  likewise. Where nobody likes two equally, and places were only lost, whoever is moved by a chain is moved in every
  stable assignment: nobody could do with fewer (a test shows it against all of them).
- Where preferences tie fewer may do. Up to the size of the exact method the solver finds the fewest, from the chains'
  result on. Else the chains' result stands, with the number who must move anyway: those whose pair may be no more.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from rtp_advice_matching.rounds.rules.exact import PAIRS_AT_MOST, SECONDS, solve
from rtp_advice_matching.rounds.rules.extra_places import Envy
from rtp_advice_matching.rounds.rules.market import NOBODY, Assignment, Market

Advisers = Sequence[int]
"""The adviser of each request, or NOBODY."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is otherwise than in the round. Requests and advisers are places in its lists."""

    gone: frozenset[int] = frozenset()
    """Requests that take part no more."""
    places: Mapping[int, int] = field(default_factory=dict)
    """Places of the advisers who have more or fewer."""
    struck: frozenset[tuple[int, int]] = frozenset()
    """Requests and advisers on their lists who may not be a pair any more."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """A repaired round: who has whom now, and how many had to be moved at the least."""

    advisers: Advisers
    moved: int
    at_least: int


def change_market(market: Market, changes: Changes) -> Market:
    """Return the market after the changes. Requests and advisers keep their numbers, pairs do not."""
    places = array("i", (changes.places.get(adviser, places) for adviser, places in enumerate(market.places)))
    starts, kept = array("i", [0]), list[int]()
    for request in range(market.requests):
        pairs = () if request in changes.gone else market.list_pairs(request)
        kept += [pair for pair in pairs if (request, market.advisers[pair]) not in changes.struck]
        starts.append(len(kept))
    advisers, scores, priorities = (
        array(column.typecode, (column[pair] for pair in kept))
        for column in (market.advisers, market.scores, market.priorities)
    )
    return Market(starts, advisers, scores, priorities, places)


def repair(
    market: Market, before: Advisers, changes: Changes, *, solved_at_most: int = PAIRS_AT_MOST, seconds: float = SECONDS
) -> Repaired:
    """Repair an assignment that was stable before the changes."""
    changed = change_market(market, changes)
    standing = find_standing(changed, before)
    had = [request for request, adviser in enumerate(before) if adviser != NOBODY and request not in changes.gone]
    chained = _chain(market, changed, before, standing)
    assignment, at_least = chained, sum(standing[request] == NOBODY for request in had)
    if len(changed.advisers) <= solved_at_most:
        worths = [1] * len(changed.advisers)
        for request in had:
            if (pair := _find_pair(changed, request, before[request])) != NOBODY:
                worths[pair] += len(before) + 1
        found = solve(changed, worths, chained, seconds=seconds)
        assignment = found.assignment
        at_least = max(at_least, len(had) - found.at_most // (len(before) + 1))
    advisers = [NOBODY if pair == NOBODY else changed.advisers[pair] for pair in assignment]
    return Repaired(advisers, sum(advisers[request] != before[request] for request in had), at_least)


def _find_pair(market: Market, request: int, adviser: int) -> int:
    return next((pair for pair in market.list_pairs(request) if market.advisers[pair] == adviser), NOBODY)


def find_standing(changed: Market, before: Advisers) -> list[int]:
    """Return the pairs that may stand; where places are too few, those that the adviser likes best."""
    pairs = [_find_pair(changed, request, adviser) for request, adviser in enumerate(before)]
    held: list[list[int]] = [[] for _ in changed.places]
    for request, pair in enumerate(pairs):
        if pair != NOBODY:
            held[before[request]].append(request)
    for adviser, requests in enumerate(held):
        requests.sort(key=lambda request: -changed.priorities[pairs[request]])
        for request in requests[changed.places[adviser] :]:
            pairs[request] = NOBODY
    return pairs


def _chain(market: Market, changed: Market, before: Advisers, standing: Sequence[int]) -> Assignment:
    """Let whoever lost the adviser propose, then fill the places that became free."""
    used = [0] * len(market.places)
    for adviser in before:
        if adviser != NOBODY:
            used[adviser] += 1
    contested = [used[adviser] >= places for adviser, places in enumerate(market.places)]
    """Advisers who were full: others may want each place of theirs that becomes free, and the best of them gets it."""
    proposing = _Proposing(changed, standing, contested)
    for request, adviser in enumerate(before):
        if adviser != NOBODY and standing[request] == NOBODY:
            proposing.settle(request)
    envy = Envy(changed, proposing.assigned)
    for adviser, free in enumerate(proposing.count_free()):
        for _ in range(free):
            envy.add_place(adviser)
    return envy.assigned


class _Proposing:
    """Requests propose to advisers who hold others already; a place that is contested is not given away by this."""

    def __init__(self, market: Market, standing: Sequence[int], contested: Sequence[bool]) -> None:
        self._market = market
        self.assigned = list(standing)
        self._owners = market.list_owners()
        self._held: list[list[tuple[int, int]]] = [[] for _ in market.places]
        for pair in standing:
            if pair != NOBODY:
                self._held[market.advisers[pair]].append((market.priorities[pair], pair))
        for held in self._held:
            heapify(held)
        self._open = [
            len(self._held[adviser]) if contested[adviser] else places for adviser, places in enumerate(market.places)
        ]

    def settle(self, request: int) -> None:
        active = request
        while active != NOBODY:
            active = self._place(active)

    def _place(self, request: int) -> int:
        """Give a request the best that it can have; return who lost the place by it, or nobody."""
        market = self._market
        self.assigned[request] = NOBODY
        pairs = sorted(
            market.list_pairs(request),
            key=lambda pair: (-market.scores[pair], not self._has_room(market.advisers[pair])),
        )
        for pair in pairs:
            held, key = self._held[market.advisers[pair]], (market.priorities[pair], pair)
            if self._has_room(market.advisers[pair]):
                heappush(held, key)
                self.assigned[request] = pair
                return NOBODY
            if held and held[0][0] < key[0]:
                lost = self._owners[heappop(held)[1]]
                heappush(held, key)
                self.assigned[request] = pair
                return lost
        return NOBODY

    def _has_room(self, adviser: int) -> bool:
        return len(self._held[adviser]) < self._open[adviser]

    def count_free(self) -> list[int]:
        return [places - len(held) for places, held in zip(self._market.places, self._held, strict=True)]
