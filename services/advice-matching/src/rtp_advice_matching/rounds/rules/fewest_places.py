"""The fewest extra places with which everybody who has a list could have somebody, whatever anybody prefers: exactly.

A largest assignment leaves out so many, and each of these needs one place more. With fewer it cannot be done: requests
that together know of too few places prove it (Hall's theorem), and the largest assignment finds them.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from rtp_advice_matching.rounds.rules.market import NOBODY, Assignment, Market, list_left_out

_NOT_REACHED = -1
_USED = -2


@dataclass(frozen=True, slots=True)
class FewestPlaces:
    """The fewest extra places, and the proof of both: that they are enough, and that fewer are not."""

    added: dict[int, int]
    """Places for each adviser."""
    assignment: Assignment
    """With these places everybody with a list has somebody. It need not be stable."""
    short: tuple[int, ...]
    """Requests that together know of so many places too few."""

    @property
    def count(self) -> int:
        return sum(self.added.values())


def find_fewest_places(market: Market, assignment: Assignment) -> FewestPlaces:
    """Return the fewest extra places; the search begins from an assignment that keeps to the places."""
    largest = _Largest(market, assignment)
    left_out = list_left_out(market, assignment)
    while largest.measure_ways(left_out):
        left_out = [request for request in left_out if not largest.find_place(request)]
    short, added = sorted((*left_out, *largest.list_reached())), dict[int, int]()
    for request in left_out:
        pair = market.starts[request]
        largest.assigned[request] = pair
        added[market.advisers[pair]] = added.get(market.advisers[pair], 0) + 1
    return FewestPlaces(added, largest.assigned, tuple(short))


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
