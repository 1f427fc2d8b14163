"""A case's history: entries in chains, folded into the state at a time, and checked.

Whoever knows the last hash of a chain (its head) can tell whether anything in it was altered, left out or added.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from rtp_applications.history.canonical import NotCanonical, canonical
from rtp_applications.history.changes import NotAChange, apply, find_contradictions, list_differences
from rtp_applications.history.entries import FIRST, Chain, Entry, Erased, NotAnEntry, Withheld, from_json, seal
from rtp_applications.history.erasing import Commitments
from rtp_applications.json_types import JsonMapping, JsonObject

__all__ = [
    "FIRST",
    "Chain",
    "Ends",
    "Entry",
    "Erased",
    "Fault",
    "NotAnEntry",
    "Withheld",
    "apply",
    "canonical",
    "check",
    "find_ends",
    "fold",
    "from_json",
    "list_differences",
    "seal",
]


class Fault(NamedTuple):
    """Something that does not hold. Position 0 is the history as a whole."""

    position: int
    what: str
    chain: Chain | None = None

    def __str__(self) -> str:
        place = f"entry {self.position} of {self.chain}" if self.chain else f"entry {self.position}"
        return f"{place}: {self.what}" if self.position else self.what


def fold(entries: Iterable[Entry | Withheld], at: datetime | None = None) -> JsonObject:
    """Return the state as at a time, else now: the newest snapshot by then, and the changes after it.

    Withheld entries are skipped. What it returns shares values with the entries: to be read, not written in.
    """
    readable = [entry for entry in entries if isinstance(entry, Entry) and (at is None or entry.at <= at)]
    start = max((index for index, entry in enumerate(readable) if entry.snapshot is not None), default=-1)
    state = dict(readable[start].snapshot or {}) if start >= 0 else {}
    for entry in readable[start + 1 :]:
        state = apply(state, entry.changes)
    return state


def check(
    entries: Sequence[Entry | Withheld],
    *,
    heads: Mapping[Chain, bytes] | None = None,
    state: JsonMapping | None = None,
) -> list[Fault]:
    """Return all that does not hold in a history that its reader has whole, each chain from its first entry.

    That an end was not cut off shows only against `heads` known from elsewhere. `state` is compared where nothing is
    withheld.
    """
    faults: list[Fault] = []
    ends = Ends()
    last_readable: Entry | None = None
    for entry in entries:
        faults += _check_link(ends.follow(entry), entry)
        if isinstance(entry, Entry):
            faults += _check_own(entry) + _order(last_readable, entry)
            last_readable = entry
    faults += _check_commitments(entries)
    return faults + _check_content(entries) + _check_ends(ends.list_all(), heads or {}) + _check_outcome(entries, state)


def find_ends(entries: Iterable[Entry | Withheld]) -> dict[Chain, Entry | Withheld]:
    """Return the last entry of each chain."""
    ends = Ends()
    for entry in entries:
        ends.follow(entry)
    return ends.list_all()


@dataclass
class Ends:
    """The ends of the chains, up to where a history was read.

    Entries without a chain, of before there were chains, are the beginning of the draft's or the case's.
    """

    draft: Entry | Withheld | None = None
    case: Entry | Withheld | None = None
    bodies: Entry | Withheld | None = None

    def follow(self, entry: Entry | Withheld) -> Entry | Withheld | None:
        """Take the entry as the end of its chain, and return the one that it should continue from."""
        last = self.bodies if entry.chain is Chain.BODIES else self.case
        if entry.chain is Chain.BODIES:
            self.bodies = entry
        else:
            self.draft = last if _is_submission(last, entry) else self.draft
            self.case = entry
        return last

    def list_all(self) -> dict[Chain, Entry | Withheld]:
        in_draft = self.case is not None and self.case.chain is Chain.DRAFT
        named = ((Chain.DRAFT, self.draft), (Chain.DRAFT if in_draft else Chain.CASE, self.case))
        return {chain: end for chain, end in (*named, (Chain.BODIES, self.bodies)) if end is not None}


def _check_link(last: Entry | Withheld | None, entry: Entry | Withheld) -> list[Fault]:
    faults = []
    expected = 1 if last is None or _is_submission(last, entry) else last.position + 1
    is_counted_on = last is None or _is_submission(last, entry) or last.chain is entry.chain
    if is_counted_on and entry.position != expected:
        faults.append(_find_fault(entry, f"stands where entry {expected} should"))
    if last is not None and entry.previous_hash != last.hash:
        faults.append(_find_fault(entry, "does not continue from the entry before"))
    if last is None and entry.previous_hash != FIRST and entry.chain is not Chain.CASE:
        faults.append(_find_fault(entry, "is first, but continues from another"))
    return faults


def _is_submission(last: Entry | Withheld | None, entry: Entry | Withheld) -> bool:
    """Return whether the case's own chain begins: it is counted from 1, and holds on to a draft by its head alone."""
    return last is not None and (last.chain, entry.chain) == (Chain.DRAFT, Chain.CASE)


