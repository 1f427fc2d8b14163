"""Entries of the audit out of its table, and those that are in it without their content."""

from datetime import datetime
from uuid import UUID

from rtp_applications.history.chain import Entry, Withheld
from rtp_applications.workflow.enums import Audience, Role
from rtp_shared.db import AnyRow

IMPORT = "import"
"""The action by which a case came from elsewhere."""
WITHHELD = "withheld"
"""The action of an entry that a bundle brought without its content: its place and hashes are all that is known."""


def stand_in_for(entry: Withheld, case_id: UUID, *, at: datetime, place: int) -> Entry:
    """Return a withheld entry as the table holds it; its time is that of the entry before that has one."""
    nobody = {"role": Role.SYSTEM.value, "person": "", "holder": "system"}
    return Entry(
        case_id=case_id,
        position=entry.position,
        at=at,
        actor=nobody,
        action=WITHHELD,
        reason=None,
        version=place,
        changes={},
        snapshot=None,
        events=[],
        audience=Audience.EVERYBODY.value,
        salt="",
        previous_hash=entry.previous_hash,
        hash=entry.hash,
        place=place,
    )


def read_entry(row: AnyRow) -> Entry | Withheld:
    if row.action == WITHHELD:
        return Withheld(row.position, row.previous_hash, row.hash)
    return Entry(
        case_id=row.case_id,
        position=row.chain_position or row.position,
        at=row.at,
        actor=row.actor,
        action=row.action,
        reason=row.reason,
        version=row.version,
        changes=row.changes,
        snapshot=row.snapshot,
        events=row.events,
        audience=row.audience.value,
        salt=row.salt,
        previous_hash=row.previous_hash,
        hash=row.hash,
        chain=row.chain,
        commitments=row.commitments,
        erased=row.erased,
        confidential_steps=row.confidential_steps,
        place=row.position,
    )
