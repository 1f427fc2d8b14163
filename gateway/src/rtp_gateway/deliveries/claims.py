"""Deliveries as couriers take them. Every function is one step of a transaction that acts as `system`.

Invariant: of the open deliveries of a line (one case, one subscription) only the first has a time (`next_attempt_at`).
So what has a time may be sent, order per case holds whatever happens, and taking looks at nothing that has to wait.
Locks are taken on deliveries, by position, before subscriptions. Who opens what was not open (replay, dead letters)
stops recording first: two who do not see each other yet could each take theirs for the first of a line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.deliveries.models import OPEN
from rtp_gateway.deliveries.retries import OPEN_AFTER
from rtp_shared.db import get_driver


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery taken on a lease, with what is needed to make the attempt."""

    subscription_id: UUID
    position: int
    case_id: UUID
    attempt: int
    """Number of this attempt. Only who holds the newest may report, so a lease that ran out reports nothing."""
    failing: bool
    rated: bool
    may_see: bool
    """False if the subscription's client is no longer active, or no longer a reader of the event."""
    protocol: str
    payload: str
    sink: str
    sink_version: int
    settings: Mapping[str, Any]
    sealed_keys: bytes = field(repr=False)
    sealed_credential: bytes | None = field(repr=False)
    event_id: UUID
    type: str
    body: bytes = field(repr=False)
    hash: bytes


@dataclass(frozen=True, slots=True)
class Room:
    """How many more may be taken in all, and what is under way for each subscription already."""

    overall: int
    under_way: Mapping[UUID, int]


# One index probe a subscription, oldest due first, whatever waits behind: no subscriber can crowd out another.
# A lease is the time moved on: a courier that dies needs nobody to clean up after it.
# While a circuit is open, what is due soonest serves as the probe even before its time; a try puts it behind the
# others, so probes go round the cases, and one event that its sink chokes on cannot keep the circuit open.
_CLAIM = f"""
    WITH due AS (
        SELECT d.subscription_id, d.position
        FROM subscriptions s
        LEFT JOIN unnest($4::uuid[], $5::int[]) AS u (id, count) ON u.id = s.id
        CROSS JOIN LATERAL (
            SELECT subscription_id, position, next_attempt_at FROM deliveries
            WHERE subscription_id = s.id AND state = 'pending' AND next_attempt_at IS NOT NULL
              AND (next_attempt_at <= $1 OR (s.failures >= {OPEN_AFTER} AND NOT under_way))
            ORDER BY next_attempt_at, position
            LIMIT greatest(0, least(
                CASE WHEN s.failing_since IS NULL THEN s.concurrency ELSE 1 END - coalesce(u.count, 0),
                CASE WHEN s.rate_per_minute IS NULL THEN s.concurrency ELSE 1 END))
            FOR UPDATE SKIP LOCKED
        ) d
        WHERE s.status = 'active'
          AND (s.rests_until IS NULL OR s.rests_until <= $1) AND (s.paced_until IS NULL OR s.paced_until <= $1)
        ORDER BY d.next_attempt_at, d.position
        LIMIT $3
    )
    UPDATE deliveries d
    SET attempts = d.attempts + 1, attempted_at = $1, next_attempt_at = $2, under_way = true
    FROM due, subscriptions s, clients c, events e
    WHERE d.subscription_id = due.subscription_id AND d.position = due.position
      AND s.id = d.subscription_id AND c.client_id = s.client_id AND e.position = d.position
    RETURNING d.subscription_id, d.position, d.case_id, d.attempts AS attempt,
        s.failing_since IS NOT NULL AS failing, s.rate_per_minute IS NOT NULL AS rated,
        c.active AND e.readers && (ARRAY['client:' || c.client_id, 'org:' || c.organisation] || ARRAY(
            SELECT 'scope:' || scope FROM unnest(c.scopes) AS scope WHERE scope LIKE '%:oversee')) AS may_see,
        s.protocol, s.payload, s.sink, s.sink_version, s.settings, s.sealed_keys, s.sealed_credential,
        e.event_id, e.type, e.body, e.hash
"""  # noqa: S608 - a constant of ours

_PACE = """
    UPDATE subscriptions SET paced_until = $2::timestamptz + interval '60 s' / rate_per_minute
    WHERE id = ANY($1::uuid[]) AND rate_per_minute IS NOT NULL
"""

# Gives its time to the first open delivery of each line; a dead one has none, and holds up its line.
_PROMOTE = f"""
    UPDATE deliveries d SET next_attempt_at = $3
    FROM unnest($1::uuid[], $2::uuid[]) AS l (subscription_id, case_id)
    CROSS JOIN LATERAL (
        SELECT position FROM deliveries
        WHERE subscription_id = l.subscription_id AND case_id = l.case_id AND state IN {OPEN}
        ORDER BY position LIMIT 1
    ) first
    WHERE d.subscription_id = l.subscription_id AND d.position = first.position
      AND d.state = 'pending' AND d.next_attempt_at IS NULL
"""  # noqa: S608 - a constant of ours

_STOP_RECORDING = f"SELECT pg_advisory_xact_lock({0x52_54_50_03})"
"""The lock that recording events holds until it has committed (migration 0001)."""

