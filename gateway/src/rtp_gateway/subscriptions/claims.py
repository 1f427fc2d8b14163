"""Deliveries as couriers take and report them. Every function is one step of a transaction that acts as `system`.

Invariant: of the deliveries that wait in one case for one subscription, only the first has a time (`next_attempt_at`).
So what has a time may be sent, order per case holds whatever happens, and taking looks at nothing that has to wait.
Locks are taken on deliveries before subscriptions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Integer, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.subscriptions.models import DeliveryState
from rtp_shared.db import AnyRow

ERROR_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery taken on a lease, with what is needed to make the attempt."""

    subscription_id: UUID
    position: int
    case_id: UUID
    attempt: int
    """Number of this attempt. Only who holds the newest may report, so a lease that ran out reports nothing."""
    failing: bool
    may_see: bool
    """False if the subscription's client is no longer active, or no longer a reader of the event."""
    sink: str
    sealed_secret: bytes
    event_id: UUID
    body: bytes


@dataclass(frozen=True, slots=True)
class Room:
    """How many more may be taken: in all, for each subscription, and what is under way for it already."""

    overall: int
    each: int
    under_way: Mapping[UUID, int]


# One index probe a subscription, oldest due first, whatever waits behind: no subscriber can crowd out another.
# A lease is the time moved on: a courier that dies needs nobody to clean up after it.
_CLAIM = text("""
    WITH due AS (
        SELECT d.subscription_id, d.position
        FROM subscriptions s
        LEFT JOIN unnest(:busy, :counts) AS u (id, count) ON u.id = s.id
        CROSS JOIN LATERAL (
            SELECT subscription_id, position, next_attempt_at FROM deliveries
            WHERE subscription_id = s.id AND state = 'pending' AND next_attempt_at <= :now
            ORDER BY next_attempt_at, position
            LIMIT greatest(0, CASE WHEN s.failing_since IS NULL THEN :each ELSE 1 END - coalesce(u.count, 0))
            FOR UPDATE SKIP LOCKED
        ) d
        WHERE s.status = 'active' AND (s.rests_until IS NULL OR s.rests_until <= :now)
        ORDER BY d.next_attempt_at, d.position
        LIMIT :overall
    )
    UPDATE deliveries d
    SET attempts = d.attempts + 1, attempted_at = :now, next_attempt_at = :leased_until
    FROM due, subscriptions s, clients c, events e
    WHERE d.subscription_id = due.subscription_id AND d.position = due.position
      AND s.id = d.subscription_id AND c.client_id = s.client_id AND e.position = d.position
    RETURNING d.subscription_id, d.position, d.case_id, d.attempts AS attempt, s.failing_since IS NOT NULL AS failing,
        c.active AND e.readers && ARRAY['client:' || c.client_id, 'org:' || c.organisation] AS may_see,
        s.sink, s.sealed_secret, e.event_id, e.body
""").bindparams(
    bindparam("now", type_=DateTime(timezone=True)),
    bindparam("leased_until", type_=DateTime(timezone=True)),
    bindparam("busy", type_=ARRAY(Uuid())),
    bindparam("counts", type_=ARRAY(Integer())),
)

_SETTLE = text("""
    UPDATE deliveries SET state = :state, next_attempt_at = NULL, last_status = :status, last_error = :error
    WHERE subscription_id = :subscription_id AND position = :position AND attempts = :attempt AND state = 'pending'
    RETURNING position
""")
# A statement of its own, so that it sees what was recorded while the one before waited for its lock.
_PROMOTE = text("""
    UPDATE deliveries SET next_attempt_at = :now
    WHERE subscription_id = :subscription_id AND next_attempt_at IS NULL AND position = (
        SELECT min(position) FROM deliveries
        WHERE subscription_id = :subscription_id AND case_id = :case_id AND state = 'pending')
""")
_POSTPONE = text("""
    UPDATE deliveries SET next_attempt_at = :until, last_status = :status, last_error = :error
    WHERE subscription_id = :subscription_id AND position = :position AND attempts = :attempt AND state = 'pending'
    RETURNING position
""")
_FAILING = text("""
    UPDATE subscriptions
    SET failing_since = coalesce(failing_since, :now), rests_until = greatest(rests_until, :rests_until)
    WHERE id = :subscription_id AND (failing_since IS NULL OR :rests_until > coalesce(rests_until, '-infinity'))
""").bindparams(
    bindparam("now", type_=DateTime(timezone=True)), bindparam("rests_until", type_=DateTime(timezone=True))
)
_WELL = text("UPDATE subscriptions SET failing_since = NULL WHERE id = :subscription_id AND failing_since IS NOT NULL")

