"""Loading grants in a process of its own, beside a bare COPY of the same rows into the same table with its indexes.

The grants are made up of the 475 real ones of one funder: each keeps the title, texts, places and dates of one of them,
drawn evenly, so that lengths, amounts and what is left out are spread as in the real file; identifiers are new, and
amounts are moved by up to a tenth.
"""

import asyncio
import json
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import asyncpg

from rtp_embedded import postgres
from rtp_finance_directory.app import service
from rtp_finance_directory.grants.loading.file_standard import GRANTS as FORM
from rtp_finance_directory.grants.standard.rows import GrantRow
from rtp_finance_directory.loading.load import load_file
from rtp_operations import databases
from rtp_shared.clock import utcnow
from rtp_shared.db import Database
from rtp_shared.migrate import migrate

Row = dict[str, Any]
NAMES = ("grant-import",)
REAL = Path(__file__).parents[1] / "tests/finance_directory/grants/files/alwf-grants.json"
GRANTS = 50_000
COLUMNS = ", ".join(GrantRow._fields)


def measure(name: str, say: Callable[[str], None]) -> Row:
    """Measure the row against a PostgreSQL of its own."""
    with tempfile.TemporaryDirectory(prefix="rtp-bench-grants-") as directory:
        path = Path(directory) / "grants.json"
        write_grants(path, GRANTS)
        size = path.stat().st_size // 2**20
        with postgres.start(Path(directory) / "server") as server:
            asyncio.run(prepare(server))
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                url = server.url(service.database, service.get_role("operator"))
                seconds, mib = pool.submit(_load, url, path).result()
            floor, bare = asyncio.run(_copy(server.url(service.database), Path(directory) / "rows"))
    row = {
        "name": name,
        "per_second": round(GRANTS / seconds),
        "seconds": round(seconds, 2),
        "ratio": round(floor / seconds, 2),
        "mib": mib,
        "without_indexes_seconds": round(bare, 2),
        "file_mib": size,
        "floor": {"per_second": round(GRANTS / floor), "seconds": round(floor, 2)},
    }
    say(f"  {name}: {row}")
    return row


def write_grants(path: Path, count: int) -> None:
    real = json.loads(REAL.read_text("utf-8"))["grants"]
    with path.open("w", encoding="utf-8") as file:
        file.write('{"version": "1.4", "grants": [\n')
        for number, grant in enumerate(draw_grants(real, count)):
            file.write((",\n" if number else "") + json.dumps(grant, indent=1, ensure_ascii=False))
        file.write("\n]}\n")


def draw_grants(real: list[Row], count: int) -> Iterator[Row]:
    chance = random.Random(1)  # noqa: S311 - the same grants each time
    for number in range(count):
        grant = chance.choice(real)
        amount = round(grant["amountAwarded"] * chance.uniform(0.9, 1.1), 2)
        yield grant | {"id": f"360G-bench-{number}", "amountAwarded": amount}


async def prepare(server: postgres.Postgres) -> None:
    await databases.provision(server.url("postgres"), service)
    await migrate(server.url(service.database, service.get_role("owner")), service)


def _load(url: str, path: Path) -> tuple[float, int]:
    async def load() -> float:
        database = Database(url, pool_size=2)
        started = time.perf_counter()
        loaded = await load_file(database, FORM, path, source="bench", clock=utcnow)
        seconds = time.perf_counter() - started
        assert loaded.progress.counts == {"read": GRANTS, "made": GRANTS}
        await database.close()
        return seconds

    seconds = asyncio.run(load())
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


async def _copy(url: str, path: Path) -> tuple[float, float]:
    """Copy the rows that were loaded out, and into a table like theirs with all indexes, and one with none."""
    connection = await asyncpg.connect(url)
    query = f"SELECT {COLUMNS} FROM grants"  # noqa: S608 - names of our own columns
    await connection.copy_from_query(query, output=path, format="binary")
    await connection.execute("CREATE TABLE beside (LIKE grants INCLUDING ALL)")
    await connection.execute(f"CREATE TABLE bare AS {query} LIMIT 0")
    took = []
    for table in ("beside", "bare"):
        started = time.perf_counter()
        await connection.copy_to_table(table, source=path, columns=list(GrantRow._fields), format="binary")
        took.append(time.perf_counter() - started)
    await connection.close()
    return took[0], took[1]
