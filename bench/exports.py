"""Reads of single cases while all cases are exported, beside the same reads while they are not, in turns.

The reader is a client of a council, and the export is one of all cases; both ask the same process.
"""

import json
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from tests.support.cases import EMPLOYER

from bench.load import Figures, LoadError, measure
from bench.rows import CLIENTS, WARM_UP_SECONDS, Row
from bench.started_services import StartedServices, submit_case
from rtp_applications.app import service as applications
from rtp_applications.bodies.models import body_id

NAMES = ("case-export-1m",)
CASES = 1_000_000
READ = 10_000
"""Cases that are read in turn."""
READER, EXPORTER = "bench-reader", "bench-exporter"
_COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
    WHERE attrelid = 'cases'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
      AND attname NOT IN ('id', 'number')
"""


def start() -> StartedServices:
    return StartedServices(dict.fromkeys((READER, EXPORTER), body_id(EMPLOYER)))


def run(services: StartedServices, rounds: int, seconds: float, say: Callable[[str], None], *, cases: int) -> Row:
    """Measure the row; its ratio is how many times as long the 95th percentile of reads is beside the export."""
    token = services.new_token(READER)
    with services.open_client(token) as api:
        template = submit_case(api)
    ids = services.directory / "ids.txt"
    ids.write_text("\n".join(seed_cases(services.server.url(applications.database), template, cases)) + "\n")

    def once(length: float = seconds) -> Figures:
        return measure("read", services.service, clients=CLIENTS, seconds=length, token=token, ids=ids)

    once(WARM_UP_SECONDS)
    pairs = []
    for number in range(1, rounds + 1):
        alone = once()
        with _exporting(services, services.directory / "cases.ndjson") as under_way:
            beside = once()
            under_way()
        pairs.append((alone, beside))
        say(f"  round {number} of {rounds}: p95 {alone.p95_ms} ms alone, {beside.p95_ms} ms beside an export")
    taken, mib = _time_whole(services, services.directory / "cases.ndjson", cases)
    quiet, busy = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return {
        "name": NAMES[0],
        "ratio": round(statistics.median(b.p95_ms / a.p95_ms for a, b in pairs), 3),
        "p95_ms": round(statistics.median(each.p95_ms for each in busy), 2),
        "per_second": round(statistics.median(each.per_second for each in busy)),
        "seconds": round(taken, 1),
        "mib": mib,
        "cases": cases,
        "clients": CLIENTS,
        "floor": {
            "p95_ms": round(statistics.median(each.p95_ms for each in quiet), 2),
            "per_second": round(statistics.median(each.per_second for each in quiet)),
        },
    }


def seed_cases(url: str, template: str, count: int) -> list[str]:
    """Copy a submitted case's row so many times; return the ids of the cases to read."""
    with psycopg.connect(url, autocommit=True) as connection:
        columns = (connection.execute(_COLUMNS).fetchone() or ("",))[0]
        connection.execute(
            f"INSERT INTO cases (id, number, {columns}) "  # noqa: S608 - names of our own columns
            f"SELECT uuidv7(), format('RTP-%s', lpad(n::text, 10, '0')), {columns} "
            f"FROM generate_series(1, {count - 1}) n, (SELECT * FROM cases WHERE id = '{template}') one"
        )
        connection.execute("VACUUM ANALYZE")
        rows = connection.execute("SELECT id FROM cases ORDER BY random() LIMIT %s", (READ,)).fetchall()
    return [str(row[0]) for row in rows]


@contextmanager
def _exporting(services: StartedServices, path: Path) -> Iterator[Callable[[], None]]:
    """Export to a file until the block ends; the call fails if the export has come to its end before."""
    process = subprocess.Popen(_build_command(services, path))
    try:

        def require_under_way() -> None:
            if process.poll() is not None:
                raise LoadError("the export ended before the reads did: take more cases, or fewer seconds")

        while not (path.exists() and path.stat().st_size) and process.poll() is None:
            time.sleep(0.01)
        yield require_under_way
    finally:
        process.kill()
        process.wait()
        path.unlink(missing_ok=True)


def _time_whole(services: StartedServices, path: Path, cases: int) -> tuple[float, int]:
    """Export all cases with nobody beside; return the seconds that it took, and the MiB that the process had used."""
    started = time.perf_counter()
    subprocess.run(_build_command(services, path), check=True)
    seconds = time.perf_counter() - started
    with path.open("rb") as file:
        lines = sum(1 for _ in file)
    if lines != cases:
        raise LoadError(f"{lines} cases were exported, of {cases}")
    status = Path(f"/proc/{services.pids['applications']}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return seconds, int(peak.split()[1]) // 1024


def _build_command(services: StartedServices, path: Path) -> list[str]:
    header = f"Authorization: Bearer {services.new_token(EXPORTER)}"
    url = f"{services.service.url}/v1/case-exports/cases.ndjson"
    return ["curl", "--silent", "--fail", "--header", header, "--output", str(path), url]


def main() -> None:
    """Measure with fewer cases while something is worked on: `python -m bench.exports 50000`."""
    import sys

    with start() as services:
        print(json.dumps(run(services, 3, 3, print, cases=int(sys.argv[1])), indent=2))


if __name__ == "__main__":
    main()