def _find_fault(entry: Entry | Withheld, what: str) -> Fault:
    return Fault(entry.position, what, entry.chain)


def _check_commitments(entries: Sequence[Entry | Withheld]) -> list[Fault]:
    """Check that what an erasure left is as it left it, and that an entry tells of every erasure."""
    held = Commitments()
    for entry in entries:
        held.follow(entry)
    broken = [
        _find_fault(entry, "the entries before it are not as its erasure left them") for entry in held.list_broken()
    ]
    return broken + [_find_fault(entry, "was erased, and no later entry says so") for entry in held.list_untold()]


def _check_own(entry: Entry) -> list[Fault]:
    if entry.erased:  # the hash is of what was there before
        return []
    try:
        holds = entry.digest() == entry.hash
    except ValueError as error:
        return [_find_fault(entry, f"cannot be hashed: {error}")]
    return [] if holds else [_find_fault(entry, "its hash is not that of its content")]


def _order(before: Entry | None, entry: Entry) -> list[Fault]:
    if before is None:
        return []
    faults = []
    if entry.case_id != before.case_id:
        faults.append(_find_fault(entry, f"is of another case than entry {before.position}"))
    if entry.at < before.at:
        faults.append(_find_fault(entry, f"is earlier than entry {before.position}"))
    if entry.chain is before.chain is None and entry.version < before.version:
        faults.append(_find_fault(entry, f"has a lower version than entry {before.position}"))
    return faults


def _check_content(entries: Sequence[Entry | Withheld]) -> list[Fault]:
    """Check that each `before` is what the entries before left, and each snapshot what they lead to, as far as can be
    known.
    """
    faults: list[Fault] = []
    state: JsonMapping | None = None if _follows_a_draft(entries) else {}
    for index, entry in enumerate(entries):
        if isinstance(entry, Withheld) or entry.erased is Erased.WHOLE:
            state = None
            continue
        try:
            state = _check_step(state, entry, faults.append, first=index == 0)
        except (NotAChange, NotCanonical) as error:
            faults.append(_find_fault(entry, f"its changes cannot be applied: {error}"))
            state = entry.snapshot
    return faults


def _follows_a_draft(entries: Sequence[Entry | Withheld]) -> bool:
    """Return whether the history begins with a case as it was submitted, after a draft that its reader never saw."""
    first = entries[0] if entries else None
    return isinstance(first, Entry) and first.chain is Chain.CASE and first.snapshot is not None


def _check_step(
    state: JsonMapping | None, entry: Entry, report: Callable[[Fault], None], *, first: bool
) -> JsonMapping | None:
    if state is not None:
        for pointer in find_contradictions(state, entry.changes):
            report(_find_fault(entry, f"its before of {pointer} is not what was there"))
        state = apply(state, entry.changes)
        # the first entry of an imported case may begin with a state that nothing led to
        if entry.snapshot is not None and not first and canonical(state) != canonical(entry.snapshot):
            report(_find_fault(entry, "its snapshot is not what the changes lead to"))
    return state if entry.snapshot is None else entry.snapshot


def _check_ends(ends: Mapping[Chain, Entry | Withheld], heads: Mapping[Chain, bytes]) -> list[Fault]:
    faults = []
    for chain, head in heads.items():
        if chain not in ends:
            faults += [] if head == FIRST else [Fault(0, "there is no entry, but a head")]
        elif ends[chain].hash != head:
            faults.append(_find_fault(ends[chain], "is last, but the head is another hash"))
    return faults


def _check_outcome(entries: Sequence[Entry | Withheld], state: JsonMapping | None) -> list[Fault]:
    if state is None or any(isinstance(entry, Withheld) for entry in entries):
        return []
    try:
        holds = canonical(fold(entries)) == canonical(dict(state))
    except ValueError as error:
        return [Fault(0, f"the state cannot be compared: {error}")]
    return [] if holds else [Fault(0, "the state is not what the entries lead to")]
