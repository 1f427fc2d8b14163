"""What would change a stable assignment: more places of one adviser, and the fewest with which everybody has one.

Which extra places are the fewest, so that a stable assignment leaves nobody out, is NP-hard to say exactly (Chen and
Csáji, Optimal Capacity Modification for Many-To-One Matching Problems, 2023). So there are two bounds, each with proof:

- At least: requests that together know of too few places, whatever is done with these (Hall's theorem; a largest
  assignment finds them).
- At most: places that suffice, with the stable assignment that they make possible. A place that is added is offered to
  whoever the adviser likes best of those who would rather have it; the place that this one leaves is offered likewise.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from rtp_advice_matching.rounds.rules.market import NOBODY, Assignment, Market

_NOT_REACHED = -1
_USED = -2


@dataclass(frozen=True, slots=True)
class Enough:
    """So many more places of an adviser are enough for a request, and need not be the fewest."""

    pair: int
    places: int


@dataclass(frozen=True, slots=True)
class ExtraPlaces:
    """The bounds of the fewest extra places with which everybody who is on somebody's list has one."""

    at_least: int
    short: tuple[int, ...]
    """Requests that know of `at_least` places too few: the proof."""
    at_most: int
    added: dict[int, int]
    """Places for each adviser, `at_most` in all."""
    assignment: Assignment
    """Stable with these places, and nobody is left out: the proof."""


class Envy:
    """The requests that would rather have each adviser: those that the adviser prefers come first, and of equals those
    without a place.
    """

    def __init__(self, market: Market, assignment: Assignment) -> None:
        self._market = market
        self.assigned = array("i", assignment)
        self._owners = market.list_owners()
        self._queues = [self._line_up(pairs) for pairs in market.list_pairs_by_adviser()]
        self._heads = [0] * len(market.places)

    def count_before(self, pair: int) -> int:
        """Count those whom the adviser prefers to the pair's request, of all who would rather have the adviser."""
        queue, priorities = self._queues[self._market.advisers[pair]], self._market.priorities
        return bisect_left(queue, -priorities[pair], key=lambda each: -priorities[each])

    def add_place(self, adviser: int) -> None:
        """Offer a place to whoever should have it, and the place that this one leaves, until nobody wants one."""
        while adviser != NOBODY and (pair := self._take_first(adviser)) != NOBODY:
            request = self._owners[pair]
            left = self.assigned[request]
            self.assigned[request] = pair
            adviser = NOBODY if left == NOBODY else self._market.advisers[left]

    def _take_first(self, adviser: int) -> int:
        queue, head = self._queues[adviser], self._heads[adviser]
        while head < len(queue) and not self._envies(queue[head]):
            head += 1
        self._heads[adviser] = min(head + 1, len(queue))
        return queue[head] if head < len(queue) else NOBODY

    def _envies(self, pair: int) -> bool:
        own = self.assigned[self._owners[pair]]
        return own == NOBODY or self._market.scores[own] < self._market.scores[pair]

    def _line_up(self, pairs: "array[int]") -> "array[int]":
        priorities = self._market.priorities
        waiting = [pair for pair in pairs if self._envies(pair)]
        waiting.sort(key=lambda pair: (-priorities[pair], self.assigned[self._owners[pair]] != NOBODY))
        return array("i", waiting)


def find_enough(market: Market, envy: Envy, request: int) -> Enough | None:
    """Return the adviser of whom the fewest more places are enough for a request that got nobody."""
    found = (Enough(pair, envy.count_before(pair) + 1) for pair in market.list_pairs(request))
    return min(found, key=lambda each: each.places, default=None)


def bound_extra_places(market: Market, assignment: Assignment) -> ExtraPlaces:
    """Return the bounds of the fewest extra places, each with its proof."""
    short = _find_short(market, assignment)
    known = {market.advisers[pair] for request in short for pair in market.list_pairs(request)}
    at_least = len(short) - sum(market.places[adviser] for adviser in known)
    envy, added = Envy(market, assignment), dict[int, int]()
    left_out = [request for request in range(market.requests) if _is_left_out(market, assignment, request)]
    enough = {request: find_enough(market, envy, request) for request in left_out}
    for request in sorted(left_out, key=lambda each: (_count(enough[each]), each)):
        way = enough[request]
        assert way is not None  # noqa: S101 - the list of whoever is left out is not empty
        adviser = market.advisers[way.pair]
        while envy.assigned[request] == NOBODY:
            envy.add_place(adviser)
            added[adviser] = added.get(adviser, 0) + 1
    return ExtraPlaces(at_least, tuple(short), sum(added.values()), added, envy.assigned)


