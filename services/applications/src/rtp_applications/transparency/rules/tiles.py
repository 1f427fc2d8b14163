"""The tree cut into tiles of 256 hashes (C2SP tlog-tiles): how they are named, grow and are read.

A tile of level 0 is kept as its entries, of which it is hashed when it is read; higher ones as their hashes.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from rtp_applications.transparency.rules.tree import HASH, ReadNode, compute_root, hash_leaf, hash_subtree

WIDTH = 256
HEIGHT = 8
_NAME = re.compile(r"((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


class Tile(NamedTuple):
    """A tile's place: its level, and its number among those of the level."""

    level: int
    number: int


Contents = Mapping[Tile, bytes]
"""What is kept of tiles: 32 bytes an entry or a hash."""


class NotATile(ValueError):
    """This is not the name of a tile."""


def parse_name(name: str) -> tuple[int, int]:
    """Return the number and the width of a tile that is named as in `x001/x234/067.p/8`."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise NotATile
    number = int(found[1].replace("x", "").replace("/", "") + found[2])
    width = int(found[3]) if found[3] else WIDTH
    if format_number(number) != found[1] + found[2] or (found[3] and width >= WIDTH):
        raise NotATile
    return number, width


def format_number(number: int) -> str:
    parts = [f"{number % 1000:03}"]
    while number := number // 1000:
        parts.append(f"x{number % 1000:03}")
    return "/".join(reversed(parts))


def list_edge(size: int) -> list[Tile]:
    """Return the tiles that a tree of this size has begun and not filled, from level 0 up."""
    return [Tile(level, place // WIDTH) for level, place in _climb(size) if place % WIDTH]


def grow(edge: Contents, size: int, entries: Sequence[bytes]) -> tuple[dict[Tile, bytes], bytes]:
    """Add entries of 32 bytes to a tree, of which `edge` has what `list_edge` names.

    Returns every tile that is other than before, and the new root.
    """
    changed: dict[Tile, bytes] = {}
    level, place, added = 0, size, list(entries)
    while added:
        first = place // WIDTH
        content = edge.get(Tile(level, first), b"") + b"".join(added)
        pieces = [content[at : at + WIDTH * HASH] for at in range(0, len(content), WIDTH * HASH)]
        tiles = {Tile(level, first + number): piece for number, piece in enumerate(pieces)}
        changed |= tiles
        added = [_hash_tile(tile, piece) for tile, piece in tiles.items() if len(piece) == WIDTH * HASH]
        level, place = level + 1, place // WIDTH
    return changed, compute_root(read_from({**edge, **changed}), size + len(entries))


def read_from(contents: Contents) -> ReadNode:
    """Return a reader of the nodes within these tiles."""

    @cache
    def split(tile: Tile) -> list[bytes]:
        return split_hashes(tile, contents[tile])

    def read(height: int, place: int) -> bytes:
        tile, first, count = _find(height, place)
        return hash_subtree(split(tile)[first : first + count])

    return read


def list_needed(work: Callable[[ReadNode], object]) -> list[Tile]:
    """Return the tiles that some work on a tree reads."""
    needed: dict[Tile, None] = {}

    def note(height: int, place: int) -> bytes:
        needed[_find(height, place)[0]] = None
        return bytes(HASH)

    work(note)
    return list(needed)


def split_hashes(tile: Tile, content: bytes) -> list[bytes]:
    """Return a tile's hashes; those of entries are computed."""
    pieces = split_entries(content)
    return pieces if tile.level else [hash_leaf(each) for each in pieces]


def split_entries(content: bytes) -> list[bytes]:
    return [content[at : at + HASH] for at in range(0, len(content), HASH)]


def _hash_tile(tile: Tile, content: bytes) -> bytes:
    return hash_subtree(split_hashes(tile, content))


def _find(height: int, place: int) -> tuple[Tile, int, int]:
    """Return the tile that a node is read from, and the first and the number of the hashes there below it."""
    level, rest = divmod(height, HEIGHT)
    first = place << rest
    return Tile(level, first // WIDTH), first % WIDTH, 1 << rest


def _climb(size: int) -> Iterator[tuple[int, int]]:
    level = 0
    while size:
        yield level, size
        level, size = level + 1, size // WIDTH
