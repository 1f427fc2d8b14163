"""A case's history: entries in a row, folded into the state at a time, and checked.

Whoever knows the last hash (the head) can tell whether anything in the history was altered, left out or added.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from rtp_applications.history.canonical import NotCanonical, canonical
from rtp_applications.history.changes import NotAChange, apply, find_contradictions, list_differences
from rtp_applications.history.entries import FIRST, Entry, NotAnEntry, Withheld, from_json, seal
from rtp_applications.json_types import JsonMapping, JsonObject

__all__ = [
    "FIRST",
    "Entry",
    "Fault",
    "NotAnEntry",
    "Withheld",
    "apply",
    "canonical",
    "check",
    "fold",
    "from_json",
    "list_differences",
    "seal",
]


class Fault(NamedTuple):
    """Something that does not hold. Position 0 is the history as a whole."""

    position: int
    what: str

    def __str__(self) -> str:
        return f"entry {self.position}: {self.what}" if self.position else self.what


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
    entries: Sequence[Entry | Withheld], *, head: bytes | None = None, state: JsonMapping | None = None
) -> list[Fault]:
    """Return all that does not hold in a whole history, from its first entry.

    That its end was not cut off shows only against a `head` known from elsewhere. `state` is compared where nothing is
    withheld.
    """
    faults: list[Fault] = []
    last: Entry | Withheld | None = None
    last_readable: Entry | None = None
    for entry in entries:
        faults += _check_link(last, entry)
        if isinstance(entry, Entry):
            faults += _check_own(entry) + _order(last_readable, entry)
            last_readable = entry
        last = entry
    return faults + _check_content(entries) + _end(last, head) + _check_outcome(entries, state)


def _check_link(last: Entry | Withheld | None, entry: Entry | Withheld) -> list[Fault]:
    faults = []
    expected = last.position + 1 if last else 1
    if entry.position != expected:
        faults.append(Fault(entry.position, f"stands where entry {expected} should"))
    if entry.previous_hash != (last.hash if last else FIRST):
        what = "does not continue from the entry before" if last else "is first, but continues from another"
        faults.append(Fault(entry.position, what))
    return faults


def _check_own(entry: Entry) -> list[Fault]:
    try:
        holds = entry.digest() == entry.hash
    except ValueError as error:
        return [Fault(entry.position, f"cannot be hashed: {error}")]
    return [] if holds else [Fault(entry.position, "its hash is not that of its content")]


def _order(before: Entry | None, entry: Entry) -> list[Fault]:
    if before is None:
        return []
    faults = []
    if entry.case_id != before.case_id:
        faults.append(Fault(entry.position, f"is of another case than entry {before.position}"))
    if entry.at < before.at:
        faults.append(Fault(entry.position, f"is earlier than entry {before.position}"))
    if entry.version < before.version:
        faults.append(Fault(entry.position, f"has a lower version than entry {before.position}"))
    return faults


def _check_content(entries: Sequence[Entry | Withheld]) -> list[Fault]:
    """Check that each `before` is what the entries before left, and each snapshot what they lead to, as far as can be
    known.
    """
    faults: list[Fault] = []
    state: JsonMapping | None = {}
    for entry in entries:
        if isinstance(entry, Withheld):
            state = None
            continue
        try:
            state = _check_step(state, entry, faults.append)
        except (NotAChange, NotCanonical) as error:
            faults.append(Fault(entry.position, f"its changes cannot be applied: {error}"))
            state = entry.snapshot
    return faults


def _check_step(state: JsonMapping | None, entry: Entry, report: Callable[[Fault], None]) -> JsonMapping | None:
    if state is not None:
        for pointer in find_contradictions(state, entry.changes):
            report(Fault(entry.position, f"its before of {pointer} is not what was there"))
        state = apply(state, entry.changes)
        # the first entry of an imported case may begin with a state that nothing led to
        if entry.snapshot is not None and entry.position > 1 and canonical(state) != canonical(entry.snapshot):
            report(Fault(entry.position, "its snapshot is not what the changes lead to"))
    return state if entry.snapshot is None else entry.snapshot


def _end(last: Entry | Withheld | None, head: bytes | None) -> list[Fault]:
    if head is None or (last.hash if last else FIRST) == head:
        return []
    if last is None:
        return [Fault(0, "there is no entry, but a head")]
    return [Fault(last.position, "is last, but the head is another hash")]


def _check_outcome(entries: Sequence[Entry | Withheld], state: JsonMapping | None) -> list[Fault]:
    if state is None or any(isinstance(entry, Withheld) for entry in entries):
        return []
    try:
        holds = canonical(fold(entries)) == canonical(dict(state))
    except ValueError as error:
        return [Fault(0, f"the state cannot be compared: {error}")]
    return [] if holds else [Fault(0, "the state is not what the entries lead to")]
