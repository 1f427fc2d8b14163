"""Checks of what was read: sequences, copies, links, order, and the feed beside it."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from .events import FEED, RECEIVED, Event
from .ledger import Ledger
from .report import Finding, Report

_chain = attrgetter("source", "partitionkey")


def check_chains(ledger: Ledger, report: Report, *, from_start: bool) -> None:
    """Check the sequence of each chain. With `from_start`, events before the first that is there are a gap."""
    for _, chain in groupby(ledger.list_by_sequence(), key=_chain):
        report.chains += 1
        last = 0 if from_start else None
        before: set[str] = set()
        for sequence, found in groupby(chain, key=attrgetter("sequence")):
            copies = list(found)
            if last is not None and sequence > last + 1:
                report.gaps.append(_describe_gap(copies[0], last + 1))
            if sequence - 1 != last:
                before = set()
            _check_copies(copies, report)
            _check_links(copies, before, report)
            last, before = sequence, {copy.hash for copy in copies}


def _describe_gap(behind: Event, first: int) -> Finding:
    chain = {"source": behind.source, "partitionkey": behind.partitionkey}
    return chain | {"first": first, "last": behind.sequence - 1}


def _check_copies(copies: Sequence[Event], report: Report) -> None:
    """Check that all copies, which have one sequence of one chain, are one event."""
    if len({copy.id for copy in copies}) > 1:
        report.conflicts.append(_describe_conflict("several events with one sequence", copies))
    elif len({copy.hash for copy in copies}) > 1:
        report.conflicts.append(_describe_conflict("one event with different content", copies))
    elif len({copy.attributes for copy in copies if copy.attributes}) > 1:
        report.conflicts.append(_describe_conflict("one event with different attributes", copies))
    identity = attrgetter("id", "hash")
    for _, same in groupby(sorted(copies, key=identity), key=identity):
        if len(again := list(same)) > 1:
            places = [copy.place for copy in again]
            report.duplicates.append(again[0].summary | {"times": len(again), "places": places})


def _describe_conflict(reason: str, copies: Sequence[Event]) -> Finding:
    hashes, places = [copy.hash for copy in copies], [copy.place for copy in copies]
    return copies[0].position | {
        "reason": reason,
        "ids": [copy.id for copy in copies],
        "hashes": hashes,
        "places": places,
    }


def _check_links(copies: Sequence[Event], before: set[str], report: Report) -> None:
    """Check the links to the event before. `before` has the hashes of its copies, and none where it is not there."""
    for copy in {(copy.id, copy.hash, copy.previous): copy for copy in copies}.values():
        if copy.previous is None:
            report.begins_anew += [copy.summary] if copy.sequence > 1 else []
        elif copy.sequence == 1:
            report.broken_links.append(copy.summary | {"reason": "the first event of a chain has a previoushash"})
        elif not before:
            report.links_not_checkable += 1
        elif copy.previous in before:
            report.links_checked += 1
        else:
            report.broken_links.append(copy.summary | {"reason": "previoushash is not the hash of the event before"})


def check_order(ledger: Ledger, report: Report) -> None:
    """Check the order of first arrivals: an event may come again later at any time."""
    for _, chain in groupby(ledger.list_by_arrival(), key=_chain):
        highest, seen = 0, set[int]()
        for event in chain:
            if event.sequence < highest and event.sequence not in seen:
                report.out_of_order.append(event.summary | {"after": highest})
            seen.add(event.sequence)
            highest = max(highest, event.sequence)


def compare(ledger: Ledger, report: Report, *, from_start: bool) -> None:
    """Compare with the feed. With `from_start` it was read from its start, so an event that it lacks is not in it.

    A gap that it has nothing in is explained: what came before the place where it was read from was compared then.
    """
    report.missing_against_feed += [event.summary for event in ledger.list_only_on(FEED)]
    for received, in_feed in ledger.list_conflicts():
        report.conflicts.append(_describe_conflict("another in the feed", (received, in_feed)))
    if from_start:
        report.not_in_feed += [event.summary for event in ledger.list_only_on(RECEIVED)]
    gaps, report.gaps = report.gaps, []
    for gap in gaps:
        (report.gaps if ledger.has_in_feed(**gap) else report.explained_gaps).append(gap)
