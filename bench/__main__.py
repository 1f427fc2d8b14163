"""`python -m bench`: measure ours beside the floor, print a table, and write bench/results.json.

`--only NAME` measures one row and writes nothing.
"""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import (
    beside_nginx,
    eligibility,
    events,
    exports,
    grant_reads,
    grants,
    hidden,
    limits,
    lists,
    many_subscribers,
    proposals,
    relay,
    rounds,
    webhook,
)
from bench.load import LoadError, ensure_wrk
from bench.measured_processes import MeasuredProcesses
from bench.measured_services import CASES, MeasuredServices
from bench.rows import Bench, Row
from bench.under_attack import row as attack_row

RESULTS = Path(__file__).with_name("results.json")
SERVICES = ("create", "read", "list", "action", "log-append", "unknown-or-hidden")
EVENTS = ("event-idle", "event-200", "many-to-many", "event-drain")
NAMES = (
    *SERVICES, *beside_nginx.NAMES, "submit-to-webhook", "relay", *EVENTS, "under-attack", *rounds.NAMES,
    *proposals.NAMES, *eligibility.NAMES, *grants.NAMES, *grant_reads.NAMES, *exports.NAMES, *lists.NAMES,
)  # fmt: skip
COLUMNS = {
    "ratio": "ratio",
    "cpu_ratio": "CPU ratio",
    "p50_ms": "p50 ms",
    "p95_ms": "p95 ms",
    "p99_ms": "p99 ms",
    "per_second": "a second",
    "per_cpu_second": "a CPU second",
    "floor_per_second": "floor a second",
    "floor_p50_ms": "floor p50 ms",
    "added_p50_ms": "added p50 ms",
    "added_percent": "added %",
    "growth": "growth",
    "seconds": "seconds",
    "floor_seconds": "floor seconds",
    "mib": "MiB",
}
PACKAGES = ("fastapi", "uvicorn", "uvloop", "sqlalchemy", "asyncpg", "psycopg", "aiohttp", "pydantic")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=NAMES)
    parser.add_argument("--rounds", type=int, default=5, help="how often ours and the floor take turns")
    parser.add_argument("--seconds", type=float, default=3, help="how long a turn is")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        ensure_wrk()
        rows = list(measure_rows(options.only, options.rounds, options.seconds))
    except LoadError as error:
        sys.stderr.write(f"bench: {error}\n")
        return 1
    rows.sort(key=lambda row: NAMES.index(row["name"]))
    say(f"\n{format_table(rows)}\n")
    if options.only is None:
        RESULTS.write_text(json.dumps({"rows": rows, "about": describe_run()}, indent=2) + "\n")
        say(f"All figures: {RESULTS}")
    generator = max(max(row.get("generator_cpu", 0), row["floor"].get("generator_cpu", 0)) for row in rows)
    if generator:
        say(f"The load generator used at most {generator:.0%} of one core.")
    passed = list(limits.find_passed(rows))
    for each in passed:
        say(f"Beyond its limit: {each}")
    return 1 if passed else 0


def measure_rows(only: str | None, rounds: int, seconds: float) -> Iterator[Row]:
    if only is None or only in SERVICES:
        yield from measure_services(only, rounds, seconds)
    if only is None or only in beside_nginx.NAMES:
        say("Starting PostgreSQL, the applications service, gateways and nginx")
        yield from beside_nginx.measure_all(only, rounds, seconds, say)
    if only in (None, "submit-to-webhook"):
        say("submit-to-webhook: the whole platform in one process")
        with tempfile.TemporaryDirectory(prefix="rtp-bench-") as directory:
            yield webhook.measure(Path(directory), say)
    if only in (None, "relay"):
        say("relay: a bare publisher and ours in turns")
        with tempfile.TemporaryDirectory(prefix="rtp-bench-") as directory:
            yield relay.measure(Path(directory), rounds, say)
    if only is None or only in EVENTS:
        yield from measure_events(only, rounds)
    if only in (None, "under-attack"):
        say("under-attack: one reader at rest, and beside attackers of each kind at once")
        with attack_row.start() as services:
            yield attack_row.measure(services, say, attacks=attack_row.choose_attacks())
    yield from measure_rounds(only)
    if only in (None, *proposals.NAMES):
        say("propose-20k: PostgreSQL and the worker's consumer, one case after the other")
        yield proposals.measure("propose-20k", say)
    if only in (None, *exports.NAMES):
        say(f"case-export-1m: reads alone and beside an export of {exports.CASES:,} cases, in turns")
        with exports.start() as services:
            yield exports.run(services, rounds, seconds, say, cases=exports.CASES)
    if only is None or only in lists.NAMES:
        yield from lists.measure_lists(only, rounds, seconds, say)
    yield from measure_finance(only, seconds)


