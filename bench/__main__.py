"""`python -m bench [--only NAME]`: measure, print a table, and write bench/results.json."""

import argparse
import json
import os
import platform
import signal
import statistics
import sys
from collections.abc import Callable
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.load import Figures, LoadError, Target, ensure_wrk, measure
from bench.stage import CASES, Stage

RESULTS = Path(__file__).with_name("results.json")
CLIENTS = 16
Row = dict[str, Any]


class Bench:
    def __init__(self, stage: Stage, *, rounds: int, seconds: float) -> None:
        self._stage = stage
        self._rounds = rounds
        self._seconds = seconds

    def beside_floor(self, mode: str) -> Row:
        """The service and the floor in turns, under the same load."""
        floor, ours = self._in_turns(mode, self._stage.floor, self._stage.service)
        return {"name": mode, **_ratios(floor, ours), **_medians(ours), "floor": _medians(floor), "clients": CLIENTS}

    def gateway_read(self) -> Row:
        """Reads through the gateway: what it adds for one client alone, and its throughput beside the bare floor's."""
        floor, ours = self._in_turns("read", self._stage.floor, self._stage.gateway)
        direct, through = self._in_turns("read", self._stage.service, self._stage.gateway, clients=1)
        added = [b.p50_ms - a.p50_ms for a, b in zip(direct, through, strict=True)]
        alone = {"added_p50_ms": round(statistics.median(added), 3), "direct_p50_ms": _medians(direct)["p50_ms"]}
        figures = {**_ratios(floor, ours), **_medians(ours), "floor": _medians(floor), "clients": CLIENTS}
        return {"name": "gateway-read", **figures, **alone, "added_clients": 1}

    def _in_turns(
        self, mode: str, first: Target, second: Target, *, clients: int = CLIENTS
    ) -> tuple[list[Figures], list[Figures]]:
        def once(target: Target, seconds: float) -> Figures:
            stage = self._stage
            return measure(mode, target, clients=clients, seconds=seconds, token=stage.token, ids=stage.ids)

        for target in (first, second):
            once(target, 2)
        found: tuple[list[Figures], list[Figures]] = ([], [])
        for number in range(self._rounds):
            pair = once(first, self._seconds), once(second, self._seconds)
            for figures, one in zip(found, pair, strict=True):
                figures.append(one)
            rates = " and ".join(f"{one.per_second:,.0f}/s" for one in pair)
            _say(f"  {mode}, {clients} clients, round {number + 1} of {self._rounds}: {rates}")
        return found


def _ratios(floor: list[Figures], ours: list[Figures]) -> Row:
    pairs = list(zip(floor, ours, strict=True))
    return {
        "ratio": round(statistics.median(b.per_second / a.per_second for a, b in pairs), 3),
        "cpu_ratio": round(statistics.median(b.per_cpu_second / a.per_cpu_second for a, b in pairs), 3),
    }


def _medians(measured: list[Figures]) -> Row:
    return {
        field.name: round(statistics.median(getattr(one, field.name) for one in measured), 3)
        for field in fields(Figures)
    }


def _say(text: str) -> None:
    print(text, flush=True)


def table(rows: list[Row]) -> str:
    head = [
        "name",
        "ratio",
        "cpu ratio",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "per s",
        "per cpu s",
        "floor per s",
        "added p50 ms",
    ]
    cells = [head]
    for row in rows:
        floor = row.get("floor", {})
        figures = [row.get(key) for key in ("ratio", "cpu_ratio", "p50_ms", "p95_ms", "p99_ms")]
        rates = [row.get("per_second"), row.get("per_cpu_second"), floor.get("per_second")]
        added = row.get("added_p50_ms")
        shown = [*figures, *(rate and round(rate) for rate in rates), added]
        cells.append([row["name"], *("" if cell is None else f"{cell:,}" for cell in shown)])
    widths = [max(len(line[i]) for line in cells) for i in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in cells
    )


def main() -> int:
    names = ["create", "read", "list", "gateway-read"]
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=names)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=4)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        ensure_wrk()
        _say(f"Starting PostgreSQL, the service, the gateway and the floor; {CASES:,} cases.")
        with Stage() as stage:
            bench = Bench(stage, rounds=arguments.rounds, seconds=arguments.seconds)
            # Reads first: creating adds to the cases that are listed.
            works: dict[str, Callable[[], Row]] = {
                "read": lambda: bench.beside_floor("read"),
                "list": lambda: bench.beside_floor("list"),
                "gateway-read": bench.gateway_read,
                "create": lambda: bench.beside_floor("create"),
            }
            found = {name: work() for name, work in works.items() if arguments.only in (None, name)}
            rows = [found[name] for name in names if name in found]
    except LoadError as error:
        return int(bool(sys.stderr.write(f"bench: {error}\n")))
    RESULTS.write_text(json.dumps({"rows": rows, "about": about()}, indent=2) + "\n")
    _say(table(rows))
    return 0


def about() -> dict[str, Any]:
    packages = ("fastapi", "uvicorn", "sqlalchemy", "asyncpg", "psycopg", "aiohttp", "pydantic")
    return {
        "command": " ".join(["python", "-m", "bench", *sys.argv[1:]]),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
        "cpus": os.cpu_count(),
        "cases": CASES,
    }


sys.exit(main())
