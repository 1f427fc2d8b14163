"""The rows that are measured by load: each is ours beside the floor, in turns."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from bench.load import Figures, Target, measure
from bench.measured_services import MeasuredServices

CLIENTS = 16
WARM_UP_SECONDS = 2.0
Row = dict[str, Any]


@dataclass
class Bench:
    """Measures rows with the services and the floor in turns."""

    services: MeasuredServices
    rounds: int
    seconds: float
    say: Callable[[str], None]
    _used: int = 0

    def measure_beside_floor(self, mode: str) -> Row:
        """Measure the service and the floor under the same load."""
        floor, ours = self._measure_in_turns(mode, self.services.floor, self.services.service)
        return {"name": mode, **_compare(floor, ours), "statements": len(self.services.statements[mode])}

    def measure_log_append(self) -> Row:
        """Measure actions with the log, beside the same without: a trigger makes the leaf of each audit entry."""
        service = self.services.service
        without, ours = self._measure_in_turns("action", service, service, before=self.services.switch_log)
        row = {"name": "log-append", **_compare(without, ours)}
        return {**row, "added_percent": round((1 / row["ratio"] - 1) * 100, 1)}

    def _measure_in_turns(
        self,
        mode: str,
        first: Target,
        second: Target,
        *,
        clients: int = CLIENTS,
        before: Callable[[bool], None] = lambda _: None,
    ) -> tuple[list[Figures], list[Figures]]:
        """Measure both in turns; `before` each turn is told whether it is the second's."""

        def once(target: Target, seconds: float = self.seconds) -> Figures:
            services = self.services
            acting = mode == "action"
            figures = measure(
                mode,
                target,
                clients=clients,
                seconds=seconds,
                token=services.officers_token if acting else services.token,
                ids=services.action_ids if acting else services.ids,
                used=self._used,
            )
            # Each case can be moved once. Those that were under way at the end are used up too.
            self._used += figures.requests + 2 * clients if acting else 0
            return figures

        for is_second, target in enumerate((first, second)):
            before(bool(is_second))
            once(target, WARM_UP_SECONDS)
        found: tuple[list[Figures], list[Figures]] = ([], [])
        for number in range(1, self.rounds + 1):
            pair = []
            for is_second, target in enumerate((first, second)):
                before(bool(is_second))
                pair.append(once(target))
            for figures, one in zip(found, pair, strict=True):
                figures.append(one)
            rates = " and ".join(f"{one.per_second:,.0f}" for one in pair)
            who = f"{clients} clients" if clients > 1 else "one client"
            self.say(f"  {mode}, {who}, round {number} of {self.rounds}: {rates} a second")
        return found


def _compare(floor: list[Figures], ours: list[Figures]) -> Row:
    """Take medians over the rounds; a ratio is made within a round, because a machine's pace changes between rounds."""
    pairs = list(zip(floor, ours, strict=True))
    return {
        "ratio": round(statistics.median(b.per_second / a.per_second for a, b in pairs), 3),
        "cpu_ratio": round(statistics.median(b.per_cpu_second / a.per_cpu_second for a, b in pairs), 3),
        **_take_medians(ours),
        "floor": _take_medians(floor),
        "clients": CLIENTS,
        "rounds": len(pairs),
    }


def _take_medians(measured: list[Figures]) -> Row:
    return {
        field.name: round(statistics.median(getattr(one, field.name) for one in measured), 3)
        for field in fields(Figures)
    }
