"""Claiming deliveries: a worker takes what is due on a lease, so that no two make the same attempt.

Every function is one step of a transaction that acts as `system`. `backlog.ordering` keeps deliveries in order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.clients.entitlement import IDENTITIES, MAY_SUBSCRIBE
from rtp_gateway.outbound.backlog.ordering import OrderingKey
from rtp_gateway.outbound.deliveries.retries import OPEN_AFTER
from rtp_gateway.outbound.transports.requests import ProtocolSettings
from rtp_shared.db import get_driver
from rtp_shared.identities import SHARED

DeliveryKey: TypeAlias = tuple[UUID, int]
"""The subscription and the position of a delivery."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery taken on a lease, with what is needed to make the attempt."""

    subscription_id: UUID
    position: int
    subject_id: UUID
    attempt: int
    """Number of this attempt. Only who holds the newest may report, so a lease that ran out reports nothing."""
    replay: int
    """The number of replays that its owner asked for; 0 if it is sent because it happened."""
    rated: bool
    may_see: bool
    """False if the subscription's client may no longer be sent events, or is no longer a reader of this one."""
    counted: bool
    """Metrics count it: others than single clients may see the event."""
    protocol: str
    payload: str
    sink: str
    sink_version: int
    settings: ProtocolSettings
    sealed_keys: bytes = field(repr=False)
    sealed_credential: bytes | None = field(repr=False)
    event_id: UUID
    type: str
    body: bytes = field(repr=False)
    hash: bytes

    @property
    def key(self) -> DeliveryKey:
        return self.subscription_id, self.position

    @property
    def ordering_key(self) -> OrderingKey:
        return self.subscription_id, self.subject_id


@dataclass(frozen=True, slots=True)
class Capacity:
    """Room for more attempts: how many in all, and how many are under way for each subscription already."""

    overall: int
    under_way: Mapping[UUID, int]


_IS_DUE = f"""
    subscription_id = s.id AND state = 'pending' AND next_attempt_at IS NOT NULL
    AND (next_attempt_at <= $1 OR (s.failures >= {OPEN_AFTER} AND NOT under_way))
"""
# A subscription with a rate is one worker's until its pace is taken: looked at again once it is locked, and passed over
# while somebody else has it, so that workers neither send too much together nor wait for each other.
# One index probe a subscription, oldest due first, whatever waits behind: no subscriber can crowd out another.
# A lease is the time moved on: a worker that dies needs nobody to clean up after it.
# While a circuit is open, what is due soonest serves as the probe even before its time; a try puts it behind the
# others, so probes go round the cases, and one event that its sink chokes on cannot keep the circuit open.
_CLAIM = f"""
    WITH paced AS MATERIALIZED (
        SELECT s.id FROM subscriptions s
        WHERE s.rate_per_minute IS NOT NULL AND s.status = 'active'
          AND (s.rests_until IS NULL OR s.rests_until <= $1) AND (s.paced_until IS NULL OR s.paced_until <= $1)
          AND EXISTS (SELECT FROM deliveries WHERE {_IS_DUE})
        FOR NO KEY UPDATE SKIP LOCKED
    ), due AS (
        SELECT d.subscription_id, d.position
        FROM subscriptions s
        LEFT JOIN unnest($4::uuid[], $5::int[]) AS u (id, count) ON u.id = s.id
        CROSS JOIN LATERAL (
            SELECT subscription_id, position, next_attempt_at FROM deliveries
            WHERE {_IS_DUE}
            ORDER BY next_attempt_at, position
            LIMIT greatest(0, least(
                CASE WHEN s.failures < {OPEN_AFTER} THEN s.concurrency ELSE 1 END - coalesce(u.count, 0),
                CASE WHEN s.rate_per_minute IS NULL THEN s.concurrency ELSE 1 END))
            FOR UPDATE SKIP LOCKED
        ) d
        WHERE s.status = 'active' AND (s.rests_until IS NULL OR s.rests_until <= $1)
          AND (s.rate_per_minute IS NULL OR s.id IN (SELECT id FROM paced))
        ORDER BY d.next_attempt_at, d.position
        LIMIT $3
    )
    UPDATE deliveries d
    SET attempts = d.attempts + 1, attempted_at = $1, next_attempt_at = $2, under_way = true, worker = $6
    FROM due, subscriptions s, clients c, events e
    WHERE d.subscription_id = due.subscription_id AND d.position = due.position
      AND s.id = d.subscription_id AND c.client_id = s.client_id AND e.position = d.position
    RETURNING d.subscription_id, d.position, d.case_id AS subject_id, d.attempts AS attempt, d.replays AS replay,
        s.rate_per_minute IS NOT NULL AS rated,
        {MAY_SUBSCRIBE} AND e.readers && {IDENTITIES} AS may_see, {SHARED} AS counted,
        s.protocol, s.payload, s.sink, s.sink_version, s.settings, s.sealed_keys, s.sealed_credential,
        e.event_id, e.type, e.body, e.hash
"""  # noqa: S608 - a constant of ours