def _count(way: Enough | None) -> int:
    return way.places if way else 0


def _is_left_out(market: Market, assignment: Assignment, request: int) -> bool:
    return assignment[request] == NOBODY and len(market.list_pairs(request)) > 0


def _find_short(market: Market, assignment: Assignment) -> list[int]:
    """Return requests that together know of too few places, by as many as any assignment leaves out."""
    largest = _Largest(market, assignment)
    left_out = [request for request in range(market.requests) if _is_left_out(market, assignment, request)]
    while largest.measure_ways(left_out):
        left_out = [request for request in left_out if not largest.find_place(request)]
    return sorted((*left_out, *largest.list_reached()))


class _Largest:
    """Makes an assignment as large as it can be, whatever anybody prefers, by ways on which others move on.

    The shortest ways come first (J. Hopcroft and R. Karp, 1973), so few rounds of measuring are needed.
    """

    def __init__(self, market: Market, assignment: Assignment) -> None:
        self._market, self.assigned = market, array("i", assignment)
        self._free = array("i", market.places)
        self._holders: list[set[int]] = [set() for _ in market.places]
        self._steps = array("i", [])
        """For each adviser the number of others who must move on before there is a place for somebody left out."""
        for request, pair in enumerate(assignment):
            if pair != NOBODY:
                self._free[market.advisers[pair]] -= 1
                self._holders[market.advisers[pair]].add(request)

    def list_reached(self) -> Sequence[int]:
        """Return the requests that hold the places of all advisers who were reached in vain."""
        reached = (adviser for adviser, steps in enumerate(self._steps) if steps >= 0)
        return [request for adviser in reached for request in self._holders[adviser]]

    def measure_ways(self, left_out: Sequence[int]) -> bool:
        """Measure the steps to each adviser, as far as the nearest free place; return whether there is one."""
        self._steps = array("i", [_NOT_REACHED]) * len(self._free)
        asking, steps, found = list(left_out), 0, False
        while asking and not found:
            reached = self._reach(asking, steps)
            found = any(self._free[adviser] > 0 for adviser in reached)
            asking = [request for adviser in reached for request in self._holders[adviser]]
            steps += 1
        return found

    def _reach(self, asking: Sequence[int], steps: int) -> list[int]:
        reached = []
        for request in asking:
            for pair in self._market.list_pairs(request):
                adviser = self._market.advisers[pair]
                if self._steps[adviser] == _NOT_REACHED:
                    self._steps[adviser] = steps
                    reached.append(adviser)
        return reached

    def find_place(self, request: int) -> bool:
        """Give a request a place by moving others along a shortest way, if one is left."""
        advisers = self._market.advisers
        came_by: dict[int, tuple[int, int]] = {}
        """By adviser: the request that wants it, and the pair."""
        looking = [(request, 0)]
        while looking:
            current, steps = looking.pop()
            for pair in self._market.list_pairs(current):
                adviser = advisers[pair]
                if self._steps[adviser] != steps:
                    continue
                self._steps[adviser] = _USED
                came_by[adviser] = current, pair
                if self._free[adviser] > 0:
                    self._move(adviser, came_by)
                    if self._free[adviser] > 0:
                        self._steps[adviser] = steps
                    return True
                looking.extend((each, steps + 1) for each in self._holders[adviser])
        return False

    def _move(self, adviser: int, came_by: dict[int, tuple[int, int]]) -> None:
        self._free[adviser] -= 1
        while True:
            request, pair = came_by[adviser]
            left = self.assigned[request]
            self.assigned[request] = pair
            self._holders[adviser].add(request)
            if left == NOBODY:
                return
            adviser = self._market.advisers[left]
            self._holders[adviser].discard(request)
