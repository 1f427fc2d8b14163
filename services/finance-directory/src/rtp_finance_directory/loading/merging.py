"""Stores the rows of a batch: copied into a table of their own, and from there on, each only if it is newer."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from rtp_finance_directory.loading.batches import Batch
from rtp_finance_directory.loading.file_standard import Stored
from rtp_finance_directory.loading.problems import Problem


class Merging(NamedTuple):
    """The statements by which rows get into a table."""

    incoming: str
    columns: Sequence[str]
    write: str
    compare: str


def build_merging(table: str, columns: Sequence[str], *, said: str) -> Merging:
    """Build them. The first column is the id; `said` is the column by which a sender names an item."""
    listed, incoming = ", ".join(columns), f"incoming_{table}"
    taken = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    write = f"""
        INSERT INTO {table} AS stored ({listed}) SELECT {listed} FROM {incoming}
        ON CONFLICT (id) DO UPDATE SET {taken}
        WHERE excluded.modified_at > coalesce(stored.modified_at, '-infinity')
        RETURNING id, old.id IS NULL AS made
    """  # noqa: S608 - names of our own tables
    compare = f"""
        SELECT row_number, incoming.{said} AS said, incoming.modified_at < stored.modified_at AS older
        FROM {incoming} AS incoming JOIN {table} AS stored USING (id)
        WHERE incoming.document <> stored.document
        ORDER BY row_number
    """  # noqa: S608 - names of our own tables
    return Merging(incoming, columns, write, compare)


async def merge_rows(
    driver: Any, merging: Merging, batch: Batch[Any], describe: Callable[[int, str], Problem]
) -> tuple[Stored, set[UUID]]:
    """Store the rows; return what became of them, and the ids of those that are new or changed.

    `describe` says of a row, and of its item, that it differs from what is stored and is not newer.
    """
    if not batch.rows:
        return Stored(Counter(), ()), set()
    await driver.execute(f"TRUNCATE {merging.incoming}")
    records = [(*row, number) for row, number in batch.rows.values()]
    await driver.copy_records_to_table(merging.incoming, records=records, columns=[*merging.columns, "row_number"])
    written = await driver.fetch(merging.write)
    made = sum(row["made"] for row in written)
    rest = len(records) - len(written)
    differing = await driver.fetch(merging.compare) if rest else []
    otherwise = [row for row in differing if not row["older"]]
    counts = Counter(
        made=made,
        changed=len(written) - made,
        unchanged=rest - len(differing),
        older=len(differing) - len(otherwise),
        said_otherwise=len(otherwise),
    )
    problems = [describe(row["row_number"], row["said"]) for row in otherwise]
    return Stored(counts, problems), {row["id"] for row in written}
