"""What became of an attempt, written down: one transaction for many successes, one each for failures.

Only who holds the newest attempt of a delivery may report: a lease that ran out reports nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.deliveries import claims
from rtp_gateway.deliveries.claims import Claim
from rtp_gateway.deliveries.models import DeliveryState
from rtp_gateway.deliveries.parcels import Answer
from rtp_gateway.deliveries.retries import OPEN_AFTER
from rtp_shared.db import Database, get_driver

TOGETHER = 128
ERROR_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Report:
    """One attempt that was made."""

    claim: Claim
    answer: Answer
    at: datetime
    ms: float
    bytes: int


_DELIVERED = """
    WITH told AS (
        SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::float8[], $5::int[], $6::int[], $7::text[],
            $8::int[], $9::timestamptz[])
        AS t (subscription_id, position, attempt, ms, status, bytes, answer, sink_version, at)
    ), settled AS (
        UPDATE deliveries d
        SET state = 'delivered', under_way = false, next_attempt_at = NULL, settled_at = t.at,
            last_status = t.status, last_error = NULL
        FROM told t
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
_WELL = """
    UPDATE subscriptions SET failures = 0, failing_since = NULL, rests_until = NULL
    WHERE id = ANY($1::uuid[]) AND failing_since IS NOT NULL
    RETURNING id, old.failures AS failures
"""
_BRING_FORWARD = """
    UPDATE deliveries SET next_attempt_at = $2, failures = 0
    WHERE subscription_id = ANY($1::uuid[]) AND state = 'pending' AND next_attempt_at > $2 AND NOT under_way
"""
_OVER = """
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
_STANDING = """
    SELECT failures, first_failed_at FROM deliveries
    WHERE subscription_id = $1 AND position = $2 AND attempts = $3 AND state = 'pending' FOR UPDATE
"""


class Successes:
    """Writes down successes: those that come while one transaction is under way go into the next one together."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._waiting: list[tuple[Report, asyncio.Future[bool]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def report(self, report: Report) -> bool:
        """True once it is committed; False where the claim no longer held. Raises what the database raises."""
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((report, told))
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write_all())
        return await told

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
                await self._write(batch)
        finally:
            self._writing = None

    async def _write(self, batch: Sequence[tuple[Report, "asyncio.Future[bool]"]]) -> None:
        try:
            async with self._database.transaction() as session:
                held = await delivered(session, [report for report, _ in batch], now=self._now())
        except BaseException as error:
            _tell(batch, error)
            if not isinstance(error, Exception):
                raise
        else:
            for report, told in batch:
                if not told.done():
                    told.set_result((report.claim.subscription_id, report.claim.position) in held)


def _tell(batch: Sequence[tuple[Report, "asyncio.Future[bool]"]], error: BaseException) -> None:
    for _, told in batch:
        if told.done():
            continue
        if isinstance(error, Exception):
            told.set_exception(error)
        else:
            told.cancel()


async def delivered(session: AsyncSession, reports: Sequence[Report], *, now: datetime) -> set[tuple[Any, int]]:
    """These arrived, and the next of their lines are due. Which of them still held, by subscription and position."""
    connection = await get_driver(session)
    # In one order, so that couriers side by side do not wait for each other in a ring.
    reports = sorted(reports, key=lambda each: (each.claim.subscription_id, each.claim.position))
    rows = await connection.fetch(
        _DELIVERED,
        [each.claim.subscription_id for each in reports],
        [each.claim.position for each in reports],
        [each.claim.attempt for each in reports],
        [each.ms for each in reports],
        [each.answer.status for each in reports],
        [each.bytes for each in reports],
        [each.answer.body or None for each in reports],
        [each.claim.sink_version for each in reports],
        [each.at for each in reports],
    )
    held = {(row["subscription_id"], row["position"]) for row in rows}
    done = [each.claim for each in reports if (each.claim.subscription_id, each.claim.position) in held]
    if done:
        await claims.promote(session, sorted({(each.subscription_id, each.case_id) for each in done}), now=now)
    if failing := {each.claim.subscription_id for each in reports if each.claim.failing}:
        await well(session, sorted(failing), now=now)
    return held


async def well(session: AsyncSession, subscription_ids: Sequence[Any], *, now: datetime) -> None:
    """Their sinks work: closes the circuits, and brings forward what waited because they were open."""
    connection = await get_driver(session)
    rows = await connection.fetch(_WELL, list(subscription_ids))
    if closed := [row["id"] for row in rows if row["failures"] >= OPEN_AFTER]:
        await connection.execute(_BRING_FORWARD, closed, now)


async def over(session: AsyncSession, report: Report, state: DeliveryState, *, logged: bool = True) -> bool:
    """The delivery ended otherwise. False where the claim no longer held."""
    claim, answer = report.claim, report.answer
    held = await (await get_driver(session)).fetchval(
        _OVER, *_key(claim), state.value, report.at, answer.status, _short(answer.error), *_facts(report), logged
    )
    return bool(held)


async def standing(session: AsyncSession, claim: Claim) -> Any:
    """The delivery's failures and its first one, with its row locked; None where the claim no longer holds."""
    return await (await get_driver(session)).fetchrow(_STANDING, *_key(claim))


async def postpone(
    session: AsyncSession, report: Report, *, until: datetime, failures: int, first_failed_at: datetime | None
) -> None:
    """Try again then. Its row is locked already."""
    answer = report.answer
    await (await get_driver(session)).execute(
        _POSTPONE,
        *_key(report.claim),
        until,
        report.at,
        answer.status,
        _short(answer.error),
        *_facts(report),
        failures,
        first_failed_at,
    )


def _key(claim: Claim) -> tuple[Any, int, int]:
    return claim.subscription_id, claim.position, claim.attempt


def _facts(report: Report) -> tuple[float, int, str | None, int]:
    return report.ms, report.bytes, report.answer.body or None, report.claim.sink_version


def _short(error: str | None) -> str | None:
    return None if error is None else error[:ERROR_LENGTH]
