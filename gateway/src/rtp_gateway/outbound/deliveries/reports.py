"""Reports of attempts, written down: one transaction for many successes, one each for failures.

Only the newest attempt of a delivery may be reported: one whose lease ran out changes nothing.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.backlog import ordering
from rtp_gateway.outbound.backlog.models import DeliveryState
from rtp_gateway.outbound.deliveries.claims import Claim, DeliveryKey
from rtp_gateway.outbound.deliveries.transactions import run_in_transaction
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
    """The failed attempts of a delivery: how many count for its schedule, and when it failed first and last."""

    count: int = 0
    first_failed_at: datetime | None = None
    last_failed_at: datetime | None = None


# What is erased stays erased: an answer that comes later is not kept. Whoever erases holds the subject's lock too.
_IS_KEPT = "NOT EXISTS (SELECT FROM events e WHERE e.position = %s AND e.erased_at IS NOT NULL)"
_MARK_DELIVERED = f"""
    WITH reported AS (
        SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::float8[], $5::int[], $6::int[], $7::text[],
            $8::int[], $9::timestamptz[], $10::text[])
        AS t (subscription_id, position, attempt, ms, status, bytes, answer, sink_version, at, error)
    ), held AS MATERIALIZED (
        SELECT d.subscription_id, d.position FROM deliveries d JOIN reported t USING (subscription_id, position)
        WHERE d.attempts = t.attempt AND d.state = 'pending'
        ORDER BY d.subscription_id, d.position FOR UPDATE OF d
    ), settled AS (
        UPDATE deliveries d
        SET state = 'delivered', under_way = false, next_attempt_at = NULL, settled_at = t.at,
            last_status = t.status, last_error = NULL
        FROM reported t JOIN held USING (subscription_id, position)
        WHERE d.subscription_id = t.subscription_id AND d.position = t.position
        RETURNING d.client_id, t.*
    ), logged AS (
        INSERT INTO attempts (subscription_id, position, attempt, client_id, at, ms, outcome, status, error, bytes,
            answer, sink_version)
        SELECT subscription_id, position, attempt, client_id, at, ms, 'delivered', status, error, bytes,
            CASE WHEN {_IS_KEPT % "settled.position"} THEN answer END, sink_version
        FROM settled
    )
    SELECT settled.subscription_id, settled.position, s.failing_since IS NOT NULL AS failing
    FROM settled JOIN subscriptions s ON s.id = settled.subscription_id
"""  # noqa: S608 - a constant of ours
_CLOSE = f"""
    WITH settled AS (
        UPDATE deliveries
        SET state = $4, under_way = false, next_attempt_at = NULL, settled_at = $5, last_status = $6, last_error = $7,
            first_failed_at = coalesce(first_failed_at, $5)
        WHERE subscription_id = $1 AND position = $2 AND attempts = $3 AND state = 'pending'
        RETURNING client_id
    ), logged AS (
        INSERT INTO attempts (subscription_id, position, attempt, client_id, at, ms, outcome, status, error, bytes,
            answer, sink_version)
        SELECT $1, $2, $3, client_id, $5, $8, $4, $6, $7, $9, CASE WHEN {_IS_KEPT % "$2"} THEN $10 END, $11
        FROM settled WHERE $12
    )
    SELECT true FROM settled
"""  # noqa: S608 - a constant of ours
_POSTPONE = f"""
    WITH postponed AS (
        UPDATE deliveries
        SET under_way = false, worker = NULL, next_attempt_at = $4, last_status = $6, last_error = $7,
            failures = $12, first_failed_at = $13, last_failed_at = $14
        WHERE subscription_id = $1 AND position = $2 AND attempts = $3 AND state = 'pending'
        RETURNING client_id
    ), logged AS (
        INSERT INTO attempts (subscription_id, position, attempt, client_id, at, ms, outcome, status, error, bytes,
            answer, sink_version)
        SELECT $1, $2, $3, client_id, $5, $8, 'postponed', $6, $7, $9, CASE WHEN {_IS_KEPT % "$2"} THEN $10 END, $11
        FROM postponed
    )
    SELECT true FROM postponed
"""  # noqa: S608 - a constant of ours
_LOCK_DELIVERY = """
    SELECT failures, first_failed_at, last_failed_at FROM deliveries
    WHERE subscription_id = $1 AND position = $2 AND attempts = $3 AND state = 'pending' FOR UPDATE
"""


@dataclass(frozen=True, slots=True)
class Marked:
    """A delivery that was marked as delivered."""

    failing: bool
    """True if its subscription counts as failing, which it does no longer."""


Waiting: TypeAlias = tuple[AttemptReport, "asyncio.Future[Marked | None]"]
"""A report, and what its writer waits for."""


class SuccessWriter:
    """Reports successes: those that come while one transaction is under way go into the next one together."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._waiting: list[Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, report: AttemptReport) -> Marked | None:
        """Return once it is committed, None if the claim no longer held; raise what the database raises."""
        written: asyncio.Future[Marked | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((report, written))
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write_all())
        return await written

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
                self._waiting = [*await self._write_batch(batch), *self._waiting]
        finally:
            self._writing = None

    async def _write_batch(self, batch: Sequence[Waiting]) -> Sequence[Waiting]:
        """Write what can be written now; return what is about subjects that somebody else has locked."""
        reports = [report for report, _ in batch]
        try:
            written, marked = await run_in_transaction(self._database, partial(self._mark, reports))
        except BaseException as error:
            _fail(batch, error)
            if not isinstance(error, Exception):
                raise
            return []
        for report, result in batch:
            if report.claim.subject_id in written and not result.done():
                result.set_result(marked.get(report.claim.key))
        return [each for each in batch if each[0].claim.subject_id not in written]

    async def _mark(
        self, reports: Sequence[AttemptReport], session: AsyncSession
    ) -> tuple[AbstractSet[UUID], Mapping[DeliveryKey, Marked]]:
        """Mark what is about subjects that could be locked; return these, and what was marked."""
        locked = await ordering.lock_free_subjects(session, {each.claim.subject_id for each in reports})
        now = self._now()
        return locked, await mark_delivered(session, [r for r in reports if r.claim.subject_id in locked], now=now)


def _fail(batch: Sequence[Waiting], error: BaseException) -> None:
    for _, written in batch:
        if written.done():
            continue
        if isinstance(error, Exception):
            written.set_exception(error)
        else:
            written.cancel()


async def mark_delivered(
    session: AsyncSession, reports: Sequence[AttemptReport], *, now: datetime
) -> dict[DeliveryKey, Marked]:
    """Mark deliveries whose claims still hold, and release the next ones; return these. Their subjects are locked."""
    rows = await (await get_driver(session)).fetch(
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
        [_shorten(each.result.error) for each in reports],
    )
    marked = {(row["subscription_id"], row["position"]): Marked(row["failing"]) for row in rows}
    if done := {each.claim.ordering_key for each in reports if each.claim.key in marked}:
        await ordering.release_next(session, sorted(done), now=now)
    return marked


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
    return None if row is None else Failures(*row)


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
        failures.last_failed_at,
    )


def _key(claim: Claim) -> tuple[UUID, int, int]:
    return *claim.key, claim.attempt


def _list_facts(report: AttemptReport) -> tuple[float, int, str | None, int]:
    return report.ms, report.bytes, report.result.body or None, report.claim.sink_version


def _shorten(error: str | None) -> str | None:
    return None if error is None else error[:ERROR_LENGTH]
