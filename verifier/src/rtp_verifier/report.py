"""The report of all findings, for machines and for people."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

FINE, MISSING, SERIOUS, UNUSABLE, UNTOLD = 0, 1, 2, 3, 4
_WORST = (SERIOUS, MISSING, UNTOLD, FINE)
SHOWN = 20
"""Findings of a kind that people are shown; --json has all."""

Finding = dict[str, Any]
_EVENT = "{source} {partitionkey} {sequence}, id {id}, {type}, {time}, in {place}"
_GAP = "{source} {partitionkey} {first} to {last}"
_KINDS = {
    "not_events": (SERIOUS, "NOT AN EVENT", "{place}: {reason}"),
    "bad_signatures": (SERIOUS, "BAD SIGNATURE", "{place}: {reason}"),
    "conflicts": (SERIOUS, "CONFLICT", "{source} {partitionkey} {sequence}: {reason}: {ids} in {places}"),
    "broken_links": (SERIOUS, "BROKEN LINK", _EVENT + ": {reason}"),
    "missing_against_feed": (MISSING, "missing: the feed has it", _EVENT),
    "gaps": (UNTOLD, "gaps: not received, or not yours to see", _GAP),
    "out_of_order": (MISSING, "out of order", _EVENT + ": after {after}"),
    "explained_gaps": (FINE, "gaps where the feed has nothing for you", _GAP),
    "duplicates": (FINE, "duplicates (harmless)", _EVENT + ": {times} times"),
    "begins_anew": (FINE, "the chain begins anew", _EVENT),
    "not_in_feed": (FINE, "received, and not in the feed", _EVENT),
}
"""The weight of each kind of finding, its heading, and the line that tells of one."""


@dataclass
class Report:
    """Counts, and every finding by its kind."""

    events: int = 0
    """Bodies or parts of bodies that are events, each counted as often as it was received."""
    chains: int = 0
    erased: int = 0
    links_checked: int = 0
    links_not_checkable: int = 0
    signatures_good: int = 0
    signatures_unchecked: int = 0
    unsigned: int = 0
    """Bodies without the headers of a signature."""
    of_others: int = 0
    """Bodies that were left out, because they came for another subscription."""
    cursor: str | None = None
    """The cursor from which the feed goes on."""
    not_events: list[Finding] = field(default_factory=list)
    bad_signatures: list[Finding] = field(default_factory=list)
    conflicts: list[Finding] = field(default_factory=list)
    broken_links: list[Finding] = field(default_factory=list)
    missing_against_feed: list[Finding] = field(default_factory=list)
    gaps: list[Finding] = field(default_factory=list)
    out_of_order: list[Finding] = field(default_factory=list)
    explained_gaps: list[Finding] = field(default_factory=list)
    duplicates: list[Finding] = field(default_factory=list)
    begins_anew: list[Finding] = field(default_factory=list)
    not_in_feed: list[Finding] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """The weight of the worst finding."""
        return min((_KINDS[kind][0] for kind in _KINDS if getattr(self, kind)), key=_WORST.index, default=FINE)

    def count_signature(self, outcome: str) -> None:
        self.signatures_good += outcome == "good"
        self.signatures_unchecked += outcome == "unchecked"
        self.unsigned += outcome == "unsigned"

    def to_json(self) -> str:
        return json.dumps(vars(self) | {"exit_code": self.exit_code}, indent=2)

    def to_lines(self) -> Iterator[str]:
        bad = len(self.bad_signatures)
        yield f"{self.events:,} events in {self.chains:,} chains; {self.erased:,} of them erased"
        yield (
            f"signatures: {self.signatures_good:,} good, {bad:,} bad, "
            f"{self.signatures_unchecked:,} not checked for want of a key; bodies without: {self.unsigned:,}"
        )
        yield (
            f"links: {self.links_checked:,} good, {len(self.broken_links):,} broken, "
            f"{self.links_not_checkable:,} not checkable (the event before is not here)"
        )
        if self.of_others:
            yield f"{self.of_others:,} bodies of other subscriptions were left out"
        for kind, (_, heading, line) in _KINDS.items():
            yield from _format_section(heading, line, getattr(self, kind))
        if self.cursor:
            yield f"the feed goes on after {self.cursor}"
        yield _VERDICTS[self.exit_code] if self.exit_code or self.cursor else _FINE_AS_FAR_AS_IS_KNOWN


def _format_section(heading: str, line: str, found: Sequence[Finding]) -> Iterator[str]:
    if found:
        yield f"{heading}: {len(found):,}"
    yield from (f"  {line.format_map(each)}" for each in found[:SHOWN])
    if len(found) > SHOWN:
        yield f"  and {len(found) - SHOWN:,} more: --json lists all"


_VERDICTS = {
    FINE: "Nothing is wrong and nothing is missing.",
    UNTOLD: "Nothing is wrong with what is here. If the gaps are loss or not yours to see, the feed tells: --feed.",
    MISSING: "Nothing is wrong with what is here, but something is missing or out of order.",
    SERIOUS: "SERIOUS: what is here was altered, forged or damaged.",
}


_FINE_AS_FAR_AS_IS_KNOWN = (
    "Nothing is wrong, and nothing is missing that can be told without the feed (--feed): "
    "the last events of a case, or a whole case, leave no gap."
)


def escape(text: str) -> str:
    """Escape all but plain characters: what was received may break lines or hold commands for a terminal."""
    return "".join(sign if sign.isascii() and sign.isprintable() else ascii(sign)[1:-1] for sign in text)
