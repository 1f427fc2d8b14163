"""The Merkle tree of RFC 6962, section 2.1: its hashes, and proofs that an entry or an earlier tree is part of it."""

from collections.abc import Callable, Sequence
from hashlib import sha256

HASH = 32
EMPTY = sha256().digest()
"""The root of a tree without leaves."""

ReadNode = Callable[[int, int], bytes]
"""Returns the root of the complete subtree of 2**height leaves that stands at this place among those of its height."""


def hash_leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def hash_subtree(nodes: Sequence[bytes]) -> bytes:
    """Return the root above a power of two of nodes."""
    while len(nodes) > 1:
        nodes = [hash_children(*pair) for pair in zip(nodes[::2], nodes[1::2], strict=True)]
    return nodes[0]


def compute_root(read: ReadNode, size: int) -> bytes:
    return _compute(read, 0, size) if size else EMPTY


def prove_inclusion(read: ReadNode, index: int, size: int) -> list[bytes]:
    """Return PATH(index, D[size]), from the leaf's sibling up."""
    path: list[bytes] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            path.append(_compute(read, middle, end))
            end = middle
        else:
            path.append(_compute(read, first, middle))
            first = middle
    return path[::-1]


def prove_consistency(read: ReadNode, old: int, new: int) -> list[bytes]:
    """Return PROOF(old, D[new]): that the tree of the old size is the beginning of the new one."""
    if old in (0, new):
        return []
    proof: list[bytes] = []
    first, end = 0, new
    while end != old:
        middle = first + _split(end - first)
        if old <= middle:
            proof.append(_compute(read, middle, end))
            end = middle
        else:
            proof.append(_compute(read, first, middle))
            first = middle
    if first:
        proof.append(_compute(read, first, end))
    return proof[::-1]


def follows(old: int, new: int, *, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether the proof shows that the old tree is the beginning of the new one (RFC 9162, section 2.1.4.2)."""
    if old > new:
        return False
    if old in (0, new):
        return not proof and old_root == (new_root if old == new else EMPTY)
    nodes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not nodes:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    of_old = of_new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            of_old, of_new = hash_children(node, of_old), hash_children(node, of_new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            of_new = hash_children(of_new, node)
        place, last = place >> 1, last >> 1
    return last == 0 and of_old == old_root and of_new == new_root


def includes(index: int, size: int, *, leaf: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether the proof shows that the leaf's hash stands at this place (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for node in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = hash_children(node, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = hash_children(found, node)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def _compute(read: ReadNode, first: int, end: int) -> bytes:
    count = end - first
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        return read(height, first >> height)
    middle = first + _split(count)
    return hash_children(_compute(read, first, middle), _compute(read, middle, end))


def _split(count: int) -> int:
    """Return the largest power of two below a count of two or more."""
    return 1 << (count - 1).bit_length() - 1
