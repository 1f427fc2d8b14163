"""A plan as a mixed-integer programme: for each source whether it is used, and how much is taken. HiGHS solves it.

Amounts are in pounds here: a solver counts best where numbers are neither very large nor very small.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from uuid import UUID

import highspy

from rtp_finance_directory.plans.rules.cost import round_pence
from rtp_finance_directory.plans.rules.sources import Plan, PlanLimits, Source, find_cap, find_obstacle

POUND = 100
PENNY = 0.01
TOLERANCE = 0.5
"""Costs that differ by less, in pounds, are the same cost: of those plans the one with fewest sources is taken."""

Sum = highspy.highs.highs_linear_expression


class _Solver(highspy.Highs):
    """A solver that says nothing: it would write to the service's output when it is made."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the library's name
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call]


class Programme:
    """The choice among the sources that the group can use. `taken` and `used` are in their order."""

    def __init__(self, sources: Sequence[Source], limits: PlanLimits, *, using: UUID | None = None) -> None:
        usable = [each for each in sources if find_obstacle(each, limits) is None]
        self.sources = sorted(usable, key=lambda each: each.id)  # the same plan in whatever order they come
        self.limits = limits
        self.solver = _Solver()  # type: ignore[no-untyped-call]
        self.solver.setOptionValue("threads", 1)
        self.solver.setOptionValue("mip_rel_gap", 0.0)
        self.solver.setOptionValue("mip_abs_gap", PENNY / 100)
        self.taken = [self.solver.addVariable(0, find_cap(each, limits) / POUND) for each in self.sources]
        self.used = [self.solver.addBinary() for _ in self.sources]
        for source, taken, used in zip(self.sources, self.taken, self.used, strict=True):
            self._bind(taken <= find_cap(source, limits) / POUND * used)
            self._bind(taken >= source.min_pence / POUND * used)
            if source.id == using:
                self._bind(used >= 1)
        self.amount = self._add_up(lambda _: Decimal(1))
        self.cost = self._add_up(lambda each: each.price.cost)
        self.count = self.solver.qsum(self.used)
        self._keep_limits()

    def find_cheapest(self) -> Plan | None:
        """Return the cheapest plan that covers what is needed, with the fewest sources of those; None if none does."""
        if not self.sources:
            return None
        self._bind(self.amount >= self.limits.needed_pence / POUND)
        if not self._solve(self.cost):
            return None
        self._bind(self.cost <= float(self.solver.val(self.cost)) + TOLERANCE)
        self._solve(self.count)
        self._settle_choice()
        self._solve(self.cost)
        return self._read(self.limits.needed_pence)

    def find_most(self) -> Plan:
        """Return a plan that covers as much as can be of what is needed."""
        if not self.sources:
            return Plan({}, 0)
        self._solve(-1 * self.amount)
        self._bind(self.amount >= float(self.solver.val(self.amount)) - PENNY / 10)
        self._solve(self.cost)
        return self._read(None)

    def _keep_limits(self) -> None:
        limits = self.limits
        if not self.sources:
            return
        self._bind(self.amount <= limits.needed_pence / POUND)
        if limits.max_payment_pence is not None:
            payments = self._add_up(lambda each: each.price.highest_payment)
            self._bind(payments <= limits.max_payment_pence / POUND)
        if limits.subsidy_room_pence is not None and any(each.subsidy for each in self.sources):
            given = self._add_up(lambda each: (1 - each.price.lent) * each.subsidy)
            self._bind(given <= limits.subsidy_room_pence / POUND)
        if limits.max_sources is not None:
            self._bind(self.count <= limits.max_sources)
        used = {source.id: used for source, used in zip(self.sources, self.used, strict=True)}
        for source in self.sources:
            for other in sorted(source.excludes & used.keys()):
                self._bind(used[source.id] + used[other] <= 1)

    def _add_up(self, weigh: Callable[[Source], Decimal]) -> Sum:
        terms = [float(weigh(each)) * taken for each, taken in zip(self.sources, self.taken, strict=True)]
        return self.solver.qsum(terms)

    def _bind(self, condition: Sum) -> None:
        self.solver.addConstr(condition)

    def _settle_choice(self) -> None:
        for used in self.used:
            self._bind(used == round(float(self.solver.val(used))))

    def _solve(self, target: Sum) -> bool:
        """Solve for the least of the target; return whether there is a plan."""
        self.solver.minimize(target)
        status = self.solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return False
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"the solver ended with: {self.solver.modelStatusToString(status)}")
        return True

    def _read(self, covered: int | None) -> Plan:
        """Read the plan in whole pence. What rounding leaves of `covered` goes to a source that has room for it."""
        chosen = [
            (source, round_pence(Decimal(repr(float(self.solver.val(taken)))) * POUND))
            for source, taken, used in zip(self.sources, self.taken, self.used, strict=True)
            if round(float(self.solver.val(used)))
        ]
        missing = 0 if covered is None else covered - sum(pence for _, pence in chosen)
        amounts: dict[UUID, int] = {}
        for source, pence in chosen:
            amounts[source.id] = min(max(pence + missing, source.min_pence), find_cap(source, self.limits))
            missing -= amounts[source.id] - pence
        amounts = {each: pence for each, pence in amounts.items() if pence}
        cost = sum((amounts.get(each.id, 0) * each.price.cost for each in self.sources), Decimal(0))
        return Plan(amounts, round_pence(cost))
