"""Writing a case's history: entries chained in the case's own row lock."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.history.chain import Entry, seal
from rtp_applications.history.models import AuditEntry
from rtp_applications.history.rows import row_of
from rtp_applications.history.state import Changes, changed, opened, state_of
from rtp_applications.workflow.enums import Audience
from rtp_applications.workflow.snapshot import CaseSnapshot, Signature
from rtp_shared.db import driver

_JSON = frozenset({"actor", "changes", "snapshot", "events"})
_COLUMNS = tuple(AuditEntry.__table__.columns.keys())
_PLACES = ", ".join(f"${number}" for number in range(1, len(_COLUMNS) + 1))
# Past SQLAlchemy, as events go: every action writes one or two of these.
_INSERT = f"INSERT INTO audit_entries ({', '.join(_COLUMNS)}) VALUES ({_PLACES})"  # noqa: S608 - of our own words


def sealed(
    before: CaseSnapshot | None,
    after: CaseSnapshot,
    *,
    action: str,
    by: Signature,
    at: datetime,
    reason: str | None = None,
    events: Sequence[dict[str, Any]] = (),
    discloses: bool = False,
    audience: Audience = Audience.EVERYBODY,
) -> tuple[CaseSnapshot, list[dict[str, Any]]]:
    """What changed as entries of the audit, apart for each audience, and the file with the chain's new head.

    `audience`: whom to tell where nothing changed that the audit follows. A request that read the clock before another
    one that got the case's lock first is told of as no earlier than that one.
    """
    if before is not None and at < before.case.changed_at:
        at = before.case.changed_at
        after = after.with_case(changed_at=at)
    parts = changed(before, after) if before else {Audience.EVERYBODY: opened(after)}
    if events or discloses:
        parts = {Audience.EVERYBODY: {}, **parts}
    parts = parts or {audience: {}}
    rows = []
    for audience, changes in sorted(parts.items(), reverse=True):
        public = audience is Audience.EVERYBODY
        entry = _entry(after, changes, action, by, at, reason, events if public else (), discloses and public, audience)
        after = after.with_case(audit_position=entry.position, audit_hash=entry.hash)
        if discloses and public:
            after = after.with_case(disclosed_position=entry.position)
        rows.append(row_of(entry))
    return after, rows


async def append(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    connection = await driver(session)
    for row in rows:
        await connection.execute(_INSERT, *(_stored(name, row[name]) for name in _COLUMNS))


def _stored(column: str, value: Any) -> Any:
    return json.dumps(value) if column in _JSON and value is not None else value


def _entry(
    after: CaseSnapshot,
    changes: Changes,
    action: str,
    by: Signature,
    at: datetime,
    reason: str | None,
    events: Sequence[dict[str, Any]],
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
        snapshot=state_of(after) if discloses else None,
        events=events,
        audience=audience.value,
        previous_hash=case.audit_hash,
    )
