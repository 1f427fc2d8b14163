"""The texts that hold proofs: a receipt's (C2SP tlog-proof), and what a witness is asked by (C2SP tlog-witness)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from rtp_applications.transparency.rules.notes import MOST_BYTES, NotANote, SignedCheckpoint, decode_hash, encode

MOST_HASHES = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,17})", re.ASCII)


def commit(salt: bytes, entry_hash: bytes) -> bytes:
    """Return what stands in the log for an audit entry. Who has not the salt cannot tell of which it is."""
    return sha256(salt + entry_hash).digest()


def format_proof(index: int, path: Sequence[bytes], note: str, *, extra: bytes) -> str:
    """Return the proof that the entry at this place is in the tree of the checkpoint."""
    lines = ["c2sp.org/tlog-proof@v1", f"extra {encode(extra)}", f"index {index}", *map(encode, path)]
    return "".join(f"{line}\n" for line in lines) + f"\n{note}"


@dataclass(frozen=True)
class WitnessRequest:
    """What a log asks of a witness: to cosign a checkpoint that follows from the one of the old size."""

    old: int
    proof: Sequence[bytes]
    note: str

    @classmethod
    def parse(cls, body: bytes) -> tuple[Self, SignedCheckpoint]:
        """Read a request, and the checkpoint in it. Raises NotANote."""
        if len(body) > MOST_BYTES:
            raise NotANote(f"it is over {MOST_BYTES} bytes")
        try:
            head, blank, note = body.decode().partition("\n\n")
        except UnicodeDecodeError:
            raise NotANote("it is not UTF-8") from None
        first, *hashes = head.split("\n")
        old = _OLD.fullmatch(first)
        if not blank or old is None or len(hashes) > MOST_HASHES:
            raise NotANote("it begins not with the old size, at most 63 hashes and an empty line")
        return cls(int(old[1]), [decode_hash(each) for each in hashes], note), SignedCheckpoint.parse(note)

    def format(self) -> str:
        lines = [f"old {self.old}", *map(encode, self.proof)]
        return "".join(f"{line}\n" for line in lines) + f"\n{self.note}"
