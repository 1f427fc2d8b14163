"""The relay: takes committed events out of the outbox and hands them to the bus, in order per subject.

A row is marked only after the bus has confirmed it, so nothing is lost; a crash in between publishes it again, and
inboxes drop the second. One relay a service works at a time: it holds an advisory lock on the very connection it reads
and marks by, so a relay that lost its connection has lost its right to mark as well.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

import asyncpg

from rtp_shared.bus import Bus, BusUnavailable, Message, PublishResult
from rtp_shared.db import CONNECTION_ERRORS
from rtp_shared.identities import SHARED, is_shared
from rtp_shared.loops import listen, run_again
from rtp_shared.metrics import Metrics

log = logging.getLogger(__name__)

LOCK = 0x52_54_50_01  # "RTP", 1
BATCH = 512
POLL_SECONDS = 5.0
SETTINGS = {"application_name": "rtp-relay", "enable_seqscan": "off", "enable_bitmapscan": "off", "enable_sort": "off"}
"""Of the relay's connection: the outbox is read along its index of what waits, from the first event on. PostgreSQL
would keep the plan that it makes for an empty table until it analyses it, and that plan looks at all events at once."""

# Only the first waiting event of a subject (`case_id`) is taken, so neither a retry nor a refusal can change the order.
# OFFSET 0 has that looked up for each event by itself, along its index; as a join it could be planned to compare all.
_FETCH = """
    SELECT position, event_id, type, case_id, readers, body
    FROM outbox o
    WHERE published_at IS NULL AND retry_at <= now() AND NOT position BETWEEN $2 AND $3
      AND NOT EXISTS (
        SELECT FROM outbox e WHERE e.case_id = o.case_id AND e.published_at IS NULL AND e.position < o.position
        OFFSET 0)
    ORDER BY position LIMIT $1
"""
_MARK = "UPDATE outbox SET published_at = now() WHERE position = ANY($1::bigint[])"
_POSTPONE = """
    UPDATE outbox
    SET attempts = attempts + 1, retry_at = now() + least(60, 0.5 * 2 ^ least(attempts, 10)) * interval '1 s'
    WHERE position = ANY($1::bigint[])
"""
_WAITING = f"""
    SELECT count(*) AS waiting, count(*) FILTER (WHERE shared) AS shown,
        coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE shared)), 0) AS oldest
    FROM (SELECT created_at, {SHARED} AS shared FROM outbox WHERE published_at IS NULL ORDER BY position LIMIT 10000) w
"""  # noqa: S608 - a constant of ours


class Relay:
    """Hands one service's committed events to the bus."""

    def __init__(self, *, database_url: str, bus: Bus, metrics: Metrics) -> None:
        self._url = database_url
        self._bus = bus
        self._metrics = metrics
        self._wake = asyncio.Event()
        self.leading = False
        """True while this relay holds the lock, and so is the one that works."""

    async def run(self) -> None:
        """Relay until cancelled. Survives the database going away, for however long."""
        await run_again(self._lead, errors=CONNECTION_ERRORS, on_error=_log_loss, longest_pause=1.0)

    async def _lead(self) -> None:
        async with listen(self._url, "outbox", self._wake.set, self._wake.set, settings=SETTINGS) as connection:
            try:
                await self._take_lock(connection)
                while True:
                    self._wake.clear()
                    if not await self._drain_or_wait(connection):
                        await self._rest(connection)
            finally:
                self.leading = False

    async def _drain_or_wait(self, connection: asyncpg.Connection) -> int:
        try:
            return await self.drain(connection)
        except BusUnavailable as error:
            log.warning("the broker is away, events wait in the outbox", extra={"reason": str(error)})
            await asyncio.sleep(1.0)
            return 0

    async def _take_lock(self, connection: asyncpg.Connection) -> None:
        # Asked again and again: a statement that waits for the lock would keep PostgreSQL from clearing dead rows away.
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):  # noqa: ASYNC110
            await asyncio.sleep(1.0)
        self.leading = True

    async def _rest(self, connection: asyncpg.Connection) -> None:
        waiting, shown, oldest = await connection.fetchrow(_WAITING)
        self._metrics.report_outbox(shown, float(oldest))
        with suppress(TimeoutError):
            async with asyncio.timeout(0.25 if waiting else POLL_SECONDS):
                await self._wake.wait()

    async def drain(self, connection: asyncpg.Connection) -> int:
        """Hand over what waits; return how many went out.

        While the bus has one batch, the one before is marked and the next one fetched.
        """
        count, done, rows = 0, None, await self._fetch(connection)
        while rows:
            publishing = asyncio.ensure_future(self._bus.publish([_read_message(row) for row in rows]))
            try:
                count += await self._mark(connection, *done) if done else 0
                following = await self._fetch(connection, beside=rows) if len(rows) == BATCH else []
                done = rows, await publishing
            finally:
                publishing.cancel()
                await asyncio.gather(publishing, return_exceptions=True)
            if not following:
                count += await self._mark(connection, *done)
                done, following = None, await self._fetch(connection)
            rows = following
        return count

    @staticmethod
    async def _fetch(connection: asyncpg.Connection, beside: Sequence[asyncpg.Record] = ()) -> Sequence[asyncpg.Record]:
        """Return the oldest that may go, leaving out the stretch that is under way and not marked yet."""
        first, last = (beside[0]["position"], beside[-1]["position"]) if beside else (0, 0)
        rows: Sequence[asyncpg.Record] = await connection.fetch(_FETCH, BATCH, first, last)
        return rows

    async def _mark(self, connection: asyncpg.Connection, rows: Sequence[asyncpg.Record], result: PublishResult) -> int:
        for sql, ids in ((_MARK, result.confirmed), (_POSTPONE, result.refused)):
            if positions := [row["position"] for row in rows if row["event_id"] in ids]:
                await connection.execute(sql, positions)
        counted = (row for row in rows if row["event_id"] in result.confirmed and is_shared(row["readers"]))
        self._metrics.published.inc(sum(1 for _ in counted))
        return len(result.confirmed)


def _log_loss(error: Exception) -> None:
    log.warning("relay lost its database, trying again", extra={"error": type(error).__name__})


def _read_message(row: asyncpg.Record) -> Message:
    return Message(row["event_id"], row["type"], row["case_id"], tuple(row["readers"]), row["body"])
