"""Stores batches: copied into a table of their own, and from there into the grants, each only if it is newer.

All of a batch is one transaction with how far the file got, so that a load that is killed goes on behind it.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rtp_finance_directory.grants.loading.batches import Batch
from rtp_finance_directory.grants.standard.problems import GrantFault, GrantRule, Problem, describe_fault, make_storable
from rtp_finance_directory.grants.standard.rows import GrantRow
from rtp_shared.db import Database, get_driver

MOST_PROBLEMS = 1000
"""Kept of a file; all are counted."""
MOST_LEFT_OUT = 200
_COLUMNS = GrantRow._fields
_WRITE = f"""
    WITH written AS (
        INSERT INTO grants AS stored ({", ".join(_COLUMNS)})
        SELECT {", ".join(_COLUMNS)} FROM incoming_grants
        ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])}
        WHERE excluded.modified_at > coalesce(stored.modified_at, '-infinity')
        RETURNING old.id IS NULL AS made
    )
    SELECT count(*) FILTER (WHERE made) AS made, count(*) FILTER (WHERE NOT made) AS changed FROM written
"""  # noqa: S608 - names of our own columns
_COMPARE = """
    SELECT row_number, incoming.grant_id, incoming.modified_at < stored.modified_at AS older
    FROM incoming_grants AS incoming JOIN grants AS stored USING (id)
    WHERE incoming.document <> stored.document
    ORDER BY row_number
"""


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
    INSERT INTO grant_loads AS load (digest, source, started_at, items, counts, broken_rules, left_out)
    VALUES ($1, $2, $3, 0, '{}', '{}', '{}')
    ON CONFLICT (digest) DO UPDATE SET source = load.source
    RETURNING source, items, finished_at, counts, broken_rules, left_out
"""
_ADVANCE = """
    UPDATE grant_loads SET items = $3, counts = $4, broken_rules = $5, left_out = $6, finished_at = $7
    WHERE digest = $1 AND items = $2
"""


async def begin_load(database: Database, digest: str, source: str, *, now: datetime, again: bool) -> LoadProgress:
    """Return how far the file has got before; `again` forgets that."""
    async with database.transaction() as session:
        driver = await get_driver(session)
        if again:
            await driver.execute("DELETE FROM grant_problems WHERE digest = $1", digest)
            await driver.execute("DELETE FROM grant_loads WHERE digest = $1", digest)
        row = await driver.fetchrow(_BEGIN, digest, source, now)
    counters = {name: Counter(row[name]) for name in ("counts", "broken_rules", "left_out")}
    return LoadProgress(digest, source, row["items"], row["finished_at"], **counters)


async def store_batch(
    database: Database, progress: LoadProgress, batch: Batch, *, finished_at: datetime | None = None
) -> None:
    """Store the batch and how far the file has got. Raises LoadedElsewhere, and stores nothing, if it got elsewhere."""
    async with database.transaction() as session:
        driver = await get_driver(session)
        stored, differing = await _store_rows(driver, batch)
        problems = sorted([*batch.problems, *differing], key=lambda problem: problem.row)
        before = progress.items
        kept = progress.broken_rules.total()
        counts = progress.counts + stored + batch.count_rows()
        rules = progress.broken_rules + Counter(str(problem.rule) for problem in problems)
        left_out = Counter(dict((progress.left_out + batch.left_out).most_common(MOST_LEFT_OUT)))
        items = before + batch.items
        written = [json.dumps(each) for each in (counts, rules, left_out)]
        if await driver.execute(_ADVANCE, progress.digest, before, items, *written, finished_at) != "UPDATE 1":
            raise LoadedElsewhere
        await _keep_problems(driver, progress.digest, kept, problems)
    progress.items, progress.finished_at = items, finished_at
    progress.counts, progress.broken_rules, progress.left_out = counts, rules, left_out


async def _store_rows(driver: Any, batch: Batch) -> tuple[Counter[str], Sequence[Problem]]:
    """Store the rows; return what became of them, and the problems of those that differ and are not newer."""
    if not batch.rows:
        return Counter(), ()
    await driver.execute("TRUNCATE incoming_grants")
    records = [(*row, number) for row, number in batch.rows.values()]
    await driver.copy_records_to_table("incoming_grants", records=records, columns=[*_COLUMNS, "row_number"])
    written: Mapping[str, int] = await driver.fetchrow(_WRITE)
    made, changed = written["made"], written["changed"]
    rest = len(records) - made - changed
    differing = await driver.fetch(_COMPARE) if rest else []
    otherwise = [row for row in differing if not row["older"]]
    counts = Counter(
        made=made,
        changed=changed,
        unchanged=rest - len(differing),
        older=len(differing) - len(otherwise),
        said_otherwise=len(otherwise),
    )
    return counts, [
        describe_fault(
            row["row_number"], GrantFault(("id",), GrantRule.SAID_OTHERWISE, row["grant_id"]), "Identifier (id)"
        )
        for row in otherwise
    ]


async def _keep_problems(driver: Any, digest: str, kept: int, problems: Sequence[Problem]) -> None:
    room = max(0, MOST_PROBLEMS - kept)
    records = [(digest, kept + number, *_make_storable(problem)) for number, problem in enumerate(problems[:room])]
    if records:
        columns = ["digest", "number", "row_number", "field", "rule", "wrong", "right"]
        await driver.copy_records_to_table("grant_problems", records=records, columns=columns)


def _make_storable(problem: Problem) -> Sequence[object]:
    return [make_storable(part) if isinstance(part, str) else part for part in problem]


async def list_problems(database: Database, digest: str) -> Sequence[Problem]:
    """List the problems that are kept of a file."""
    async with database.transaction(read_only=True) as session:
        driver = await get_driver(session)
        rows = await driver.fetch("SELECT * FROM grant_problems WHERE digest = $1 ORDER BY number", digest)
    return [
        Problem(row["row_number"], row["field"], GrantRule(row["rule"]), row["wrong"], row["right"]) for row in rows
    ]
