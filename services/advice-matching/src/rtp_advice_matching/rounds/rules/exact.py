"""The best of all stable assignments, by integer programming: HiGHS solves it, and says what it has proved.

A pair is chosen or not (0 or 1). A request has one at the most, an adviser no more than places. It is stable if for
each pair of a request i and an adviser j with places p: p times "i has somebody whom it likes as much as j or more",
and the number of requests that j got and likes as much as i or more, come to p at the least (M. Delorme et al.,
Mathematical models for stable matching problems with ties and incomplete lists, EJOR 2019, 277(2), 426-441). Both sums
are variables of their own, one for each tie, so that each line of the model has few terms.

One thread and one seed: the same market has the same result, unless time ends the search.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from highspy import Highs, HighsLp, HighsModelStatus, HighsSolution, HighsVarType, MatrixFormat, ObjSense

from rtp_advice_matching.rounds.rules.market import NOBODY, Assignment, Market

PAIRS_AT_MOST = 20_000
"""Pairs of a market that may be solved: what was measured finishes within the time nearly always."""
SECONDS = 15.0
"""Then the best that was found stands, with what was proved by then: the answer must come within 30 seconds."""
_CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class Solved:
    """The best stable assignment that was found, and what no stable assignment exceeds."""

    assignment: Assignment
    worth: int
    at_most: int


def solve(market: Market, worths: Sequence[int], known: Assignment, *, seconds: float = SECONDS) -> Solved:
    """Return a stable assignment whose pairs are worth most. A stable one is `known`, from which the search begins."""
    worth = sum(worths[pair] for pair in known if pair != NOBODY)
    if not len(market.advisers):
        return Solved(known, worth, worth)
    model = _Model(market)
    solver = _start(model.write(worths), seconds)
    solution = HighsSolution()
    solution.col_value = model.write_values(known)
    solver.setSolution(solution)
    solver.run()
    found = model.read(solver.getSolution().col_value) if solver.getInfo().primal_solution_status else known
    reached = sum(worths[pair] for pair in found if pair != NOBODY)
    bound = int(np.floor(solver.getInfo().mip_dual_bound + _CLOSE)) if _has_bound(solver) else sum(worths)
    return Solved(found, reached, max(bound, reached)) if reached >= worth else Solved(known, worth, max(bound, worth))


def solve_extra_places(market: Market, known: Assignment, *, at_least: int, seconds: float = SECONDS) -> Solved:
    """Return a stable assignment that gives everybody with a list somebody, by the fewest extra places.

    `known` is one with more of them. The worth is the number of extra places, and `at_most` what it cannot fall below.
    """
    used = _count_extra(market, known)
    if used == at_least:
        return Solved(known, used, used)
    model = _Model(market, widened=True)
    solver = _start(model.write([0] * len(market.advisers)), seconds)
    solution = HighsSolution()
    solution.col_value = model.write_values(known)
    solver.setSolution(solution)
    solver.run()
    found = model.read(solver.getSolution().col_value) if solver.getInfo().primal_solution_status else known
    reached = min(used, _count_extra(market, found))
    bound = int(np.ceil(-solver.getInfo().mip_dual_bound - _CLOSE)) if _has_bound(solver) else at_least
    return Solved(found if reached < used else known, reached, min(max(bound, at_least), reached))


def _count_extra(market: Market, assignment: Assignment) -> int:
    taken = Counter(market.advisers[pair] for pair in assignment if pair != NOBODY)
    return sum(max(0, count - market.places[adviser]) for adviser, count in taken.items())


class _Solver(Highs):
    """A solver that says nothing: it would write to the service's output when it is made."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the library's name
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def _start(lp: HighsLp, seconds: float) -> Highs:
    solver: Highs = _Solver()  # type: ignore[no-untyped-call]
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", seconds)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.99)  # every worth is a whole number
    solver.passModel(lp)
    return solver


def _has_bound(solver: Highs) -> bool:
    known = (HighsModelStatus.kOptimal, HighsModelStatus.kTimeLimit)
    return solver.getModelStatus() in known and bool(np.isfinite(solver.getInfo().mip_dual_bound))


