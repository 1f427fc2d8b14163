"""Writing a case's history: entries chained in the case's own row lock."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.history.chain import Entry, seal
from rtp_applications.history.models import AuditEntry
from rtp_applications.history.state import dump_state, list_changes, list_first_changes
from rtp_applications.json_types import Changes, JsonObject
from rtp_applications.workflow.enums import Audience
from rtp_applications.workflow.snapshot import CaseSnapshot, Signature
from rtp_shared.db import get_driver

_JSON = frozenset({"actor", "changes", "snapshot", "events"})
_COLUMNS = tuple(AuditEntry.__table__.columns.keys())
_PLACES = ", ".join(f"${number}" for number in range(1, len(_COLUMNS) + 1))
# Past SQLAlchemy, as events go: every action writes one or two of these.
_INSERT = f"INSERT INTO audit_entries ({', '.join(_COLUMNS)}) VALUES ({_PLACES})"  # noqa: S608 - of our own words


def seal_entries(
    before: CaseSnapshot | None,
    after: CaseSnapshot,
    *,
    action: str,
    by: Signature,
    at: datetime,
    reason: str | None = None,
    events: Sequence[JsonObject] = (),
    discloses: bool = False,
    audience: Audience = Audience.EVERYBODY,
) -> tuple[CaseSnapshot, list[Entry]]:
    """Seal what changed as entries of the audit, one for each audience; return the case with the chain's new head.

    `audience`: who may read the entry where nothing changed that the audit follows. The entry of a request that read
    the clock before another one that got the case's lock first is dated no earlier than that one's.
    """
    if before is not None and at < before.case.changed_at:
        at = before.case.changed_at
        after = after.with_case(changed_at=at)
    parts = list_changes(before, after) if before else {Audience.EVERYBODY: list_first_changes(after)}
    if events or discloses:
        parts = {Audience.EVERYBODY: {}, **parts}
    parts = parts or {audience: {}}
    entries = []
    for audience, changes in sorted(parts.items(), reverse=True):
        public = audience is Audience.EVERYBODY
        entry = _seal_entry(
            after, changes, action, by, at, reason, events if public else (), discloses and public, audience
        )
        after = after.with_case(audit_position=entry.position, audit_hash=entry.hash)
        if discloses and public:
            after = after.with_case(disclosed_position=entry.position)
        entries.append(entry)
    return after, entries


async def append_entries(session: AsyncSession, entries: Sequence[Entry]) -> None:
    connection = await get_driver(session)
    for entry in entries:
        await connection.execute(_INSERT, *(_encode(entry, name) for name in _COLUMNS))


def _encode(entry: Entry, column: str) -> object:
    value: object = getattr(entry, column)
    return json.dumps(value) if column in _JSON and value is not None else value


def _seal_entry(
    after: CaseSnapshot,
    changes: Changes,
    action: str,
    by: Signature,
    at: datetime,
    reason: str | None,
    events: Sequence[JsonObject],
    discloses: bool,
    audience: Audience,
) -> Entry:
    case = after.case
    return seal(
        case_id=case.id,
        position=case.audit_position + 1,
        at=at,
        actor={"role": by.role.value, "person": by.person, "holder": by.holder},
        action=action,
        reason=reason,
        version=case.version,
        changes=changes,
        snapshot=dump_state(after) if discloses else None,
        events=events,
        audience=audience.value,
        previous_hash=case.audit_hash,
    )
