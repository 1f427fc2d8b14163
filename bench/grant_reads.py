"""Searching a million grants, and taking them all out while others search: the service as it is shipped, over HTTP.

The grants are the 475 real ones of one funder, each as often as the others, so that words, lengths, dates, places and
what is left out are spread as in the real file; identifiers are new, and amounts are moved by up to a tenth. Searches
are for words that stand in the real grants, from the most common to those of one alone, with the facets each time, and
every other time with a year, an amount or a region besides.
"""

import asyncio
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import aiohttp
import httpx
import psutil
import psycopg
from tests.support.ports import find_free_port

from bench.grants import REAL, prepare
from bench.load import measure as measure_load
from bench.started_services import StartedServices, end
from rtp_embedded import postgres
from rtp_finance_directory.app import service
from rtp_finance_directory.grants.index.schedule import keep_index
from rtp_finance_directory.grants.loading.file_standard import GRANTS as FORM
from rtp_finance_directory.loading.load import load_file
from rtp_shared.clock import utcnow
from rtp_shared.db import Database

Row = dict[str, Any]
SEARCH, EXPORT = "grant-search-1m", "export-1m"
NAMES = (SEARCH, EXPORT)
GRANTS = int(os.environ.get("BENCH_GRANTS", "1000000"))
"""Fewer while something is tried: BENCH_GRANTS=50000."""
CLIENTS = 16
SEARCHES = 2000
"""Different questions that are asked in turn: no answer is kept, so each is found anew."""
READS_A_SECOND = 20
TURNS, TURN_SECONDS = 5, 8.0
_COPY = """
    INSERT INTO grants ({names}) SELECT {values} FROM grants g, generate_series(1, {times}) n
"""
_OWN = {
    "id": "gen_random_uuid()",
    "grant_id": "g.grant_id || '-' || n",
    "amount_pence": "(g.amount_pence * (0.9 + 0.2 * random()))::bigint",
    "document": "jsonb_set(g.document, '{{id}}', to_jsonb(g.grant_id || '-' || n))",
}


