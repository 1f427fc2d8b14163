"""A stable assignment of requests to advisers that is as large as can be found in linear time where preferences tie.

Z. Király, Linear Time Local Approximation Algorithm for Maximum Stable Marriage, Algorithms 2013, 6(3), 471-484,
doi:10.3390/a6030471: at least two thirds of the largest stable assignment, where both sides may have ties. An adviser
with several places is as many equal places; that is worked out here without making copies. Requests propose, as in Gale
and Shapley's algorithm, with three differences:

- Among advisers whom a request likes equally, one with a free place is asked first.
- A request that got its place while an equally liked adviser still has a free one is unsettled: a full adviser who
  holds an unsettled request takes any other instead, and the unsettled one goes to the free place.
- Whoever was refused by the whole list begins anew once. From then on an adviser prefers it among equals.

An adviser who is full once stays full, so nothing is looked at twice without a reason: `_free_at` and `_next` of a
request move on within a tie only. The worst that an adviser holds comes from a heap, which adds a logarithm of its
places.
"""

from array import array
from collections.abc import Iterable
from heapq import heappop, heappush, heapreplace

from rtp_advice_matching.rounds.rules.market import NOBODY, Assignment, Market

_PAIRS = 40
"""Binary digits of a pair's number in a heap's keys."""
_PAIR = (1 << _PAIRS) - 1


def assign(market: Market, order: Iterable[int] | None = None) -> Assignment:
    """Return a stable assignment. Requests propose in `order`; another one may give another assignment, as good."""
    proposing = _Proposing(market)
    for request in range(market.requests) if order is None else order:
        proposing.settle(request)
    return proposing.assigned


class _Proposing:
    """The state while requests propose."""

    def __init__(self, market: Market) -> None:
        self._market = market
        requests, pairs = market.requests, len(market.advisers)
        self.assigned = array("i", [NOBODY]) * requests
        self._owners = market.list_owners()
        self._again = bytearray(requests)
        """For each request 1 once it has begun its list anew, else 0."""
        self._refused = bytearray(pairs)
        self._tie = array("i", market.starts[:-1])
        """The first pair of the tie in which each request looks."""
        self._next = array("i", market.starts[:-1])
        """In the tie, the first pair that was not refused."""
        self._free_at = array("i", market.starts[:-1])
        """In the tie, the first pair whose adviser had a free place."""
        self._free = array("i", market.places)
        self._held: list[list[int]] = [[] for _ in market.places]
        """A heap for each adviser, the worst first. What is no longer so is dropped when it comes up."""
        self._unsettled: list[list[int]] = [[] for _ in market.places]
        """Pairs that may be unsettled, for each adviser."""

    def settle(self, request: int) -> None:
        """Let a request propose until it has a place or no hope, and whoever lost a place by it, in turn."""
        active = request
        while active != NOBODY:
            pair = self._choose(active)
            active = NOBODY if pair == NOBODY else self._propose(active, pair)

    def _choose(self, request: int) -> int:
        """Return the pair to propose: the best that is left, if possible with a free place."""
        market, end = self._market, self._market.starts[request + 1]
        while True:
            if self._tie[request] == end:
                if self._again[request]:
                    return NOBODY
                self._begin_anew(request)
                if self._tie[request] == end:
                    return NOBODY
            if (pair := self._find_free(request, end)) != NOBODY:
                return pair
            points, pair = market.scores[self._tie[request]], self._next[request]
            while pair < end and market.scores[pair] == points:
                if not self._refused[pair]:
                    self._next[request] = pair
                    return pair
                pair += 1
            self._tie[request] = self._next[request] = self._free_at[request] = pair

    def _find_free(self, request: int, end: int) -> int:
        """Return a pair of the tie whose adviser has a free place."""
        market, free = self._market, self._free
        points, pair = market.scores[self._tie[request]], self._free_at[request]
        while pair < end and market.scores[pair] == points:
            if free[market.advisers[pair]] > 0:
                self._free_at[request] = pair
                return pair
            pair += 1
        self._free_at[request] = pair
        return NOBODY

    def _begin_anew(self, request: int) -> None:
        first, end = self._market.starts[request], self._market.starts[request + 1]
        self._again[request] = 1
        self._refused[first:end] = bytes(end - first)
        self._tie[request] = self._next[request] = self._free_at[request] = first

    def _propose(self, request: int, pair: int) -> int:
        """Propose; return who has to propose next: nobody, whoever lost the place, or the one who was refused."""
        adviser = self._market.advisers[pair]
        if self._free[adviser] > 0:
            self._free[adviser] -= 1
            self._hold(request, pair, adviser)
            return NOBODY
        if (moved := self._release_unsettled(adviser)) != NOBODY:
            self._hold(request, pair, adviser)
            return moved
        return self._compete(request, pair, adviser)

    def _compete(self, request: int, pair: int, adviser: int) -> int:
        """Give the place of the worst whom the adviser holds to the request, if that is better."""
        held, key = self._held[adviser], self._make_key(request, pair)
        while held and not self._holds(held[0]):
            heappop(held)
        if not held or held[0] >> _PAIRS >= key >> _PAIRS:
            self._refused[pair] = 1
            return request
        lost = heapreplace(held, key) & _PAIR
        self._note_unsettled(request, pair, adviser)
        self.assigned[request] = pair
        self._refused[lost] = 1
        loser = self._owners[lost]
        self.assigned[loser] = NOBODY
        return loser

    def _hold(self, request: int, pair: int, adviser: int) -> None:
        heappush(self._held[adviser], self._make_key(request, pair))
        self._note_unsettled(request, pair, adviser)
        self.assigned[request] = pair

    def _make_key(self, request: int, pair: int) -> int:
        return (self._market.priorities[pair] << 1 | self._again[request]) << _PAIRS | pair

    def _holds(self, key: int) -> bool:
        request = self._owners[key & _PAIR]
        return self.assigned[request] == key & _PAIR and self._again[request] == key >> _PAIRS & 1

    def _note_unsettled(self, request: int, pair: int, adviser: int) -> None:
        market, tie = self._market, self._tie[request]
        alone = pair == tie and (
            pair + 1 == market.starts[request + 1] or market.scores[pair + 1] != market.scores[pair]
        )
        if not alone:
            self._unsettled[adviser].append(pair)

    def _release_unsettled(self, adviser: int) -> int:
        """Take the place from a request that can have an equally liked adviser's free place; return which."""
        noted = self._unsettled[adviser]
        while noted:
            pair = noted.pop()
            request = self._owners[pair]
            if self.assigned[request] != pair:
                continue
            if self._find_free(request, self._market.starts[request + 1]) != NOBODY:
                self.assigned[request] = NOBODY
                return request
        return NOBODY
