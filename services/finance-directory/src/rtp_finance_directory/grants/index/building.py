"""Writes the index of grants: what was noted as changed is taken, and the blocks that it stands in are written anew.

A grant stays in its block; a new one goes into the last until that is full. So a load writes the last blocks anew, and
a correction those of the grants that it corrects.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from pyroaring import BitMap

BLOCK = 32_768
"""Grants of one block: what a load of one grant has to write anew. Two fill a container of a bitmap."""
SHIFT = 15
"""A grant's number is that of its block, moved by so many bits, and its place in the block."""
MOST_TAKEN = 100_000
"""Changes that one transaction takes."""

_TAKE = """
    DELETE FROM grant_changes WHERE number = ANY (ARRAY(SELECT number FROM grant_changes ORDER BY number LIMIT $1))
    RETURNING id
"""
_GRANTS = """
    SELECT g.id, g.awarded_on, g.amount_pence, g.funder_id, g.funder_name, g.regions, g.recipient_scheme
    FROM grants g JOIN grant_places USING (id) WHERE block = $1 ORDER BY g.awarded_on DESC, g.id DESC
"""
_WORDS = """
    SELECT lexeme, weight, array_agg(DISTINCT place) AS places FROM (
        SELECT search, row_number() OVER (ORDER BY awarded_on DESC, id DESC)::int - 1 AS place
        FROM grants JOIN grant_places USING (id) WHERE block = $1
    ) AS grants, unnest(search) AS words, unnest(weights) AS weight
    GROUP BY lexeme, weight
"""


async def index_changes(driver: Any) -> bool:
    """Take changes into the index, in the transaction that is open; return whether more are left."""
    generation = await driver.fetchval("SELECT generation FROM grant_index FOR UPDATE") + 1
    # The clock first: all that was stored until it stood there is among the changes.
    position = await driver.fetchval("SELECT position FROM grant_clock")
    taken = [row["id"] for row in await driver.fetch(_TAKE, MOST_TAKEN)]
    for block in sorted(await _place(driver, list(set(taken)))):
        await _write_block(driver, block, generation)
    more = len(taken) == MOST_TAKEN
    if taken:
        await driver.execute("UPDATE grant_index SET generation = $1", generation)
    if not more:
        await driver.execute("UPDATE grant_index SET position = $1 WHERE position <> $1", position)
    return more


async def _place(driver: Any, taken: Sequence[UUID]) -> set[int]:
    """Give new grants a block, and take those that are gone out of theirs; return the blocks that are not right now."""
    places = dict(await driver.fetch("SELECT id, block FROM grant_places WHERE id = ANY($1)", taken))
    there = [row["id"] for row in await driver.fetch("SELECT id FROM grants WHERE id = ANY($1) ORDER BY id", taken)]
    gone = places.keys() - set(there)
    await driver.execute("DELETE FROM grant_places WHERE id = ANY($1)", list(gone))
    last = await driver.fetchval("SELECT coalesce(max(block), 0) FROM grant_blocks")
    held = await driver.fetchval("SELECT count(*) FROM grant_places WHERE block = $1", last)
    new = [each for each in there if each not in places]
    records = [(each, last + (held + number) // BLOCK) for number, each in enumerate(new)]
    await driver.copy_records_to_table("grant_places", records=records, columns=["id", "block"])
    return {*places.values(), *(block for _, block in records)}


async def _write_block(driver: Any, block: int, generation: int) -> None:
    rows = await driver.fetch(_GRANTS, block)
    for table in ("grant_blocks", "grant_facets", "grant_postings"):
        await driver.execute(f"DELETE FROM {table} WHERE block = $1", block)  # noqa: S608 - tables of ours
    days = np.array([-row["awarded_on"].toordinal() for row in rows], "<i4")
    amounts = np.array([row["amount_pence"] for row in rows], "<i8")
    ids = b"".join(row["id"].bytes for row in rows)
    arrays = (days.tobytes(), ids, amounts.tobytes())
    await driver.execute("INSERT INTO grant_blocks VALUES ($1, $2, $3, $4, $5)", block, generation, *arrays)
    facets = [
        (block, number, *value, _pack(block, places)) for number, (value, places) in enumerate(_sort_facets(rows))
    ]
    await driver.copy_records_to_table("grant_facets", records=facets)
    words = await driver.fetch(_WORDS, block)
    postings = [(row["lexeme"], block, row["weight"], _pack(block, row["places"])) for row in words]
    await driver.copy_records_to_table("grant_postings", records=postings)


def _pack(block: int, places: Iterable[int]) -> bytes:
    return BitMap([block << SHIFT | place for place in places]).serialize()


def _sort_facets(rows: Sequence[Mapping[str, Any]]) -> Iterable[tuple[tuple[str, str, str], list[int]]]:
    """List the values of each facet, as facet, code and name, with the places of the grants that have it."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for place, row in enumerate(rows):
        values = [("funder", row["funder_id"], row["funder_name"]), ("year", f"{row['awarded_on'].year:04}", "")]
        values += [("region", code, "") for code in row["regions"]]
        if row["recipient_scheme"] is not None:
            values.append(("scheme", row["recipient_scheme"], ""))
        for value in values:
            found.setdefault(value, []).append(place)
    return found.items()