_PACE = """
    UPDATE subscriptions SET paced_until = $2::timestamptz + interval '60 s' / rate_per_minute
    WHERE id = ANY($1::uuid[]) AND rate_per_minute IS NOT NULL
"""
_CANCEL_ENDED = """
    UPDATE deliveries d SET state = 'cancelled', next_attempt_at = NULL, under_way = false, settled_at = $1
    FROM subscriptions s WHERE s.id = d.subscription_id AND s.status = 'ended' AND d.state IN ('pending', 'dead')
"""
_NEXT_DUE = """
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
_WAITING = f"""
    SELECT count(*), coalesce(extract(epoch FROM now() - min(e.recorded_at)), 0)::float
    FROM (
        SELECT d.position FROM deliveries d JOIN subscriptions s ON s.id = d.subscription_id
        WHERE d.state = 'pending' AND s.status = 'active' LIMIT 10000
    ) w JOIN events e USING (position) WHERE {SHARED}
"""  # noqa: S608 - a constant of ours
_PROBES_DUE = f"""
    UPDATE subscriptions SET probe_at = $1 + $2::interval
    WHERE id IN (
        SELECT s.id FROM subscriptions s JOIN clients c USING (client_id)
        WHERE s.status = 'disabled' AND s.probe_at <= $1 AND {MAY_SUBSCRIBE} FOR NO KEY UPDATE OF s SKIP LOCKED)
    RETURNING id
"""  # noqa: S608 - a constant of ours


async def claim_due(
    session: AsyncSession, *, now: datetime, leased_until: datetime, capacity: Capacity, worker: int | None
) -> list[Claim]:
    """Claim what is due and may be sent now, the oldest first, for the worker with this session lock, if it has one."""
    connection = await get_driver(session)
    busy = list(capacity.under_way)
    counts = [capacity.under_way[each] for each in busy]
    rows = await connection.fetch(_CLAIM, now, leased_until, capacity.overall, busy, counts, worker)
    claimed = [Claim(**row) for row in rows]
    if rated := [each.subscription_id for each in claimed if each.rated]:
        await connection.execute(_PACE, rated, now)
    return claimed


async def cancel_ended(session: AsyncSession, *, now: datetime) -> None:
    """Cancel what waits for subscriptions that ended."""
    await (await get_driver(session)).execute(_CANCEL_ENDED, now)


async def find_next_due(session: AsyncSession, *, now: datetime) -> datetime | None:
    """Return the time at which the next thing falls due that is not due yet."""
    found: datetime | None = await (await get_driver(session)).fetchval(_NEXT_DUE, now)
    return found


async def measure_waiting(session: AsyncSession) -> tuple[int, float]:
    """Return the number of waiting deliveries that metrics count, and the age in seconds of the oldest event.

    Only 10,000 that wait are looked at.
    """
    row = await (await get_driver(session)).fetchrow(_WAITING)
    return row[0], row[1]


async def claim_probes_due(session: AsyncSession, *, now: datetime, every: timedelta) -> list[UUID]:
    """Claim the disabled subscriptions whose next health probe is due."""
    return [row["id"] for row in await (await get_driver(session)).fetch(_PROBES_DUE, now, every)]
