"""The tree and its tiles are those of RFC 6962, and no proof holds for anything else."""

from collections.abc import Sequence
from functools import partial
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_applications.transparency.rules.tiles import (
    NotATile,
    Tile,
    format_number,
    grow,
    list_edge,
    list_needed,
    parse_name,
    read_from,
    split_hashes,
)
from rtp_applications.transparency.rules.tree import (
    EMPTY,
    compute_root,
    follows,
    hash_leaf,
    includes,
    prove_consistency,
    prove_inclusion,
)
from tests.applications.transparency import rfc6962

ENTRIES = [sha256(number.to_bytes(4)).digest() for number in range(70_000)]
sizes = st.integers(0, 700) | st.sampled_from([255, 256, 257, 511, 512, 513, 1024])
GOOGLE_ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
GOOGLE_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Of the tests of Certificate Transparency's reference implementation (google/certificate-transparency, Apache 2.0)."""


def build(size: int, *, steps: Sequence[int] = ()) -> tuple[dict[Tile, bytes], bytes]:
    """Let a tree grow by these steps, up to the size."""
    kept: dict[Tile, bytes] = {}
    root, place = EMPTY, 0
    for end in (*sorted({each for each in steps if each < size}), size):
        edge = {tile: kept[tile] for tile in list_edge(place)}
        changed, root = grow(edge, place, ENTRIES[place:end])
        kept |= changed
        place = end
    return kept, root


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_reference_implementation(size: int) -> None:
    leaves = [hash_leaf(bytes.fromhex(each)) for each in GOOGLE_ENTRIES]
    tiles = {Tile(1, 0): b"".join(leaves)}  # as if each leaf were a full tile: nodes from height 8 on
    read = read_from(tiles)
    assert compute_root(lambda height, place: read(height + 8, place), size).hex() == GOOGLE_ROOTS[size - 1]
    assert rfc6962.mth([bytes.fromhex(each) for each in GOOGLE_ENTRIES[:size]]).hex() == GOOGLE_ROOTS[size - 1]


@given(size=sizes, steps=st.lists(st.integers(1, 700), max_size=5))
def test_a_tree_is_the_same_however_it_grew(size: int, steps: list[int]) -> None:
    tiles, root = build(size, steps=steps)
    assert root == rfc6962.mth(ENTRIES[:size])
    assert tiles == build(size)[0]
    for tile, content in tiles.items():
        span = 256**tile.level
        for number, found in enumerate(split_hashes(tile, content)):
            first = (tile.number * 256 + number) * span
            assert found == rfc6962.mth(ENTRIES[first : first + span])


def test_a_tree_of_70000_has_the_tiles_that_the_standard_counts() -> None:
    """C2SP tlog-tiles: 273 full tiles of level 0 and one of 112, one full of level 1 and one of 17, one of 1."""
    tiles, root = build(70_000)
    widths = {tile: len(content) // 32 for tile, content in tiles.items()}
    assert [widths[Tile(0, number)] for number in range(274)] == [256] * 273 + [112]
    assert {tile: width for tile, width in widths.items() if tile.level} == {
        Tile(1, 0): 256,
        Tile(1, 1): 17,
        Tile(2, 0): 1,
    }
    path = prove_inclusion(read_from(tiles), 69_999, 70_000)
    assert includes(69_999, 70_000, leaf=hash_leaf(ENTRIES[69_999]), root=root, proof=path)


@given(size=st.integers(1, 700), data=st.data())
def test_an_inclusion_proof_is_the_standard_s_and_holds_for_its_leaf_alone(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    tiles, root = build(size)
    work = partial(prove_inclusion, index=index, size=size)
    proof = work(read_from({tile: tiles[tile] for tile in list_needed(work)}))
    assert proof == rfc6962.path(index, ENTRIES[:size])
    leaf = hash_leaf(ENTRIES[index])
    holds = partial(includes, index, size, leaf=leaf, root=root, proof=proof)
    assert holds()
    assert not holds(leaf=hash_leaf(b"other"))
    assert not holds(root=bytes(32))
    assert not holds(proof=[*proof, bytes(32)])
    if proof:
        assert not holds(proof=proof[:-1])
        spoilt = data.draw(st.integers(0, len(proof) - 1))
        assert not holds(proof=[bytes(32) if number == spoilt else each for number, each in enumerate(proof)])
    other = data.draw(st.integers(-1, size))
    assert includes(other, size, leaf=leaf, root=root, proof=proof) == (other == index)


@given(new=st.integers(0, 700), data=st.data())
def test_a_consistency_proof_is_the_standard_s_and_holds_for_its_trees_alone(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, new))
    tiles, new_root = build(new)
    old_root = build(old)[1]
    proof = prove_consistency(read_from(tiles), old, new)
    assert proof == (rfc6962.proof(old, ENTRIES[:new]) if old else [])
    assert follows(old, new, old_root=old_root, new_root=new_root, proof=proof)
    assert not follows(old, new, old_root=old_root, new_root=bytes(32), proof=proof) or old == 0
    if old > 0:
        assert not follows(old, new, old_root=bytes(32), new_root=new_root, proof=proof)
    assert not follows(old, new, old_root=old_root, new_root=new_root, proof=[*proof, bytes(32)])
    for spoilt in range(len(proof)):
        altered = [bytes(32) if number == spoilt else each for number, each in enumerate(proof)]
        assert not follows(old, new, old_root=old_root, new_root=new_root, proof=altered)
        assert not follows(old, new, old_root=old_root, new_root=new_root, proof=proof[:spoilt])


def test_nothing_follows_from_a_larger_tree() -> None:
    assert not follows(2, 1, old_root=EMPTY, new_root=EMPTY, proof=[])


@given(number=st.integers(0, 10**10), width=st.integers(1, 256))
def test_a_tile_s_name_leads_back_to_it(number: int, width: int) -> None:
    name = format_number(number) + (f".p/{width}" if width < 256 else "")
    assert parse_name(name) == (number, width)


def test_a_name_is_the_standard_s_example() -> None:
    assert format_number(1_234_067) == "x001/x234/067"


@pytest.mark.parametrize(
    "name", ["", "1", "0001", "x000/001", "001/002", "x001/x2/003", "001.p/0", "001.p/256", "001.p/01", "001.p", "٠٠١"]
)
def test_other_names_are_of_no_tile(name: str) -> None:
    with pytest.raises(NotATile):
        parse_name(name)
