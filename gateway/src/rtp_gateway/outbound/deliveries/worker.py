"""The delivery worker: claims deliveries that are due and makes the attempts, so that no subscriber slows another.

Any number of workers can run side by side. A delivery is claimed on a lease and reported after the answer: it is
delivered at least once, in order per case and subscription. A worker that dies delays nothing: its leases end with its
session (`sessions`). Times are kept in PostgreSQL; nothing that waits is held in memory or in the broker.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from rtp_gateway.outbound.backlog import ordering
from rtp_gateway.outbound.deliveries import claims, sessions
from rtp_gateway.outbound.deliveries.attempts import AttemptRunner
from rtp_gateway.outbound.deliveries.claims import Capacity, Claim
from rtp_gateway.outbound.deliveries.metrics import DeliveryMetrics
from rtp_gateway.outbound.deliveries.probes import HealthProbes
from rtp_gateway.outbound.secret_box import SecretBox
from rtp_gateway.outbound.transports.http import SECONDS
from rtp_gateway.outbound.transports.offered import build_transports
from rtp_gateway.outbound.transports.requests import Transport
from rtp_gateway.settings import GatewaySettings
from rtp_shared.clock import utcnow
from rtp_shared.db import CONNECTION_ERRORS, Database, describe_error
from rtp_shared.loops import SHORTEST_PAUSE, listen, run_again
from rtp_shared.outbox import Outbox
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

OVERALL = 256
"""Attempts under way in all. How many for one subscription is its own setting; for one that is failing it is one."""
LEASE = timedelta(seconds=2 * SECONDS)
POLL_SECONDS = 5.0
MEND_SECONDS = 300.0
LOOK_SECONDS = 1.0
"""Every so often a worker ends the leases of workers that are no more."""
LONGEST_PAUSE = 1.0
"""The longest time between two tries to reach a database that is away."""
GATHER_SECONDS = 0.01
"""While attempts are under way, what they release in this time is claimed together, with far fewer queries. New events
do not wait for it, whatever else drains."""
GRACE_SECONDS = 5.0
"""Attempts under way when the process is asked to stop may take this long to finish."""

AWAY = (*CONNECTION_ERRORS, DBAPIError, PoolTimeout)


class DeliveryWorker:
    """Runs attempts, health probes and the cancelling of what waits for ended subscriptions."""

    def __init__(
        self,
        *,
        database: Database,
        transports: Mapping[str, Transport],
        secret_box: SecretBox,
        metrics: DeliveryMetrics,
        outbox: Outbox,
        now: Callable[[], datetime] = utcnow,
        overall: int = OVERALL,
    ) -> None:
        self._database = database
        self._transports = transports
        self._metrics = metrics
        self._now = now
        self._overall = overall
        self._attempts = AttemptRunner(
            database=database, transports=transports, secret_box=secret_box, metrics=metrics, outbox=outbox, now=now
        )
        self._probes = HealthProbes(database=database, attempts=self._attempts, outbox=outbox, now=now)
        self._under_way: Counter[UUID] = Counter()
        self._tasks: set[asyncio.Task[object]] = set()
        self._wake = asyncio.Event()
        self._recorded = asyncio.Event()
        self._maintained_at = self._looked_at = self._mended_at = float("-inf")
        self._session_lock: int | None = None

    @classmethod
    def build(cls, runtime: Runtime) -> "DeliveryWorker":
        """Build the delivery worker of the gateway that `runtime` belongs to."""
        settings = runtime.settings
        assert isinstance(settings, GatewaySettings)  # noqa: S101 - the gateway's runtime has the gateway's settings
        return cls(
            database=runtime.database,
            transports=build_transports(settings),
            secret_box=SecretBox(settings.secrets_key.get_secret_value()),
            metrics=DeliveryMetrics(runtime.metrics),
            outbox=runtime.outbox,
        )

    async def run(self) -> None:
        """Deliver until cancelled, then finish what is under way. A database that goes away is waited for."""
        try:
            await run_again(self._work, errors=AWAY, on_error=self._log_loss, longest_pause=LONGEST_PAUSE)
        finally:
            await self.close()

    @staticmethod
    def _log_loss(error: Exception) -> None:
        log.warning("the delivery worker lost its database, trying again", extra={"error": type(error).__name__})

    async def drain(self) -> int:
        """Deliver everything that is due, also what becomes due by that; return how many attempts were made."""
        made = await self._probes.run_due()
        await self._maintain()
        while claimed := await self._claim():
            await asyncio.gather(*(self._run_attempt(each) for each in claimed))
            made += len(claimed)
        return made

    async def close(self) -> None:
        for transport in self._transports.values():
            await transport.close()

    async def _work(self) -> None:
        url = self._database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        settings = {"application_name": "rtp-delivery-worker"}
        async with listen(url, "deliveries", self._notice_recorded, self._wake.set, settings) as connection:
            self._session_lock = await sessions.lock_session(connection)
            try:
                while not connection.is_closed():
                    await self._work_once()
            finally:
                await self._finish(GRACE_SECONDS if not connection.is_closed() else 0)
                self._session_lock = None

    async def _work_once(self) -> None:
        """Claim what is due and begin the attempts, or wait for something to do."""
        try:
            self._wake.clear()
            self._recorded.clear()
            await self._end_leases()
            claimed = await self._claim()
            for each in claimed:
                self._start(self._run_attempt(each))
            if not claimed:
                await self._wait()
        except AWAY as error:
            # The session goes on as long as its connection does, and with it the attempts that are under way.
            self._log_loss(error)
            await asyncio.sleep(SHORTEST_PAUSE)

    async def _end_leases(self) -> None:
        if time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        async with self._database.transaction() as session:
            ended = await sessions.end_leases(session, now=self._now(), lease=LEASE)
        self._looked_at = time.monotonic()
        if ended:
            log.warning("a delivery worker is no more, and what it held is sent again", extra={"deliveries": ended})

    def _notice_recorded(self) -> None:
        self._wake.set()
        self._recorded.set()

    async def _claim(self) -> list[Claim]:
        capacity = Capacity(overall=self._overall - self._under_way.total(), under_way=self._under_way)
        if capacity.overall <= 0:
            return []
        now = self._now()
        async with self._database.transaction() as session:
            claimed = await claims.claim_due(
                session, now=now, leased_until=now + LEASE, capacity=capacity, worker=self._session_lock
            )
        self._under_way.update(each.subscription_id for each in claimed)
        return claimed

    def _start(self, work: Coroutine[object, object, object]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_attempt(self, claim: Claim) -> None:
        try:
            await self._attempts.run(claim)
        except Exception as error:
            # One attempt must not stop the others; its lease runs out, and it is made again.
            log.warning(
                "an attempt was not reported",
                extra={"event_id": str(claim.event_id), "error": describe_error(error)},
                exc_info=not isinstance(error, AWAY),
            )
        finally:
            self._under_way[claim.subscription_id] -= 1
            self._under_way += Counter()  # drops those that have none
            self._wake.set()

    async def _probe(self) -> None:
        try:
            await self._probes.run_due()
        except AWAY as error:
            log.warning("no health probe was made", extra={"error": describe_error(error)})

    async def _wait(self) -> None:
        """Wait until an event is recorded, an attempt ends, something falls due or the next poll."""
        if time.monotonic() - self._maintained_at > POLL_SECONDS:
            await self._maintain()
            self._start(self._probe())
        now = self._now()
        async with self._database.transaction(read_only=True) as session:
            next_due = await claims.find_next_due(session, now=now)
        seconds = min(LOOK_SECONDS, (next_due - now).total_seconds()) if next_due else LOOK_SECONDS
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        if self._tasks:
            with suppress(TimeoutError):
                async with asyncio.timeout(GATHER_SECONDS):
                    await self._recorded.wait()

    async def _maintain(self) -> None:
        await self._release_stuck()
        async with self._database.transaction() as session:
            await claims.cancel_ended(session, now=self._now())
            waiting, oldest = await claims.measure_waiting(session)
        self._metrics.waiting.set(waiting)
        self._metrics.oldest.set(oldest)
        self._maintained_at = time.monotonic()

    async def _release_stuck(self) -> None:
        if time.monotonic() - self._mended_at < MEND_SECONDS:
            return
        async with self._database.transaction() as session:
            stuck = await ordering.release_stuck(session, now=self._now())
        if stuck:
            log.error("deliveries waited for nothing and are sent now", extra={"ordering_keys": stuck})
        self._mended_at = time.monotonic()

    async def _finish(self, seconds: float) -> None:
        """Let the attempts that are under way go on for so long, and give up those that are late."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
