"""Entries of the audit as rows of its table, and back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from rtp_applications.history.chain import Entry, Withheld
from rtp_applications.workflow.enums import Audience, Role
from rtp_shared.db import AnyRow

WITHHELD = "withheld"
"""The action of an entry that a bundle brought without its content: its place and hashes are all that is known."""


def row_of(entry: Entry) -> dict[str, Any]:
    return {
        "case_id": entry.case_id,
        "position": entry.position,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "reason": entry.reason,
        "version": entry.version,
        "changes": entry.changes,
        "snapshot": entry.snapshot,
        "events": entry.events,
        "audience": Audience(entry.audience),
        "salt": entry.salt,
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def withheld_row(entry: Withheld, case_id: UUID, *, at: datetime, version: int) -> dict[str, Any]:
    """The row of an entry without its content; time and version are those of the entry before that has one."""
    nobody = {"role": Role.SYSTEM.value, "person": "", "holder": "system"}
    empty = Entry(
        case_id=case_id,
        position=entry.position,
        at=at,
        actor=nobody,
        action=WITHHELD,
        reason=None,
        version=version,
        changes={},
        snapshot=None,
        events=[],
        audience=Audience.EVERYBODY.value,
        salt="",
        previous_hash=entry.previous_hash,
        hash=entry.hash,
    )
    return row_of(empty)


def entry_of(row: AnyRow) -> Entry | Withheld:
    if row.action == WITHHELD:
        return Withheld(row.position, row.previous_hash, row.hash)
    return Entry(
        case_id=row.case_id,
        position=row.position,
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
    )
