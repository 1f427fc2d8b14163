"""What a process holds of the index of grants, and reads anew where the index was written meanwhile."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pyroaring import BitMap

from rtp_finance_directory.grants.index.blocks import Blocks, read_blocks
from rtp_finance_directory.grants.index.expressions import Expression, list_words, parse_query

MOST_BYTES = 64 * 2**20
"""Of the bitmaps of words; those not asked for longest go."""
WEIGHTS = ("A", "B", "C")


class WordBitmaps(NamedTuple):
    """Where a word stands: in the title, there or in the programme, and anywhere."""

    title: BitMap
    programme: BitMap
    anywhere: BitMap

    def count_bytes(self) -> int:
        return sum(map(_count_bytes, self))


@dataclass(frozen=True)
class Index:
    """What one question needs of one generation of the index."""

    blocks: Blocks
    words: Mapping[str, WordBitmaps]
    asked: Expression | None
    """What is asked for in words; None if nothing is."""


@dataclass
class IndexMemory:
    """The blocks of the generation that was read last, and the words that were asked for last."""

    blocks: Blocks = field(default_factory=lambda: Blocks(-1, {}))
    words: OrderedDict[str, WordBitmaps] = field(default_factory=OrderedDict)
    bytes: int = 0
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def open(self, driver: Any, text: str | None) -> Index | None:
        """Return what a question needs; None if the index is behind, or the order of the words matters."""
        state = await driver.fetchrow(_STATE, text)
        if state["behind"]:
            return None
        asked = None
        if text is not None and (asked := parse_query(state["asked"])) is None:
            return None
        if self.blocks.generation != state["generation"] and not await self._read(driver, state["generation"]):
            return None
        blocks = self.blocks
        words = await self._find_words(driver, blocks, set(list_words(asked)) if asked else ())
        return None if words is None else Index(blocks, words, asked)

    async def _read(self, driver: Any, generation: int) -> bool:
        """Read the blocks, unless another request just did; return whether they are of the generation."""
        async with self._reading:
            if self.blocks.generation < generation:
                found = await read_blocks(driver, self.blocks)
                if found is not None:
                    self.blocks, self.bytes = found, 0
                    self.words.clear()
            return self.blocks.generation == generation

    async def _find_words(self, driver: Any, blocks: Blocks, words: Iterable[str]) -> Mapping[str, WordBitmaps] | None:
        """Return where the words stand; None if the index was written meanwhile."""
        found = {word: self.words[word] for word in words if word in self.words}
        missing = [word for word in words if word not in found]
        if missing:
            rows = await driver.fetch(_POSTINGS, missing)
            if any(row["generation"] != blocks.generation for row in rows):
                return None
            read = {word: _join([row for row in rows if row["word"] == word]) for word in missing}
            found |= read
            if self.blocks is blocks:
                self._keep(read)
        for word in found.keys() & self.words.keys():
            self.words.move_to_end(word)
        return found

    def _keep(self, read: Mapping[str, WordBitmaps]) -> None:
        for word, bitmaps in read.items():
            if word not in self.words:
                self.words[word] = bitmaps
                self.bytes += bitmaps.count_bytes()
        while self.bytes > MOST_BYTES:
            self.bytes -= self.words.popitem(last=False)[1].count_bytes()


_STATE = """
    SELECT grant_index.position <> grant_clock.position AS behind, generation,
        websearch_to_tsquery('english', $1)::text AS asked
    FROM grant_index, grant_clock
"""
_POSTINGS = """
    SELECT generation, word, weight, bitmap FROM grant_index LEFT JOIN grant_postings ON word = ANY($1)
"""


def _count_bytes(bitmap: BitMap) -> int:
    held = bitmap.get_statistics()
    return held["n_bytes_array_containers"] + held["n_bytes_bitset_containers"] + held["n_bytes_run_containers"]


def _join(rows: list[Any]) -> WordBitmaps:
    by_weight = {
        weight: [BitMap.deserialize(row["bitmap"]) for row in rows if row["weight"] == weight] for weight in WEIGHTS
    }
    title = BitMap.union(BitMap(), *by_weight["A"])
    programme = BitMap.union(title, *by_weight["B"])
    return WordBitmaps(title, programme, BitMap.union(programme, *by_weight["C"]))
