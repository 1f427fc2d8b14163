"""A market: requests with lists of advisers, and advisers with places, in arrays of whole numbers.

A pair is an adviser on a request's list. It is a number, and what belongs to it stands at this number in each array.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Market:
    """Who is on whose list, and how both sides rank each other. Equal numbers are a tie."""

    starts: "array[int]"
    """The first pair of each request, and the end of the last one's."""
    advisers: "array[int]"
    """The adviser of each pair, best first within each request's list."""
    scores: "array[int]"
    """What the pair is worth to the request."""
    priorities: "array[int]"
    """What the pair is worth to the adviser."""
    places: "array[int]"
    """How many requests each adviser can help."""

    @property
    def requests(self) -> int:
        return len(self.starts) - 1

    def list_pairs(self, request: int) -> range:
        return range(self.starts[request], self.starts[request + 1])

    def list_owners(self) -> "array[int]":
        """Return the request of each pair."""
        owners = array("i")
        for request in range(self.requests):
            owners.extend([request] * len(self.list_pairs(request)))
        return owners

    def list_pairs_by_adviser(self) -> "list[array[int]]":
        """Return the pairs of each adviser."""
        pairs = [array("i") for _ in self.places]
        for pair, adviser in enumerate(self.advisers):
            pairs[adviser].append(pair)
        return pairs

    def with_places(self, places: Iterable[int]) -> "Market":
        return Market(self.starts, self.advisers, self.scores, self.priorities, array("i", places))


class MarketBuilder:
    """Puts the lists of requests into a market, one after the other."""

    def __init__(self, places: Iterable[int]) -> None:
        self._starts, self._places = array("i", [0]), array("i", places)
        self._advisers, self._scores, self._priorities = array("i"), array("h"), array("h")

    def add_list(self, listed: Sequence[tuple[int, int]], *, waited: int) -> None:
        """Add a request's list: advisers and scores, best first. Advisers add to the score the points for waiting."""
        for adviser, points in listed:
            self._advisers.append(adviser)
            self._scores.append(points)
            self._priorities.append(points + waited)
        self._starts.append(len(self._advisers))

    def build(self) -> Market:
        return Market(self._starts, self._advisers, self._scores, self._priorities, self._places)


Assignment = Sequence[int]
"""The pair that each request got, or NOBODY."""


def list_left_out(market: Market, assignment: Assignment) -> list[int]:
    """List the requests that have a list and nobody."""
    return [
        request
        for request in range(market.requests)
        if assignment[request] == NOBODY and len(market.list_pairs(request)) > 0
    ]


def find_blocking_pair(market: Market, assignment: Assignment) -> int | None:
    """Return a pair who would both rather have each other than what they got; a stable assignment has none."""
    worst: list[int | None] = [None] * len(market.places)
    taken = [0] * len(market.places)
    for pair in assignment:
        if pair != NOBODY:
            adviser, priority = market.advisers[pair], market.priorities[pair]
            taken[adviser] += 1
            before = worst[adviser]
            worst[adviser] = priority if before is None else min(before, priority)
    for request, own in enumerate(assignment):
        for pair in market.list_pairs(request):
            if own != NOBODY and market.scores[pair] <= market.scores[own]:
                break
            adviser = market.advisers[pair]
            least = worst[adviser]
            if taken[adviser] < market.places[adviser] or (least is not None and least < market.priorities[pair]):
                return pair
    return None