_SWEEP = text("""
    UPDATE deliveries d SET state = 'cancelled', next_attempt_at = NULL
    FROM subscriptions s WHERE s.id = d.subscription_id AND s.status = 'ended' AND d.state = 'pending'
    RETURNING d.position
""")
_SOONEST = text("""
    SELECT min(at) FROM (
        (SELECT min(next_attempt_at) FROM deliveries WHERE state = 'pending' AND next_attempt_at > :now)
        UNION ALL
        (SELECT min(rests_until) FROM subscriptions WHERE status = 'active' AND rests_until > :now)
    ) AS times (at)
""")
_WAITING = text("""
    SELECT count(*), coalesce(extract(epoch FROM now() - min(e.recorded_at)), 0)::float
    FROM (
        SELECT d.position FROM deliveries d JOIN subscriptions s ON s.id = d.subscription_id
        WHERE d.state = 'pending' AND s.status = 'active' LIMIT 10000
    ) w JOIN events e USING (position)
""")


async def claim(session: AsyncSession, *, now: datetime, leased_until: datetime, room: Room) -> list[Claim]:
    """Take what is due and may be sent now, the oldest first."""
    busy: Sequence[UUID] = list(room.under_way)
    rows = await session.execute(
        _CLAIM,
        {
            "now": now,
            "leased_until": leased_until,
            "overall": room.overall,
            "each": room.each,
            "busy": busy,
            "counts": [room.under_way[each] for each in busy],
        },
    )
    return [Claim(*row) for row in rows]


async def settle(
    session: AsyncSession, claim: Claim, state: DeliveryState, *, now: datetime, status: int | None, error: str | None
) -> bool:
    """The delivery is over, and the next of its case is due. False where the claim no longer held."""
    of = {"subscription_id": claim.subscription_id}
    outcome = {"state": state.value, "status": status, "error": _short(error)}
    held = await session.execute(_SETTLE, {**of, **outcome, "position": claim.position, "attempt": claim.attempt})
    if held.first() is None:
        return False
    await session.execute(_PROMOTE, {**of, "case_id": claim.case_id, "now": now})
    return True


async def postpone(
    session: AsyncSession,
    claim: Claim,
    *,
    until: datetime,
    status: int | None,
    error: str | None,
) -> bool:
    """Try again later. False where the claim no longer held."""
    of = {"subscription_id": claim.subscription_id, "position": claim.position, "attempt": claim.attempt}
    held = await session.execute(_POSTPONE, {**of, "until": until, "status": status, "error": _short(error)})
    return held.first() is not None


async def note_failing(
    session: AsyncSession, subscription_id: UUID, *, now: datetime, rests_until: datetime | None
) -> None:
    await session.execute(_FAILING, {"subscription_id": subscription_id, "now": now, "rests_until": rests_until})


async def note_well(session: AsyncSession, subscription_id: UUID) -> None:
    await session.execute(_WELL, {"subscription_id": subscription_id})


async def sweep(session: AsyncSession) -> int:
    """Cancel what waits for subscriptions that ended; return how many."""
    return len((await session.execute(_SWEEP)).all())


async def soonest(session: AsyncSession, *, now: datetime) -> datetime | None:
    """When the next thing falls due that is not due yet."""
    found: datetime | None = await session.scalar(_SOONEST, {"now": now})
    return found


async def waiting(session: AsyncSession) -> tuple[int, float]:
    """How many deliveries wait (counted up to 10,000), and the age in seconds of the oldest event among them."""
    row: AnyRow = (await session.execute(_WAITING)).one()
    count: Any = row[0]
    return count, row[1]


def _short(error: str | None) -> str | None:
    return None if error is None else error[:ERROR_LENGTH]