_HOLD = f"""
    SELECT FROM deliveries
    WHERE subscription_id = $1 AND state IN {OPEN} AND (state = 'dead' OR next_attempt_at IS NOT NULL)
    ORDER BY position FOR UPDATE
"""
_ANEW = """
    UPDATE deliveries
    SET failures = 0, first_failed_at = NULL,
        next_attempt_at = CASE WHEN under_way THEN next_attempt_at WHEN next_attempt_at > $2 THEN $2::timestamptz
            ELSE next_attempt_at END
    WHERE subscription_id = $1 AND state = 'pending' AND (failures > 0 OR first_failed_at IS NOT NULL)
"""
_CANCEL = f"""
    UPDATE deliveries SET state = 'cancelled', next_attempt_at = NULL, settled_at = $2
    WHERE subscription_id = $1 AND state IN {OPEN} AND NOT under_way
"""  # noqa: S608 - a constant of ours
_LINES = f"SELECT DISTINCT case_id FROM deliveries WHERE subscription_id = $1 AND state IN {OPEN}"  # noqa: S608

_SWEEP = """
    UPDATE deliveries d SET state = 'cancelled', next_attempt_at = NULL, under_way = false, settled_at = now()
    FROM subscriptions s WHERE s.id = d.subscription_id AND s.status = 'ended' AND d.state IN ('pending', 'dead')
"""
_SOONEST = """
    SELECT min(at) FROM (
        (SELECT min(next_attempt_at) FROM deliveries WHERE state = 'pending' AND next_attempt_at > $1)
        UNION ALL
        (SELECT min(rests_until) FROM subscriptions WHERE status = 'active' AND rests_until > $1)
        UNION ALL
        (SELECT min(paced_until) FROM subscriptions WHERE status = 'active' AND paced_until > $1)
        UNION ALL
        (SELECT min(probe_at) FROM subscriptions WHERE status = 'disabled' AND probe_at > $1)
    ) AS times (at)
"""
_WAITING = """
    SELECT count(*), coalesce(extract(epoch FROM now() - min(e.recorded_at)), 0)::float
    FROM (
        SELECT d.position FROM deliveries d JOIN subscriptions s ON s.id = d.subscription_id
        WHERE d.state = 'pending' AND s.status = 'active' LIMIT 10000
    ) w JOIN events e USING (position)
"""
_PROBES = """
    UPDATE subscriptions SET probe_at = $1 + $2::interval
    WHERE id IN (
        SELECT s.id FROM subscriptions s JOIN clients c USING (client_id)
        WHERE s.status = 'disabled' AND s.probe_at <= $1 AND c.active FOR NO KEY UPDATE OF s SKIP LOCKED)
    RETURNING id
"""


async def claim(session: AsyncSession, *, now: datetime, leased_until: datetime, room: Room) -> list[Claim]:
    """Take what is due and may be sent now, the oldest first."""
    connection = await get_driver(session)
    busy: Sequence[UUID] = list(room.under_way)
    rows = await connection.fetch(
        _CLAIM, now, leased_until, room.overall, busy, [room.under_way[each] for each in busy]
    )
    claimed = [Claim(**row) for row in rows]
    if rated := [each.subscription_id for each in claimed if each.rated]:
        await connection.execute(_PACE, rated, now)
    return claimed


async def promote(session: AsyncSession, lines: Sequence[tuple[UUID, UUID]], *, now: datetime) -> None:
    """The first open delivery of each line (subscription, case) is due, if it is not dead.

    A statement of its own, so that it sees what was recorded while the one before waited for its lock.
    """
    await (await get_driver(session)).execute(_PROMOTE, [line[0] for line in lines], [line[1] for line in lines], now)


async def stop_recording(session: AsyncSession) -> None:
    """Until this transaction ends, which must be soon, no event is recorded and nobody else changes what is open."""
    await (await get_driver(session)).execute(_STOP_RECORDING)


async def hold(session: AsyncSession, subscription_id: UUID) -> None:
    """Lock what couriers may report on, before the subscription is locked, as they do."""
    await (await get_driver(session)).execute(_HOLD, subscription_id)


async def begin_anew(session: AsyncSession, subscription_id: UUID, *, now: datetime) -> None:
    """What failed before is due, and its failures are forgotten: its sink is another one, or is well."""
    await (await get_driver(session)).execute(_ANEW, subscription_id, now)


async def cancel(session: AsyncSession, subscription_id: UUID, *, now: datetime) -> None:
    """Cancel what waits and rests, but what is under way; what is recorded meanwhile leads its line."""
    connection = await get_driver(session)
    await connection.execute(_CANCEL, subscription_id, now)
    rows = await connection.fetch(_LINES, subscription_id)
    await promote(session, [(subscription_id, row["case_id"]) for row in rows], now=now)


async def sweep(session: AsyncSession) -> None:
    """Cancel what waits for subscriptions that ended."""
    await (await get_driver(session)).execute(_SWEEP)


async def soonest(session: AsyncSession, *, now: datetime) -> datetime | None:
    """When the next thing falls due that is not due yet."""
    found: datetime | None = await (await get_driver(session)).fetchval(_SOONEST, now)
    return found


async def waiting(session: AsyncSession) -> tuple[int, float]:
    """How many deliveries wait (counted up to 10,000), and the age in seconds of the oldest event among them."""
    row = await (await get_driver(session)).fetchrow(_WAITING)
    return row[0], row[1]


async def probes_due(session: AsyncSession, *, now: datetime, every: timedelta) -> list[UUID]:
    """Take the disabled subscriptions that are to be asked for proof of life now."""
    return [row["id"] for row in await (await get_driver(session)).fetch(_PROBES, now, every)]
