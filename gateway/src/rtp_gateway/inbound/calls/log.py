"""The log of calls. A request never waits for it: calls are kept in memory and stored by the hundred."""

import asyncio
import contextvars
import logging
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from prometheus_client import Counter

from rtp_shared.db import Database, describe_error, get_driver, is_unavailable
from rtp_shared.metrics import Metrics

log = logging.getLogger(__name__)

SOON_SECONDS = 0.2
AGAIN_SECONDS = 2.0
BATCH = 100
KEPT = 5000
"""Calls kept in memory while the database is away; then the oldest go."""
PATH_LENGTH = 300

_STORE = """
    INSERT INTO calls (correlation_id, client_id, method, path, status, at, ms)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::timestamptz[], $7::float8[])
"""


class RecordedCall(NamedTuple):
    """A write request that was answered."""

    correlation_id: str
    client_id: str
    method: str
    path: str
    status: int
    at: datetime
    ms: float


class CallLog:
    """The calls of a process. They are lost with it: a trace is a service to its reader and proves nothing."""

    def __init__(self, database: Database, metrics: Metrics, *, kept: int = KEPT) -> None:
        self._database = database
        self._waiting: deque[RecordedCall] = deque()
        self._kept = kept
        self._many = asyncio.Event()
        self._storing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._lost = Counter(
            "rtp_calls_not_kept", "Calls that no trace will show", ["service"], registry=metrics.registry
        ).labels(metrics.service)

    def note(self, made: RecordedCall) -> None:
        """Keep it, to be stored soon."""
        self._waiting.append(made)
        self._drop(len(self._waiting) - self._kept)
        if len(self._waiting) >= BATCH:
            self._many.set()
        if self._task is None or self._task.done():
            # In a context of its own: it works for no one request.
            self._task = asyncio.get_running_loop().create_task(self._run(), context=contextvars.Context())

    async def flush(self) -> None:
        """Store what waits. Calls that a database is not there for wait on."""
        async with self._storing:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
                if not await self._store(batch):
                    self._waiting.extendleft(reversed(batch))
                    self._drop(len(self._waiting) - self._kept)
                    return

    async def close(self) -> None:
        """Store what waits, and stop. It may be used again after."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.flush()

    async def _run(self) -> None:
        pause = SOON_SECONDS
        while self._waiting:
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._many.wait()
            await self.flush()
            self._many.clear()
            pause = AGAIN_SECONDS if self._waiting else SOON_SECONDS

    async def _store(self, batch: Sequence[RecordedCall]) -> bool:
        """Store the batch; return False if it is to be tried again, because the database is away."""
        columns = [list(column) for column in zip(*batch, strict=True)]
        try:
            async with self._database.transaction() as session:
                await (await get_driver(session)).execute(_STORE, *columns)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not end the loop
            log.warning("calls could not be stored", extra={"error": describe_error(error), "calls": len(batch)})
            if is_unavailable(error):
                return False
            self._lost.inc(len(batch))
        return True

    def _drop(self, count: int) -> None:
        for _ in range(count):
            self._waiting.popleft()
            self._lost.inc()