class _Model:
    """The lines of the model. A variable for each pair comes first; then one for each tie of a request or an adviser,
    which counts the pairs chosen as far as this tie.

    Where it is widened, each adviser has a third kind of variable besides, the extra places, and each request with a
    list has somebody: it is stable if "i has somebody whom it likes as much as j or more", or else those that j got and
    likes as much as i or more fill all places of j, the extra ones too.
    """

    def __init__(self, market: Market, *, widened: bool = False) -> None:
        self._market, self._widened = market, widened
        self._pairs = len(market.advisers)
        self._owners = market.list_owners()
        self._most = [1.0] * self._pairs
        self._starts, self._columns, self._values = [0], list[int](), list[float]()
        self._lower, self._upper = list[float](), list[float]()
        self._ties: list[tuple[int, list[int]]] = []
        """The variable of the tie before, or NOBODY, and the pairs of the tie."""
        known = [len(pairs) for pairs in market.list_pairs_by_adviser()]
        places = [max(pair) for pair in zip(market.places, known, strict=True)] if widened else market.places
        by_request = [self._count(market.list_pairs(request), market.scores, 1) for request in range(market.requests)]
        by_adviser = [
            self._count(pairs, market.priorities, places[adviser])
            for adviser, pairs in enumerate(market.list_pairs_by_adviser())
        ]
        requests = {pair: tie for ties in by_request for pair, tie in ties.items()}
        advisers = {pair: tie for ties in by_adviser for pair, tie in ties.items()}
        lines = {(requests[pair], advisers[pair]): market.advisers[pair] for pair in range(self._pairs)}
        if not widened:
            for (request, tie), adviser in lines.items():
                self._add([(request, places[adviser]), (tie, 1)], places[adviser], np.inf)
            return
        self._widen(lines, places, by_request, by_adviser)

    def _widen(
        self,
        lines: Mapping[tuple[int, int], int],
        most: Sequence[int],
        by_request: Sequence[Mapping[int, int]],
        by_adviser: Sequence[Mapping[int, int]],
    ) -> None:
        """Add the extra places of each adviser, and that everybody has somebody."""
        places, extra = self._market.places, len(self._most)
        self._most += [float(most[adviser] - places[adviser]) for adviser in range(len(places))]
        for (request, tie), adviser in lines.items():
            self._add([(request, most[adviser]), (tie, 1), (extra + adviser, -1)], places[adviser], np.inf)
        for ties in by_request:
            if ties:
                self._add([(max(ties.values()), 1)], 1, 1)
        for adviser, ties in enumerate(by_adviser):
            if ties:
                self._add([(max(ties.values()), 1), (extra + adviser, -1)], -np.inf, places[adviser])

    def _count(self, pairs: Sequence[int], ranks: Sequence[int], most: int) -> dict[int, int]:
        """Count the chosen of some pairs tie by tie, the best first; return the variable of each pair's tie."""
        found, before = dict[int, int](), NOBODY

        def rank(pair: int) -> int:
            return -ranks[pair]

        for _, group in groupby(sorted(pairs, key=rank), rank):
            tie = list(group)
            variable = self._pairs + len(self._ties)
            self._ties.append((before, tie))
            self._most.append(float(most))
            earlier = [] if before == NOBODY else [(before, 1)]
            self._add([*((pair, 1) for pair in tie), *earlier, (variable, -1)], 0, 0)
            found |= dict.fromkeys(tie, variable)
            before = variable
        return found

    def _add(self, terms: Sequence[tuple[int, int]], lower: float, upper: float) -> None:
        for column, value in terms:
            self._columns.append(column)
            self._values.append(value)
        self._starts.append(len(self._columns))
        self._lower.append(lower)
        self._upper.append(upper)

    def write(self, worths: Sequence[int]) -> HighsLp:
        lp = HighsLp()
        columns = len(self._most)
        lp.num_col_, lp.num_row_, lp.sense_ = columns, len(self._lower), ObjSense.kMaximize
        costs = [*map(float, worths), *[0.0] * (columns - self._pairs)]
        if self._widened:
            costs[-len(self._market.places) :] = [-1.0] * len(self._market.places)
        lp.col_cost_ = np.array(costs)
        lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.array(self._most)
        lp.row_lower_, lp.row_upper_ = np.array(self._lower, dtype=float), np.array(self._upper, dtype=float)
        lp.a_matrix_.format_ = MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(self._starts, dtype=np.int32)
        lp.a_matrix_.index_ = np.array(self._columns, dtype=np.int32)
        lp.a_matrix_.value_ = np.array(self._values, dtype=float)
        whole, any_number = HighsVarType.kInteger, HighsVarType.kContinuous
        lp.integrality_ = [whole] * self._pairs + [any_number] * (columns - self._pairs)
        # Extra places are whole by themselves: they are as few as the whole pairs allow.
        return lp

    def write_values(self, assignment: Assignment) -> list[float]:
        """Return the value of each variable in an assignment."""
        values = [0.0] * self._pairs
        for pair in assignment:
            if pair != NOBODY:
                values[pair] = 1.0
        for before, tie in self._ties:
            values.append((0.0 if before == NOBODY else values[before]) + sum(values[pair] for pair in tie))
        if self._widened:
            taken = Counter(self._market.advisers[pair] for pair in assignment if pair != NOBODY)
            values += [float(max(0, taken[each] - places)) for each, places in enumerate(self._market.places)]
        return values

    def read(self, values: Sequence[float]) -> list[int]:
        assignment = [NOBODY] * self._market.requests
        for pair in range(self._pairs):
            if values[pair] > 0.5:  # 0 or 1, but for rounding
                assignment[self._owners[pair]] = pair
        return assignment
