"""Checks of what was read: sequences, copies, links, order, and the feed beside it."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from .events import FEED, RECEIVED, Event
from .ledger import Ledger
from .report import Finding, Report

_chain = attrgetter("source", "partitionkey")


def check_chains(ledger: Ledger, report: Report, *, from_start: bool) -> None:
    """`from_start`: whether what is before the first event of a chain counts as a gap."""
    for _, chain in groupby(ledger.by_sequence(), key=_chain):
        report.chains += 1
        last = 0 if from_start else None
        before: set[str] = set()
        for sequence, found in groupby(chain, key=attrgetter("sequence")):
            copies = list(found)
            if last is not None and sequence > last + 1:
                report.gaps.append(_gap(copies[0], last + 1))
            if sequence - 1 != last:
                before = set()
            _check_copies(copies, report)
            _check_links(copies, before, report)
            last, before = sequence, {copy.hash for copy in copies}


def _gap(behind: Event, first: int) -> Finding:
    chain = {"source": behind.source, "partitionkey": behind.partitionkey}
    return chain | {"first": first, "last": behind.sequence - 1}


def _check_copies(copies: Sequence[Event], report: Report) -> None:
    """All have one sequence of one chain, so they must be one event."""
    if len({copy.id for copy in copies}) > 1:
        report.conflicts.append(_conflict("several events with one sequence", copies))
    elif len({copy.hash for copy in copies}) > 1:
        report.conflicts.append(_conflict("one event with different content", copies))
    elif len({copy.attributes for copy in copies if copy.attributes}) > 1:
        report.conflicts.append(_conflict("one event with different attributes", copies))
    identity = attrgetter("id", "hash")
    for _, same in groupby(sorted(copies, key=identity), key=identity):
        if len(again := list(same)) > 1:
            places = [copy.place for copy in again]
            report.duplicates.append(again[0].told | {"times": len(again), "places": places})


def _conflict(reason: str, copies: Sequence[Event]) -> Finding:
    hashes, places = [copy.hash for copy in copies], [copy.place for copy in copies]
    return copies[0].named | {"reason": reason, "ids": [copy.id for copy in copies], "hashes": hashes, "places": places}


def _check_links(copies: Sequence[Event], before: set[str], report: Report) -> None:
    """`before`: the hashes of what is there of the event before; none where it is not there."""
    for copy in {(copy.id, copy.hash, copy.previous): copy for copy in copies}.values():
        if copy.previous is None:
            report.begins_anew += [copy.told] if copy.sequence > 1 else []
        elif copy.sequence == 1:
            report.broken_links.append(copy.told | {"reason": "the first event of a chain has a previoushash"})
        elif not before:
            report.links_not_checkable += 1
        elif copy.previous in before:
            report.links_checked += 1
        else:
            report.broken_links.append(copy.told | {"reason": "previoushash is not the hash of the event before"})


def check_order(ledger: Ledger, report: Report) -> None:
    """By first arrivals: an event may come again later at any time."""
    for _, chain in groupby(ledger.as_they_came(), key=_chain):
        highest, seen = 0, set[int]()
        for event in chain:
            if event.sequence < highest and event.sequence not in seen:
                report.out_of_order.append(event.told | {"after": highest})
            seen.add(event.sequence)
            highest = max(highest, event.sequence)


def compare(ledger: Ledger, report: Report, *, from_start: bool) -> None:
    """`from_start`: whether the feed was read from its start, so that what it has not is not there."""
    report.missing_against_feed += [event.told for event in ledger.only_on(FEED)]
    for received, in_feed in ledger.other_in_feed():
        report.conflicts.append(_conflict("another in the feed", (received, in_feed)))
    if not from_start:
        return
    report.not_in_feed += [event.told for event in ledger.only_on(RECEIVED)]
    gaps, report.gaps = report.gaps, []
    for gap in gaps:
        (report.gaps if ledger.feed_has(**gap) else report.explained_gaps).append(gap)
