"""Content that goes from a history, so that the rest can still be checked. Pure: it saves nothing.

A sealed hash stands over a random salt and the content. Content and salt go, the hash stays: nothing can be found out
from it any more, and the chain still holds together by it. The entry that tells of the erasure commits to what is left.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from rtp_applications.history.entries import Entry, Erased, Withheld, make_salt

FORMER = "former"
"""In commitments, the entries of before there were chains."""
Rewrite = Callable[[Any], Any]
"""Makes of a JSON value another one."""


def empty_entry(entry: Entry) -> Entry:
    """Return the entry without anything that was said in it: its place, time, action, role and hashes are left."""
    nobody = {"role": entry.actor["role"], "person": "", "holder": ""}
    return replace(entry, actor=nobody, reason=None, changes={}, snapshot=None, salt=make_salt(), erased=Erased.WHOLE)


def rewrite_entry(entry: Entry, rewrite: Rewrite) -> Entry:
    """Return the entry with its JSON rewritten; itself, where nothing of it is another."""
    left = replace(
        entry,
        actor=rewrite(entry.actor),
        reason=rewrite(entry.reason),
        changes=rewrite(entry.changes),
        snapshot=rewrite(entry.snapshot),
    )
    return entry if left == entry else replace(left, salt=make_salt(), erased=entry.erased or Erased.IN_PART)


def commit(entries: Sequence[Entry | Withheld]) -> dict[str, str]:
    """Return for each chain the digest of its entries as they stand."""
    held = Commitments()
    for entry in entries:
        held.follow(entry)
    return held.compute()


@dataclass
class Commitments:
    """The digests of a history's entries by chain, and what entries said of those before them."""

    _digests: dict[str, list[bytes | None]] = field(default_factory=dict)
    _said: dict[str, tuple[Entry, str, int]] = field(default_factory=dict)
    """The last commitment to each chain: by which entry, and to how many."""
    _erased: dict[str, list[tuple[Entry, int]]] = field(default_factory=dict)

    def follow(self, entry: Entry | Withheld) -> None:
        if isinstance(entry, Entry):
            for chain, said in (entry.commitments or {}).items():
                self._said[chain] = (entry, said, len(self._digests.get(chain, ())))
        chain = entry.chain.value if entry.chain else FORMER
        digests = self._digests.setdefault(chain, [])
        digests.append(_digest(entry))
        if isinstance(entry, Entry) and entry.erased:
            self._erased.setdefault(chain, []).append((entry, len(digests)))

    def compute(self) -> dict[str, str]:
        found = {chain: _sum_up(digests) for chain, digests in self._digests.items()}
        return {chain: said for chain, said in found.items() if said}

    def list_broken(self) -> Iterator[Entry]:
        """Yield the entries whose commitment does not hold; of a chain that is not here, nothing is known."""
        for chain, (entry, said, length) in self._said.items():
            stands = _sum_up(self._digests.get(chain, ())[:length])
            if stands and stands != said:
                yield entry

    def list_untold(self) -> Iterator[Entry]:
        """Yield the erased entries that no later entry commits to."""
        for chain, erased in self._erased.items():
            if _sum_up(self._digests[chain]) is None:  # part of it is withheld from this reader
                continue
            told = self._said[chain][2] if chain in self._said else 0
            yield from (entry for entry, place in erased if place > told)


def _digest(entry: Entry | Withheld) -> bytes | None:
    """Return the digest of what stands in the entry, None where that is not known."""
    try:
        return entry.digest() if isinstance(entry, Entry) else None
    except ValueError:
        return b""


def _sum_up(digests: Sequence[bytes | None]) -> str | None:
    known = [each for each in digests if each is not None]
    return sha256(b"".join(known)).hexdigest() if known and len(known) == len(digests) else None


def list_changed(before: Sequence[Entry | Withheld], after: Sequence[Entry | Withheld]) -> list[Entry]:
    """Return the entries that are not what they were."""
    return [new for old, new in zip(before, after, strict=True) if new is not old and isinstance(new, Entry)]
