"""Reports of attempts, written down: one transaction for many successes, one each for failures.

Only the newest attempt of a delivery may be reported: one whose lease ran out changes nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.backlog import ordering
from rtp_gateway.outbound.backlog.models import DeliveryState
from rtp_gateway.outbound.deliveries.claims import Claim
from rtp_gateway.outbound.deliveries.retries import OPEN_AFTER
from rtp_gateway.outbound.transports.requests import DeliveryResult
from rtp_shared.db import Database, get_driver

TOGETHER = 128
ERROR_LENGTH = 200


@dataclass(frozen=True, slots=True)
class AttemptReport:
    """An attempt that was made, and its result."""

    claim: Claim
    result: DeliveryResult
    at: datetime
    ms: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Failures:
    """The failed attempts of a delivery since its circuit was last closed: its place in the schedule of retries."""

    count: int
    first_failed_at: datetime | None


_MARK_DELIVERED = """
    WITH reported AS (
        SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::float8[], $5::int[], $6::int[], $7::text[],
            $8::int[], $9::timestamptz[])
        AS t (subscription_id, position, attempt, ms, status, bytes, answer, sink_version, at)
    ), settled AS (
        UPDATE deliveries d
        SET state = 'delivered', under_way = false, next_attempt_at = NULL, settled_at = t.at,
            last_status = t.status, last_error = NULL
        FROM reported t
        WHERE d.subscription_id = t.subscription_id AND d.position = t.position AND d.attempts = t.attempt
          AND d.state = 'pending'
        RETURNING d.client_id, t.*
    ), logged AS (
        INSERT INTO attempts (subscription_id, position, attempt, client_id, at, ms, outcome, status, bytes, answer,
            sink_version)
        SELECT subscription_id, position, attempt, client_id, at, ms, 'delivered', status, bytes, answer, sink_version
        FROM settled
    )
    SELECT subscription_id, position FROM settled
"""
# What was postponed while the circuit was open is due at once, and begins its schedule anew.
_CLOSE_CIRCUIT = """
    UPDATE subscriptions SET failures = 0, failing_since = NULL, rests_until = NULL
    WHERE id = ANY($1::uuid[]) AND failing_since IS NOT NULL
    RETURNING id, old.failures AS failures
"""
_BRING_FORWARD = """
    UPDATE deliveries SET next_attempt_at = $2, failures = 0
    WHERE subscription_id = ANY($1::uuid[]) AND state = 'pending' AND next_attempt_at > $2 AND NOT under_way
"""
_CLOSE = """
    WITH settled AS (
        UPDATE deliveries
        SET state = $4, under_way = false, next_attempt_at = NULL, settled_at = $5, last_status = $6, last_error = $7,
            first_failed_at = coalesce(first_failed_at, $5)
        WHERE subscription_id = $1 AND position = $2 AND attempts = $3 AND state = 'pending'
        RETURNING client_id
    ), logged AS (
        INSERT INTO attempts (subscription_id, position, attempt, client_id, at, ms, outcome, status, error, bytes,
            answer, sink_version)
        SELECT $1, $2, $3, client_id, $5, $8, $4, $6, $7, $9, $10, $11 FROM settled WHERE $12
    )
    SELECT true FROM settled
"""
_POSTPONE = """
    WITH postponed AS (
        UPDATE deliveries
        SET under_way = false, next_attempt_at = $4, last_status = $6, last_error = $7,
            failures = $12, first_failed_at = $13
        WHERE subscription_id = $1 AND position = $2 AND attempts = $3 AND state = 'pending'
        RETURNING client_id
    ), logged AS (
        INSERT INTO attempts (subscription_id, position, attempt, client_id, at, ms, outcome, status, error, bytes,
            answer, sink_version)
        SELECT $1, $2, $3, client_id, $5, $8, 'postponed', $6, $7, $9, $10, $11 FROM postponed
    )
    SELECT true FROM postponed
"""
_LOCK_DELIVERY = """
    SELECT failures, first_failed_at FROM deliveries
    WHERE subscription_id = $1 AND position = $2 AND attempts = $3 AND state = 'pending' FOR UPDATE