def measure_finance(only: str | None, seconds: float) -> Iterator[Row]:
    if only in (None, *eligibility.NAMES):
        say("eligibility-10k: the whole platform in one process, one request after the other")
        yield eligibility.measure("eligibility-10k", say)
    for name in grants.NAMES:
        if only in (None, name):
            say(f"{name}: PostgreSQL and the loader in a process of its own")
            yield grants.measure(name, say)
    if only is None or only in grant_reads.NAMES:
        say(f"Starting PostgreSQL and finance-directory with {grant_reads.GRANTS:,} grants: some minutes")
        yield from grant_reads.measure(only, seconds, say)


def measure_rounds(only: str | None) -> Iterator[Row]:
    for name in rounds.NAMES:
        if only in (None, name):
            say(f"{name}: in a process of its own")
            yield rounds.measure(name, say)


def measure_services(only: str | None, rounds: int, seconds: float) -> Iterator[Row]:
    say(f"Starting PostgreSQL, the applications service with {CASES:,} cases, the gateway and the floor")
    with MeasuredServices() as services:
        bench = Bench(services, rounds, seconds, say)
        # Reads first: creating adds to the cases that are listed.
        works: dict[str, Callable[[], Row]] = {
            "read": lambda: bench.measure_beside_floor("read"),
            "list": lambda: bench.measure_beside_floor("list"),
            "unknown-or-hidden": lambda: hidden.measure(services, say),
            "action": lambda: bench.measure_beside_floor("action"),
            "log-append": bench.measure_log_append,
            "create": lambda: bench.measure_beside_floor("create"),
        }
        for name, work in works.items():
            if only in (None, name):
                say(f"{name}: the floor and ours in turns")
                yield work()


def measure_events(only: str | None, rounds: int) -> Iterator[Row]:
    say("Starting PostgreSQL, RabbitMQ, the relay, the gateway and its delivery worker")
    with MeasuredProcesses() as platform:
        works: dict[str, Callable[[], Row]] = {
            "event-idle": lambda: events.measure("event-idle", platform, say),
            "event-200": lambda: events.measure("event-200", platform, say),
            "many-to-many": lambda: many_subscribers.measure_many(platform, rounds, say),
            "event-drain": lambda: many_subscribers.measure_drain(platform, say),
        }
        for name, work in works.items():
            if only in (None, name):
                say(f"{name}: in many processes")
                yield work()


def format_table(rows: Sequence[Row]) -> str:
    lines = [["", *COLUMNS.values()]]
    for row in rows:
        floor = {f"floor_{name}": value for name, value in row["floor"].items()}
        lines.append([row["name"], *(_format_cell(name, {**floor, **row}.get(name)) for name in COLUMNS)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    )


def _format_cell(name: str, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if name.endswith("second") or name == "mib" else f"{value:.2f}"


def describe_run() -> dict[str, Any]:
    """Return the command, the versions and the machine of this run."""
    return {
        "command": " ".join(["python -m bench", *sys.argv[1:]]),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "cases": CASES,
    }


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
