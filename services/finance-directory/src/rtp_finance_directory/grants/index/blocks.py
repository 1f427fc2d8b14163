"""What a process holds of the index of grants in memory: of each grant its day, amount and id; and the facets."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from rtp_finance_directory.grants.index.building import SHIFT

MOST_AMOUNTS = 64
"""Ranges of amounts whose grants are kept: 8 MiB of a million grants."""
BITSET = 4096
"""A container of more members than this is a set of bits, in the serialised form."""


class FacetValue(NamedTuple):
    """A value of a facet. Two names of one funder are two values."""

    facet: str
    code: str
    name: str


class BlockPlace(NamedTuple):
    """Where a grant stands among those of one rank: the greater, the earlier."""

    day: int
    id: bytes
    number: int = -1


@dataclass(frozen=True)
class Block:
    """Some grants, the newest first."""

    block: int
    days: NDArray[np.int32]
    """Below zero, so that they rise."""
    ids: bytes
    amounts: NDArray[np.int64]
    facets: Mapping[FacetValue, BitMap]

    @property
    def first(self) -> int:
        return self.block << SHIFT

    def get_place(self, place: int) -> BlockPlace:
        return BlockPlace(-int(self.days[place]), self.ids[16 * place : 16 * place + 16], self.first + place)

    def find_days(self, first: date | None, last: date | None) -> tuple[int, int]:
        """Return the numbers between which the grants of these days stand: from, and up to."""
        begin = 0 if last is None else int(np.searchsorted(self.days, np.int32(-last.toordinal()), "left"))
        end = (
            len(self.days) if first is None else int(np.searchsorted(self.days, np.int32(-first.toordinal()), "right"))
        )
        return self.first + begin, self.first + max(begin, end)

    def find_amounts(self, least: int | None, most: int | None) -> BitMap:
        """Return the grants of these amounts."""
        fitting = np.ones(len(self.amounts), bool)
        if least is not None:
            fitting &= self.amounts >= least
        if most is not None:
            fitting &= self.amounts <= most
        return _pack(self.block, fitting)

    def list_places(self, among: BitMap, after: BlockPlace | None) -> Iterator[BlockPlace]:
        """List the grants that are among these, in order, behind a place."""
        start = 0 if after is None else self._find_behind(after)
        for number in among.iter_equal_or_larger(self.first + start):
            if number >= self.first + len(self.days):
                return
            yield self.get_place(number - self.first)

    def _find_behind(self, after: BlockPlace) -> int:
        place = after[:2]
        return bisect_left(range(len(self.days)), True, key=lambda each: self.get_place(each)[:2] < place)


def _pack(block: int, fitting: NDArray[np.bool_]) -> BitMap:
    """Return the numbers of a block for which something is true, in the form in which bitmaps are serialised:
    a thirtieth of the time that it takes to add them one by one."""
    count = int(np.count_nonzero(fitting))
    if not count:
        return BitMap()
    container, offset = divmod(block << SHIFT, 1 << 16)
    if count > BITSET:
        content = (bytes(offset // 8) + np.packbits(fitting, bitorder="little").tobytes()).ljust(8192, b"\0")
    else:
        content = (np.flatnonzero(fitting) + offset).astype("<u2").tobytes()
    header = np.array([12346, 1, container | (count - 1) << 16, 16], "<u4").tobytes()
    return BitMap.deserialize(header + content)


@dataclass(frozen=True)
class Blocks:
    """All grants, as one generation of the index has them."""

    generation: int
    blocks: Mapping[int, Block]
    amounts: dict[tuple[int | None, int | None], BitMap] = field(default_factory=dict)

    @cached_property
    def everything(self) -> BitMap:
        found = BitMap()
        for block in self.blocks.values():
            found.add_range(block.first, block.first + len(block.days))
        return found

    @cached_property
    def facets(self) -> Mapping[FacetValue, BitMap]:
        found: dict[FacetValue, list[BitMap]] = {}
        for block in self.blocks.values():
            for value, bitmap in block.facets.items():
                found.setdefault(value, []).append(bitmap)
        return {value: BitMap.union(*bitmaps) for value, bitmaps in found.items()}

    def find_facet(self, facet: str, codes: set[str]) -> BitMap:
        """Return the grants with one of the values."""
        found = [bitmap for value, bitmap in self.facets.items() if value.facet == facet and value.code in codes]
        return BitMap.union(*found) if found else BitMap()

    def find_days(self, first: date | None, last: date | None) -> BitMap:
        found = BitMap()
        for block in self.blocks.values():
            found.add_range(*block.find_days(first, last))
        return found

    def find_amounts(self, least: int | None, most: int | None) -> BitMap:
        """Return the grants of these amounts. The last that were asked for are kept: people ask for round ones."""
        if (found := self.amounts.get((least, most))) is None:
            parts = (block.find_amounts(least, most) for block in self.blocks.values())
            found = self.amounts[least, most] = BitMap.union(BitMap(), *parts)
            if len(self.amounts) > MOST_AMOUNTS:
                self.amounts.pop(next(iter(self.amounts)))
        return found

    def list_first(self, among: BitMap, number: int, after: BlockPlace | None) -> list[BlockPlace]:
        """List the first of these grants in the order of a page, behind a place."""
        listed = (block.list_places(among, after) for block in self.blocks.values())
        return list(islice(merge(*listed, reverse=True), number))


_BLOCKS = "SELECT block, generation, days, ids, amounts FROM grant_blocks WHERE generation > $1"
_FACETS = """
    SELECT block, facet, code, name, bitmap FROM grant_facets
    WHERE block IN (SELECT block FROM grant_blocks WHERE generation > $1)
"""
_GENERATION = "SELECT generation FROM grant_index"


async def read_blocks(driver: Any, known: Blocks) -> Blocks | None:
    """Read the blocks that were written since; None if the index is being written meanwhile."""
    generation = await driver.fetchval(_GENERATION)
    rows = await driver.fetch(_BLOCKS, known.generation)
    facets: dict[int, dict[FacetValue, BitMap]] = {row["block"]: {} for row in rows}
    for row in await driver.fetch(_FACETS, known.generation):
        value = FacetValue(row["facet"], row["code"], row["name"])
        facets.setdefault(row["block"], {})[value] = BitMap.deserialize(row["bitmap"])
    if await driver.fetchval(_GENERATION) != generation:
        return None
    read = {
        row["block"]: Block(
            row["block"],
            np.frombuffer(row["days"], "<i4"),
            row["ids"],
            np.frombuffer(row["amounts"], "<i8"),
            facets[row["block"]],
        )
        for row in rows
    }
    return Blocks(generation, {**known.blocks, **read})