"""


class SuccessWriter:
    """Reports successes: those that come while one transaction is under way go into the next one together."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._waiting: list[tuple[AttemptReport, asyncio.Future[bool]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, report: AttemptReport) -> bool:
        """Return True once it is committed, False if the claim no longer held; raise what the database raises."""
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((report, written))
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write_all())
        return await written

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
                await self._write_batch(batch)
        finally:
            self._writing = None

    async def _write_batch(self, batch: Sequence[tuple[AttemptReport, "asyncio.Future[bool]"]]) -> None:
        try:
            async with self._database.transaction() as session:
                held = await mark_delivered(session, [report for report, _ in batch], now=self._now())
        except BaseException as error:
            _fail(batch, error)
            if not isinstance(error, Exception):
                raise
        else:
            for report, written in batch:
                if not written.done():
                    written.set_result((report.claim.subscription_id, report.claim.position) in held)


def _fail(batch: Sequence[tuple[AttemptReport, "asyncio.Future[bool]"]], error: BaseException) -> None:
    for _, written in batch:
        if written.done():
            continue
        if isinstance(error, Exception):
            written.set_exception(error)
        else:
            written.cancel()


async def mark_delivered(
    session: AsyncSession, reports: Sequence[AttemptReport], *, now: datetime
) -> set[tuple[UUID, int]]:
    """Mark deliveries whose claims still hold, and release the next ones; return their subscriptions and positions."""
    connection = await get_driver(session)
    # In one order, so that workers side by side do not deadlock.
    reports = sorted(reports, key=lambda each: (each.claim.subscription_id, each.claim.position))
    rows = await connection.fetch(
        _MARK_DELIVERED,
        [each.claim.subscription_id for each in reports],
        [each.claim.position for each in reports],
        [each.claim.attempt for each in reports],
        [each.ms for each in reports],
        [each.result.status for each in reports],
        [each.bytes for each in reports],
        [each.result.body or None for each in reports],
        [each.claim.sink_version for each in reports],
        [each.at for each in reports],
    )
    held = {(row["subscription_id"], row["position"]) for row in rows}
    done = [each.claim for each in reports if (each.claim.subscription_id, each.claim.position) in held]
    if done:
        await ordering.release_next(session, sorted({each.ordering_key for each in done}), now=now)
    if failing := {each.claim.subscription_id for each in reports if each.claim.failing}:
        await close_circuits(session, sorted(failing), now=now)
    return held


async def close_circuits(session: AsyncSession, subscription_ids: Sequence[UUID], *, now: datetime) -> None:
    """Close the circuits of sinks that work again, and bring forward what waited because they were open."""
    connection = await get_driver(session)
    rows = await connection.fetch(_CLOSE_CIRCUIT, list(subscription_ids))
    if closed := [row["id"] for row in rows if row["failures"] >= OPEN_AFTER]:
        await connection.execute(_BRING_FORWARD, closed, now)


async def close(session: AsyncSession, report: AttemptReport, state: DeliveryState, *, logged: bool = True) -> bool:
    """Close the delivery undelivered, dead or cancelled; return False if the claim no longer held."""
    claim, result = report.claim, report.result
    held = await (await get_driver(session)).fetchval(
        _CLOSE,
        *_key(claim),
        state.value,
        report.at,
        result.status,
        _shorten(result.error),
        *_list_facts(report),
        logged,
    )
    return bool(held)


async def lock_delivery(session: AsyncSession, claim: Claim) -> Failures | None:
    """Lock the delivery and return its failures; None if the claim no longer holds."""
    row = await (await get_driver(session)).fetchrow(_LOCK_DELIVERY, *_key(claim))
    return None if row is None else Failures(row["failures"], row["first_failed_at"])


async def postpone(session: AsyncSession, report: AttemptReport, *, until: datetime, failures: Failures) -> None:
    """Let the delivery be tried again then. Its row is locked already."""
    result = report.result
    await (await get_driver(session)).execute(
        _POSTPONE,
        *_key(report.claim),
        until,
        report.at,
        result.status,
        _shorten(result.error),
        *_list_facts(report),
        failures.count,
        failures.first_failed_at,
    )


def _key(claim: Claim) -> tuple[UUID, int, int]:
    return claim.subscription_id, claim.position, claim.attempt


def _list_facts(report: AttemptReport) -> tuple[float, int, str | None, int]:
    return report.ms, report.bytes, report.result.body or None, report.claim.sink_version


def _shorten(error: str | None) -> str | None:
    return None if error is None else error[:ERROR_LENGTH]
