"""Lists, search and reads of a restricted client, with 10,000 cases and with 1,000,000, in turns.

The client is one of the largest employer's, which has one case in fifty: a full page at either size. What is listed:
the first page, the page after another, and a page of a status and of a sector. What is sought: words from the most
frequent to rare ones, beginnings, two words at once, and a word that there is not. `growth` is p95 with the many cases
by p95 with the few, within a turn.
"""

import statistics
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import psycopg

from bench.load import Figures, measure
from bench.seeding import KINDS, LARGEST, WORDS, seed
from bench.started_services import StartedServices
from rtp_applications.app import service as applications

NAMES = ("list-10k", "list-1m", "search-1m")
FEW, MANY = 10_000, 1_000_000
CLIENT, CLIENTS = "bench-restricted", 16
WARM_UP_SECONDS = 3.0
SETTINGS = {"shared_buffers": "512MB", "fsync": "off", "max_wal_size": "4GB"}
Row = dict[str, Any]
LISTED = (
    "?limit=50", "?limit=50", "?limit=50&after=", "?limit=50&status=launched",
    "?limit=50&sector=libraries-and-archives",
)  # fmt: skip


class SeededServices(StartedServices):
    """The services over so many cases, and what a restricted client asks of them."""

    def __init__(self, cases: int) -> None:
        super().__init__({CLIENT: LARGEST}, scopes=("cases:read",), database_settings=SETTINGS)
        self._cases = cases

    def _start(self) -> None:
        super()._start()
        seed(self.server.url(applications.database), self._cases)
        self.token = self.new_token(CLIENT)
        with self.open_client(self.token) as api:
            first = ask(api, "/v1/cases?limit=50")
            assert first["next"], "not a full page: take more cases"
        with psycopg.connect(self.server.url(applications.database)) as connection:
            own = "SELECT id FROM cases WHERE employer_id = %s AND submitted_at IS NOT NULL ORDER BY random() LIMIT 500"
            ids = [str(row[0]) for row in connection.execute(own, (LARGEST,))]
        asked = {
            "list": [f"/v1/cases{query}".replace("after=", f"after={first['next']}") for query in LISTED],
            "search": [f"/v1/cases?limit=50&q={'%20'.join(words)}" for words in choose_words()],
            "read": [f"/v1/cases/{each}" for each in ids],
        }
        self.asked = {mode: self._write(mode, paths) for mode, paths in asked.items()}

    def _write(self, mode: str, paths: Sequence[str]) -> Path:
        file = self.directory / f"{mode}.txt"
        file.write_text("\n".join(paths) + "\n")
        return file

    def measure(self, mode: str, seconds: float) -> Figures:
        return measure("paths", self.service, clients=CLIENTS, seconds=seconds, token=self.token, ids=self.asked[mode])


def choose_words() -> list[tuple[str, ...]]:
    """Choose what is sought: of each frequency alike."""
    frequent, middling, rare = WORDS[0], WORDS[60], WORDS[1500]
    kind = KINDS[0]
    return [(frequent,), (middling,), (rare,), (middling[:5],), (kind, frequent), (kind, rare), ("nowhere",)]


def ask(api: httpx.Client, path: str) -> Any:
    return api.get(path).raise_for_status().json()


def measure_lists(
    only: str | None, rounds: int, seconds: float, say: Callable[[str], None], *, few: int = FEW, many: int = MANY
) -> Iterator[Row]:
    """Measure with few cases and with many in turns, each over a PostgreSQL of its own."""
    with ExitStack() as stack:
        say(f"Starting the service over {few:,} and over {many:,} cases")
        places = {cases: stack.enter_context(SeededServices(cases)) for cases in (few, many)}
        took = {mode: _measure_in_turns(mode, places, rounds, seconds, say) for mode in ("list", "search", "read")}
    rows = [
        {"name": "list-10k", **_take_medians(took["list"][few]), "read": _take_medians(took["read"][few])},
        {**_compare("list-1m", took["list"], few, many), "read": _compare("read", took["read"], few, many)},
        _compare("search-1m", took["search"], few, many),
    ]
    yield from ({"floor": {}, **row} for row in rows if only in (None, row["name"]))


def _measure_in_turns(
    mode: str, places: Mapping[int, SeededServices], rounds: int, seconds: float, say: Callable[[str], None]
) -> dict[int, list[Figures]]:
    for place in places.values():
        place.measure(mode, WARM_UP_SECONDS)
    found = dict[int, list[Figures]]((cases, []) for cases in places)
    for number in range(1, rounds + 1):
        for cases, place in places.items():
            found[cases].append(place.measure(mode, seconds))
        p95 = " and ".join(f"{each[-1].p95_ms:.1f} ms" for each in found.values())
        say(f"  {mode}, {CLIENTS} clients, round {number} of {rounds}: p95 {p95}")
    return found


def _compare(name: str, took: Mapping[int, list[Figures]], few: int, many: int) -> Row:
    pairs = list(zip(took[few], took[many], strict=True))
    growth = statistics.median(b.p95_ms / a.p95_ms for a, b in pairs)
    return {"name": name, "growth": round(growth, 2), **_take_medians(took[many]), "floor": _take_medians(took[few])}


def _take_medians(measured: Sequence[Figures]) -> Row:
    rows = [asdict(each) for each in measured]
    return {"clients": CLIENTS, **{name: round(statistics.median(row[name] for row in rows), 3) for name in rows[0]}}


if __name__ == "__main__":
    for line in measure_lists(None, 3, 4, print, few=int(sys.argv[1]), many=int(sys.argv[2])):
        print(line)
