"""The courier: takes deliveries that are due and makes the attempts, so that no subscriber slows another.

Any number of couriers can work side by side. A delivery is taken on a lease and reported after the answer: it is
delivered at least once, in order per case and subscription, and a courier that dies holds nothing up for longer than
its lease. Times are kept in PostgreSQL; nothing that waits is held in memory or in the broker.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from rtp_gateway.deliveries import claims
from rtp_gateway.deliveries.attempts import Attempts
from rtp_gateway.deliveries.carriers import carriers
from rtp_gateway.deliveries.claims import Claim, Room
from rtp_gateway.deliveries.metrics import DeliveryMetrics
from rtp_gateway.deliveries.parcels import Carrier
from rtp_gateway.deliveries.probes import Probes
from rtp_gateway.deliveries.sender import SECONDS
from rtp_gateway.settings import GatewaySettings
from rtp_gateway.subscriptions.signing import Safe
from rtp_shared.clock import utcnow
from rtp_shared.db import CONNECTION_ERRORS, Database, describe_error
from rtp_shared.loops import listen, run_again
from rtp_shared.outbox import Outbox
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

OVERALL = 256
"""Attempts under way in all. How many for one subscription is its own setting; for one that is failing it is one."""
LEASE = timedelta(seconds=2 * SECONDS)
POLL_SECONDS = 5.0
LONGEST_PAUSE = 1.0
"""Between two tries to reach a database that is away."""
BREATH_SECONDS = 0.01
"""While attempts are under way, what they set free in this time is taken together, with far fewer queries. What is new
does not wait for it, whatever drains beside it."""
GRACE_SECONDS = 5.0
"""What is under way when the process is asked to stop may take this long to finish."""

AWAY = (*CONNECTION_ERRORS, DBAPIError, PoolTimeout)


class Courier:
    def __init__(
        self,
        *,
        database: Database,
        carriers: Mapping[str, Carrier],
        safe: Safe,
        metrics: DeliveryMetrics,
        outbox: Outbox,
        now: Callable[[], datetime] = utcnow,
        overall: int = OVERALL,
    ) -> None:
        self._database = database
        self._carriers = carriers
        self._metrics = metrics
        self._now = now
        self._overall = overall
        self._attempts = Attempts(
            database=database, carriers=carriers, safe=safe, metrics=metrics, outbox=outbox, now=now
        )
        self._probes = Probes(database=database, attempts=self._attempts, outbox=outbox, now=now)
        self._under_way: Counter[UUID] = Counter()
        self._tasks: set[asyncio.Task[object]] = set()
        self._wake = asyncio.Event()
        self._news = asyncio.Event()
        self._tidied_at = float("-inf")

    @classmethod
    def build(cls, runtime: Runtime) -> "Courier":
        """The courier of the gateway that `runtime` belongs to."""
        settings = runtime.settings
        assert isinstance(settings, GatewaySettings)  # noqa: S101 - the gateway's runtime has the gateway's settings
        return cls(
            database=runtime.database,
            carriers=carriers(settings),
            safe=Safe(settings.secrets_key.get_secret_value()),
            metrics=DeliveryMetrics(runtime.metrics),
            outbox=runtime.outbox,
        )

    async def run(self) -> None:
        """Deliver until cancelled, then finish what is under way. Waits out a database that goes away."""
        try:
            await run_again(self._listen, errors=AWAY, on_error=self._log_loss, longest_pause=LONGEST_PAUSE)
        finally:
            await self._finish()

    @staticmethod
    def _log_loss(error: Exception) -> None:
        log.warning("the courier lost its database, trying again", extra={"error": type(error).__name__})

    async def drain(self) -> int:
        """Deliver everything that is due, also what becomes due by that; return how many attempts were made."""
        made = await self._probes.make()
        await self._tidy()
        while claimed := await self._claim():
            await asyncio.gather(*(self._carry(each) for each in claimed))
            made += len(claimed)
        return made

    async def close(self) -> None:
        for carrier in self._carriers.values():
            await carrier.close()

    async def _listen(self) -> None:
        url = self._database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        settings = {"application_name": "rtp-courier"}
        async with listen(url, "deliveries", self._recorded, self._wake.set, settings) as connection:
            while not connection.is_closed():
                self._wake.clear()
                self._news.clear()
                claimed = await self._claim()
                for each in claimed:
                    self._start(self._carry(each))
                if not claimed:
                    await self._rest()

    def _recorded(self) -> None:
        self._wake.set()
        self._news.set()

    async def _claim(self) -> list[Claim]:
        room = Room(overall=self._overall - self._under_way.total(), under_way=self._under_way)
        if room.overall <= 0:
            return []
        now = self._now()
        async with self._database.transaction() as session:
            claimed = await claims.claim(session, now=now, leased_until=now + LEASE, room=room)
        self._under_way.update(each.subscription_id for each in claimed)
        return claimed

    def _start(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, claim: Claim) -> None:
        try:
            await self._attempts.make(claim)
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
            await self._probes.make()
        except AWAY as error:
            log.warning("no proof of life was asked for", extra={"error": describe_error(error)})

    async def _rest(self) -> None:
        """Until something was recorded, an attempt ended or something falls due; at the longest until the next poll."""
        if time.monotonic() - self._tidied_at > POLL_SECONDS:
            await self._tidy()
            self._start(self._probe())
        now = self._now()
        async with self._database.transaction(read_only=True) as session:
            soonest = await claims.soonest(session, now=now)
        seconds = min(POLL_SECONDS, (soonest - now).total_seconds()) if soonest else POLL_SECONDS
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        if self._tasks:
            with suppress(TimeoutError):
                async with asyncio.timeout(BREATH_SECONDS):
                    await self._news.wait()

    async def _tidy(self) -> None:
        async with self._database.transaction() as session:
            await claims.sweep(session)
            waiting, oldest = await claims.waiting(session)
        self._metrics.waiting.set(waiting)
        self._metrics.oldest.set(oldest)
        self._tidied_at = time.monotonic()

    async def _finish(self) -> None:
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=GRACE_SECONDS)
            for task in late:
                task.cancel()
        await self.close()
