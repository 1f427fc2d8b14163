"""Whether a case's history holds, and leads to the case as it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases.errors import NoSuchCase
from rtp_applications.cases.store import read_file
from rtp_applications.documents.threads import in_thread
from rtp_applications.history.canonical import canonical
from rtp_applications.history.chain import Entry, Fault, Withheld, check, fold
from rtp_applications.history.reading import sees, whole_chain
from rtp_applications.history.restore import comparable
from rtp_applications.history.rows import entry_of
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.db import SYSTEM, become

HIDDEN = "does not hold"
"""All that is said of a fault in an entry that the caller may not read."""


@dataclass(frozen=True)
class Verdict:
    head: bytes
    length: int
    faults: list[Fault]


async def verdict(session: AsyncSession, seen: CaseSnapshot, caller: Caller, now: datetime) -> Verdict:
    """What there is to say of the history of a case that the caller may see: all is checked, no content is told."""
    await become(session, SYSTEM)
    file = await read_file(session, seen.case.id, readers=SYSTEM, now=now)
    if file is None:
        raise NoSuchCase
    rows = await whole_chain(session, file.case.id, file.case.audit_position)
    faults = await in_thread(faults_of, [entry_of(row) for row in rows], file)
    readable = {row.position for row in rows if sees(file, caller, position=row.position, audience=row.audience)}
    told = [Fault(each.position, each.what if each.position in {0, *readable} else HIDDEN) for each in faults]
    return Verdict(file.case.audit_hash, len(rows), list(dict.fromkeys(told)))


def faults_of(entries: Sequence[Entry | Withheld], file: CaseSnapshot) -> list[Fault]:
    """Of the whole chain, against its head and the case as it is stored."""
    told = _since_a_snapshot(entries)
    folded = fold(told)
    faults = check(entries, head=file.case.audit_hash)
    if canonical(folded) != canonical(comparable(file, folded)):
        faults.append(Fault(0, "the case as it is stored is not what the entries lead to"))
    return faults


def _since_a_snapshot(entries: Sequence[Entry | Withheld]) -> Sequence[Entry | Withheld]:
    """Those that tell the whole state: all, or where some came without their content, what a bundle brought in."""
    gaps = [index for index, entry in enumerate(entries) if isinstance(entry, Withheld)]
    return entries[gaps[-1] + 1 :] if gaps else entries
