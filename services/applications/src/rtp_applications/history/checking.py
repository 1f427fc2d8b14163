"""Checks that a case's history holds, and leads to the case as it stands."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.history.canonical import canonical
from rtp_applications.history.chain import FIRST, Chain, Entry, Fault, Withheld, check, find_ends, fold
from rtp_applications.history.reading import can_read, read_chain
from rtp_applications.history.restore import select_comparable
from rtp_applications.history.rows import IMPORT, read_entry
from rtp_applications.threads import run_in_thread
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.db import system_scope

HIDDEN = "does not hold"
"""All that is said of a fault in an entry that the caller may not read."""


@dataclass(frozen=True)
class Verdict:
    """The result of checking a case's whole history: the ends of the reader's chains, and the faults of all."""

    ends: Mapping[Chain, Entry | Withheld]
    faults: list[Fault]


async def judge_history(session: AsyncSession, snapshot: CaseSnapshot, caller: Caller) -> Verdict:
    """Check the whole history of a case, of which `snapshot` is all that there is; no content is given away."""
    async with system_scope(session, "a chain is checked whole, whatever of it the caller may read"):
        rows = await read_chain(session, snapshot.case.id, snapshot.case.audit_position)
    entries = [read_entry(row) for row in rows]
    faults = await run_in_thread(find_faults, entries, snapshot)
    readable = {
        (entry.chain, entry.position)
        for row, entry in zip(rows, entries, strict=True)
        if can_read(snapshot, caller, place=row.position, audience=row.audience)
    }
    chains = {chain for chain, _ in readable} | {Chain.CASE}
    ends = {chain: end for chain, end in find_ends(entries).items() if chain in chains or end.chain is None}
    return Verdict(ends, list(dict.fromkeys(_show_fault(each, readable) for each in faults)))


def _show_fault(fault: Fault, readable: Container[tuple[Chain | None, int]]) -> Fault:
    """Return the fault as whoever may read these entries is told of it: never how many there are of others."""
    if fault.position == 0 or (fault.chain, fault.position) in readable:
        return fault
    return Fault(0 if fault.chain else fault.position, HIDDEN)


def find_faults(entries: Sequence[Entry | Withheld], snapshot: CaseSnapshot) -> list[Fault]:
    """Return the faults of all chains, against their heads and the case as it is stored."""
    readable = _skip_gaps(entries)
    folded = fold(readable)
    in_draft = Chain.DRAFT in find_ends(entries) and snapshot.case.submitted_at is None
    heads = {
        Chain.DRAFT if in_draft else Chain.CASE: snapshot.case.audit_hash,
        Chain.BODIES: snapshot.case.confidential_hash,
    }
    faults = check(entries, heads=heads) + _check_draft(entries)
    if canonical(folded) != canonical(select_comparable(snapshot, folded)):
        faults.append(Fault(0, "the case as it is stored is not what the entries lead to"))
    return faults


def _check_draft(entries: Sequence[Entry | Withheld]) -> list[Fault]:
    """Find that a draft is gone as a whole: only a case that was brought from elsewhere may be without it."""
    first = next(iter(entries), None)
    brought = any(isinstance(entry, Entry) and entry.action == IMPORT for entry in entries)
    if first is None or first.chain is not Chain.CASE or first.previous_hash == FIRST or brought:
        return []
    return [Fault(0, "the history of the draft is missing")]


def _skip_gaps(entries: Sequence[Entry | Withheld]) -> Sequence[Entry | Withheld]:
    """Return the entries that tell the whole state: all, or those after what a bundle brought without content."""
    gaps = [index for index, entry in enumerate(entries) if isinstance(entry, Withheld)]
    return entries[gaps[-1] + 1 :] if gaps else entries