class GrantServices(StartedServices):
    """The web process of finance-directory, over a database with many grants."""

    def __init__(self, grants: int = GRANTS) -> None:
        super().__init__({})
        self.grants = grants
        self.paths = self.directory / "paths.txt"

    def measure_memory(self) -> int:
        """Return the memory of the web process, in MiB."""
        return int(psutil.Process(self.target.servers[0]).memory_info().rss // 2**20)

    def _start(self) -> None:
        self.server = self._undo.enter_context(postgres.start(self.directory / "postgres"))
        self._postmaster = int((self.server.cluster.files / "postmaster.pid").read_text().split()[0])
        self.public_url = "http://rtp.bench"
        asyncio.run(prepare(self.server))
        asyncio.run(_load_real(self.get_url(service, "operator")))
        with psycopg.connect(self.server.url(service.database), autocommit=True) as connection:
            _multiply(connection, self.grants)
        began = time.perf_counter()
        asyncio.run(_index(self.get_url(service, "worker")))
        self.index_seconds = time.perf_counter() - began
        self.paths.write_text("\n".join(make_searches()) + "\n")
        port = find_free_port()
        self.target = self.build_target(port, self.start_service(service, port))


async def _load_real(url: str) -> None:
    database = Database(url, pool_size=2)
    await load_file(database, FORM, REAL, source="bench", clock=utcnow)
    await database.close()


async def _index(url: str) -> None:
    """Write the index, as the worker does when grants were loaded."""
    database = Database(url, pool_size=2)
    await keep_index(database)
    await database.close()


def _multiply(connection: psycopg.Connection[Any], count: int) -> None:
    """Copy the real grants until there are so many, and put them in order as autovacuum would in time."""
    index = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_grants_search'"
    [(definition,)] = connection.execute(index).fetchall()
    connection.execute("DROP INDEX ix_grants_search")
    names = [row[0] for row in connection.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'grants' AND is_generated = 'NEVER'"
    )]  # fmt: skip
    values = ", ".join(_OWN.get(name, f"g.{name}").replace("{{", "{").replace("}}", "}") for name in names)
    [(real,)] = connection.execute("SELECT count(*) FROM grants").fetchall()
    connection.execute(_COPY.format(names=", ".join(names), values=values, times=count // real))
    connection.execute("SET maintenance_work_mem = '256MB'")
    connection.execute(definition)
    connection.execute("VACUUM ANALYZE grants")


def make_searches(number: int = SEARCHES) -> Iterator[str]:
    """Make the paths that are asked for, the same ones each time."""
    chance = random.Random(1)  # noqa: S311 - the same searches each time
    real = json.loads(REAL.read_text("utf-8"))["grants"]
    words = [sorted(set(re.findall(r"[a-z]{4,}", f"{each['title']} {each['description']}".lower()))) for each in real]
    for place in range(number):
        asked: dict[str, str] = {"facets": "true", "limit": "20", "q": chance.choice(chance.choice(words))}
        if place % 2:
            asked |= chance.choice(
                [
                    {"awardedFrom": "2020-01-01", "awardedUntil": "2020-12-31"},
                    {"leastPence": "1000000"},
                    {"region": "E12000007"},
                    {"recipientScheme": "GB-CHC"},
                ]
            )
        yield f"/v1/grants?{urlencode(asked)}"


def measure_search(services: GrantServices, seconds: float, say: Callable[[str], None]) -> Row:
    """Measure searches of sixteen clients at once, each with its facets; and before that each search once, by one
    client: where its words are asked for the first time, their bitmaps are read from the database (`cold`).
    """

    def once(for_seconds: float) -> Any:
        return measure_load(
            "paths",
            services.target,
            clients=CLIENTS,
            seconds=for_seconds,
            token="",
            ids=services.paths,
        )

    cold = sorted(_ask_each_once(services))
    once(3)
    figures = once(max(seconds, 10))
    row = {
        "name": SEARCH,
        "grants": services.grants,
        "clients": CLIENTS,
        "searches": len(set(services.paths.read_text().split())),
        "index_seconds": round(services.index_seconds, 1),
        **{name: round(getattr(figures, name), 2) for name in ("p50_ms", "p95_ms", "p99_ms", "per_second")},
        "cold_p50_ms": round(statistics.median(cold), 1),
        "cold_p95_ms": round(_take_p95(cold), 1),
        "server_cpu_ms": round(figures.server_cpu_ms, 2),
        "database_cpu_ms": round(figures.database_cpu_ms, 2),
        "mib": services.measure_memory(),
        "floor": {},
    }
    say(f"  {row}")
    return row


def _ask_each_once(services: GrantServices) -> Iterator[float]:
    """Ask each search once; yield how long each took. What takes three seconds is answered by 503, and was asked."""
    with httpx.Client(base_url=services.target.url, timeout=30, trust_env=False) as api:
        for path in services.paths.read_text().split():
            started = time.perf_counter()
            assert api.get(path).status_code in (200, 503)
            yield (time.perf_counter() - started) * 1000


def measure_export(services: GrantServices, say: Callable[[str], None]) -> Row:
    """Measure searches at a steady rate alone and beside a bulk export, in turns."""
    paths = services.paths.read_text().split()
    alone: list[float] = []
    beside: list[float] = []
    with httpx.Client(base_url=services.target.url, timeout=30, trust_env=False) as api:
        paths = [path for path in paths if api.get(path).status_code == 200]
    _read(services.target.url, paths, 3.0)
    for turn in range(TURNS):
        alone.append(_take_p95(_read(services.target.url, paths, TURN_SECONDS)))
        with _export(services.target.url):
            beside.append(_take_p95(_read(services.target.url, paths, TURN_SECONDS)))
        say(f"  {EXPORT}, turn {turn + 1} of {TURNS}: p95 {alone[-1]:.1f} ms alone, {beside[-1]:.1f} ms beside")
    row = {
        "name": EXPORT,
        "grants": services.grants,
        "ratio": round(statistics.median(b / a for a, b in zip(alone, beside, strict=True)), 3),
        "p95_ms": round(statistics.median(beside), 1),
        "reads_a_second": READS_A_SECOND,
        "turns": TURNS,
        "floor": {"p95_ms": round(statistics.median(alone), 1)},
    }
    say(f"  {row}")
    return row


def _read(url: str, paths: Sequence[str], seconds: float) -> list[float]:
    return asyncio.run(_read_steadily(url, paths, seconds))


async def _read_steadily(url: str, paths: Sequence[str], seconds: float) -> list[float]:
    """Ask at a steady rate, whether or not what was asked before is answered; return how long each took."""
    took: list[float] = []

    async def ask(session: aiohttp.ClientSession, path: str, at: float) -> None:
        async with session.get(url + path) as answer:
            await answer.read()
            assert answer.status == 200
        took.append((asyncio.get_running_loop().time() - at) * 1000)

    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        began = asyncio.get_running_loop().time()
        for number in range(int(seconds * READS_A_SECOND)):
            at = began + number / READS_A_SECOND
            await asyncio.sleep(max(0.0, at - asyncio.get_running_loop().time()))
            group.create_task(ask(session, paths[number % len(paths)], at))
    return took


def _take_p95(took: Sequence[float]) -> float:
    return sorted(took)[len(took) * 95 // 100]


_TAKE = """
import sys, urllib.request
while True:
    with urllib.request.urlopen(sys.argv[1]) as answer:
        while answer.read(1 << 20):
            pass
"""


@contextmanager
def _export(url: str) -> Iterator[None]:
    """Take all grants out meanwhile, again if it ends: in a process of its own, by the library that costs least."""
    command = [sys.executable, "-c", _TAKE, f"{url}/v1/grant-exports/360giving.json"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
        assert process.poll() is None
    finally:
        end(process)


def measure(only: str | None, seconds: float, say: Callable[[str], None]) -> Iterator[Row]:
    """Measure the rows over one database."""
    with GrantServices() as services:
        if only in (None, SEARCH):
            yield measure_search(services, seconds, say)
        if only in (None, EXPORT):
            yield measure_export(services, say)
