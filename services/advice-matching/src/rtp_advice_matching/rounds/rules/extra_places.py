"""What would change a stable assignment: more places of one adviser, and so many that it leaves nobody out.

Which extra places are the fewest, so that a stable assignment leaves nobody out, is NP-hard to say exactly (Chen and
Csáji, Optimal Capacity Modification for Many-To-One Matching Problems, 2023). They are no fewer than `fewest_places`
finds for any assignment. Here are places that suffice, with the stable assignment that they make possible: a place that
is added is offered to whoever the adviser likes best of those who would rather have it; the place that this one leaves
is offered likewise. `exact.solve_extra_places` finds the fewest of a small market.
"""

from array import array
from bisect import bisect_left
from dataclasses import dataclass

from rtp_advice_matching.rounds.rules.market import NOBODY, Assignment, Market, list_left_out


@dataclass(frozen=True, slots=True)
class Enough:
    """So many more places of an adviser are enough for a request, and need not be the fewest."""

    pair: int
    places: int


@dataclass(frozen=True, slots=True)
class ExtraPlaces:
    """Extra places with which a stable assignment gives everybody one who has a list, and that assignment."""

    added: dict[int, int]
    """Places for each adviser."""
    assignment: Assignment

    @property
    def count(self) -> int:
        return sum(self.added.values())


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


def find_extra_places(market: Market, assignment: Assignment) -> ExtraPlaces:
    """Return extra places that suffice for a stable assignment that leaves nobody out; they need not be the fewest."""
    envy, added = Envy(market, assignment), dict[int, int]()
    enough = {request: find_enough(market, envy, request) for request in list_left_out(market, assignment)}
    for request in sorted(enough, key=lambda each: (_count(enough[each]), each)):
        way = enough[request]
        assert way is not None  # noqa: S101 - the list of whoever is left out is not empty
        adviser = market.advisers[way.pair]
        while envy.assigned[request] == NOBODY:
            envy.add_place(adviser)
            added[adviser] = added.get(adviser, 0) + 1
    return ExtraPlaces(added, envy.assigned)


def _count(way: Enough | None) -> int:
    return way.places if way else 0
