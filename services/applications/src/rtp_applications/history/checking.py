"""Checks that a case's history holds, and leads to the case as it stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.history.canonical import canonical
from rtp_applications.history.chain import Entry, Fault, Withheld, check, fold
from rtp_applications.history.reading import can_read, read_chain
from rtp_applications.history.restore import select_comparable
from rtp_applications.history.rows import read_entry
from rtp_applications.threads import run_in_thread
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.db import system_scope

HIDDEN = "does not hold"
"""All that is said of a fault in an entry that the caller may not read."""


@dataclass(frozen=True)
class Verdict:
    """The result of checking a case's whole history: the chain's head, its length and its faults."""

    head: bytes
    length: int
    faults: list[Fault]


async def judge_history(session: AsyncSession, snapshot: CaseSnapshot, caller: Caller) -> Verdict:
    """Check the whole history of a case, of which `snapshot` is all that there is; no content is given away."""
    async with system_scope(session, "a chain is checked whole, whatever of it the caller may read"):
        rows = await read_chain(session, snapshot.case.id, snapshot.case.audit_position)
    faults = await run_in_thread(find_faults, [read_entry(row) for row in rows], snapshot)
    readable = {
        row.position for row in rows if can_read(snapshot, caller, position=row.position, audience=row.audience)
    }
    shown = [Fault(each.position, each.what if each.position in {0, *readable} else HIDDEN) for each in faults]
    return Verdict(snapshot.case.audit_hash, len(rows), list(dict.fromkeys(shown)))


def find_faults(entries: Sequence[Entry | Withheld], snapshot: CaseSnapshot) -> list[Fault]:
    """Return the faults of the whole chain, against its head and the case as it is stored."""
    readable = _skip_gaps(entries)
    folded = fold(readable)
    faults = check(entries, head=snapshot.case.audit_hash)
    if canonical(folded) != canonical(select_comparable(snapshot, folded)):
        faults.append(Fault(0, "the case as it is stored is not what the entries lead to"))
    return faults


def _skip_gaps(entries: Sequence[Entry | Withheld]) -> Sequence[Entry | Withheld]:
    """Return the entries that tell the whole state: all, or those after what a bundle brought without content."""
    gaps = [index for index, entry in enumerate(entries) if isinstance(entry, Withheld)]
    return entries[gaps[-1] + 1 :] if gaps else entries
