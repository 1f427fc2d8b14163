"""How far the load of a file has got: stored with each batch, so that a load that is killed goes on behind it."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rtp_finance_directory.loading.batches import Batch
from rtp_finance_directory.loading.file_standard import FileStandard
from rtp_finance_directory.loading.problems import Problem, make_storable
from rtp_shared.db import Database, get_driver

MOST_PROBLEMS = 1000
"""Kept of a file; all are counted."""
MOST_LEFT_OUT = 200


class LoadedElsewhere(Exception):
    """Another process loads the same file, and has got further."""


@dataclass
class LoadProgress:
    """How far the load of a file has got, and what became of its rows."""

    digest: str
    source: str
    items: int = 0
    finished_at: datetime | None = None
    counts: Counter[str] = field(default_factory=Counter)
    broken_rules: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


_BEGIN = """
    INSERT INTO {loads} AS load (digest, source, started_at, items, counts, broken_rules, left_out)
    VALUES ($1, $2, $3, 0, '{{}}', '{{}}', '{{}}')
    ON CONFLICT (digest) DO UPDATE SET source = load.source
    RETURNING source, items, finished_at, counts, broken_rules, left_out
"""
_ADVANCE = """
    UPDATE {loads} SET items = $3, counts = $4, broken_rules = $5, left_out = $6, finished_at = $7
    WHERE digest = $1 AND items = $2
"""


async def begin_load(
    database: Database, standard: FileStandard[Any], digest: str, source: str, *, now: datetime, again: bool
) -> LoadProgress:
    """Return how far the file has got before; `again` forgets that."""
    async with database.transaction() as session:
        driver = await get_driver(session)
        if again:
            await driver.execute(f"DELETE FROM {standard.problems} WHERE digest = $1", digest)  # noqa: S608 - ours
            await driver.execute(f"DELETE FROM {standard.loads} WHERE digest = $1", digest)  # noqa: S608 - ours
        row = await driver.fetchrow(_BEGIN.format(loads=standard.loads), digest, source, now)
    counters = {name: Counter(row[name]) for name in ("counts", "broken_rules", "left_out")}
    return LoadProgress(digest, source, row["items"], row["finished_at"], **counters)


async def store_batch(
    database: Database,
    standard: FileStandard[Any],
    progress: LoadProgress,
    batch: Batch[Any],
    *,
    finished_at: datetime | None = None,
) -> None:
    """Store the batch and how far the file has got. Raises LoadedElsewhere, and stores nothing, if it got elsewhere."""
    async with database.transaction() as session:
        driver = await get_driver(session)
        stored, differing = await standard.store(driver, batch)
        problems = sorted([*batch.problems, *differing], key=lambda problem: problem.row)
        before = progress.items
        kept = progress.broken_rules.total()
        counts = progress.counts + stored + batch.count_rows()
        rules = progress.broken_rules + Counter(str(problem.rule) for problem in problems)
        left_out = Counter(dict((progress.left_out + batch.left_out).most_common(MOST_LEFT_OUT)))
        items = before + batch.items
        written = [json.dumps(each) for each in (counts, rules, left_out)]
        advance = _ADVANCE.format(loads=standard.loads)
        if await driver.execute(advance, progress.digest, before, items, *written, finished_at) != "UPDATE 1":
            raise LoadedElsewhere
        await _keep_problems(driver, standard.problems, progress.digest, kept, problems)
    progress.items, progress.finished_at = items, finished_at
    progress.counts, progress.broken_rules, progress.left_out = counts, rules, left_out


async def _keep_problems(driver: Any, table: str, digest: str, kept: int, problems: Sequence[Problem]) -> None:
    room = max(0, MOST_PROBLEMS - kept)
    records = [(digest, kept + number, *_make_storable(problem)) for number, problem in enumerate(problems[:room])]
    if records:
        columns = ["digest", "number", "row_number", "field", "rule", "wrong", "right"]
        await driver.copy_records_to_table(table, records=records, columns=columns)


def _make_storable(problem: Problem) -> Sequence[object]:
    return [make_storable(part) if isinstance(part, str) else part for part in problem]


async def list_problems(database: Database, standard: FileStandard[Any], digest: str) -> Sequence[Problem]:
    """List the problems that are kept of a file."""
    query = f"SELECT * FROM {standard.problems} WHERE digest = $1 ORDER BY number"  # noqa: S608 - a table of ours
    async with database.transaction(read_only=True) as session:
        driver = await get_driver(session)
        rows = await driver.fetch(query, digest)
    return [Problem(row["row_number"], row["field"], row["rule"], row["wrong"], row["right"]) for row in rows]
