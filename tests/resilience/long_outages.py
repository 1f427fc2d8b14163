"""Outages of hours and days, by a clock that is moved on: the whole platform in one process, and nobody waits."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from rtp_embedded.platform import Platform
from rtp_gateway.clients.commands import register_client
from rtp_gateway.clients.models import new_secret
from rtp_gateway.outbound.deliveries import claims
from rtp_gateway.outbound.deliveries.worker import DeliveryWorker
from tests.resilience import evidence
from tests.resilience.evidence import Committed, Row
from tests.resilience.publisher import Publisher
from tests.resilience.subscribers import Behaviour, Subscriber
from tests.support.webhooks import Clock, new_delivery_worker

HOUR = 3600.0
DAY = 24 * HOUR
EVENTS = 20
"""Published in pairs, at even distances, while the subscriber is away."""
PUBLISHERS = ("applications", "gateway")
"""The services that publish in an outage: the others hear nothing that they would answer with an event."""
AFTER = timedelta(hours=2)
"""From the end of the outage: by then the longest pause is over, and a disabled one was probed."""

_NEW = "SELECT position, body, readers FROM outbox WHERE position > $1 ORDER BY position"
_WAITING = "SELECT count(*) FROM deliveries WHERE state IN ('pending', 'dead') AND client_id = ANY($1)"


async def run_long_outage(platform: Platform, behaviour: Behaviour, seconds: float) -> tuple[Row, list[str]]:
    """Run an outage of one subscriber, while another is well; return the row, and the types of the events committed."""
    clock = Clock()
    async with _open_subscribers(platform, clock) as (ill, well), Run.on(platform, clock, [ill, well]) as run:
        await run.publish()
        await ill.behave(behaviour)
        began, back = clock.at, clock.at + timedelta(seconds=seconds)
        for number in range(EVENTS):
            await run.go_on(until=began + number * (back - began) / EVENTS)
            await run.publish()
        await run.go_on(until=back)
        await ill.behave(Behaviour.WELL)
        await run.go_on(until=back + AFTER, unless_all_arrived=True)
        row = evidence.build_row(f"one subscriber {seconds:g} s, by the clock", run.committed, [ill, well], {})
        return row, [event.attributes["type"] for event in run.committed]


class Run:
    """The platform's work between requests, done whenever the clock has moved."""

    def __init__(
        self, platform: Platform, clock: Clock, delivery_worker: DeliveryWorker, subscribers: Sequence[Subscriber]
    ) -> None:
        self._platform = platform
        self._clock = clock
        self._delivery_worker = delivery_worker
        self._clients = [each.client_id for each in subscribers]
        audience = ["system", *(f"client:{client_id}" for client_id in self._clients)]
        database = platform.background["applications"].database
        self._publisher = Publisher(database, platform.public_url, [audience])
        self._turn = 0
        self._connections: dict[str, Any] = {}
        self._newest: dict[str, int] = {}
        self.committed: list[Committed] = []

    @classmethod
    @asynccontextmanager
    async def on(cls, platform: Platform, clock: Clock, subscribers: Sequence[Subscriber]) -> AsyncIterator["Run"]:
        delivery_worker = new_delivery_worker(platform, now=clock, seconds=2)
        run = cls(platform, clock, delivery_worker, subscribers)
        try:
            for name in PUBLISHERS:
                url = platform.background[name].settings.database_url.get_secret_value()
                connection = await asyncpg.connect(url)
                run._connections[name] = connection
                run._newest[name] = await connection.fetchval("SELECT coalesce(max(position), 0) FROM outbox")
            yield run
        finally:
            await delivery_worker.close()
            for connection in run._connections.values():
                await connection.close()

    async def publish(self) -> None:
        """Two events of a case, the next one each time, and what can be done with them at once."""
        self._turn += 1
        await self._publisher.publish(self._turn % 5, 2)
        await self._work()

    async def go_on(self, *, until: datetime, unless_all_arrived: bool = False) -> None:
        """Move the clock from one thing that falls due to the next."""
        while self._clock.at < until and not (unless_all_arrived and await self._all_arrived()):
            async with self._platform.background["gateway"].database.transaction(read_only=True) as session:
                soonest = await claims.find_next_due(session, now=self._clock.at)
            self._clock.at = min(soonest or until, until)
            await self._work()

    async def _work(self) -> None:
        """Do what can be done now. After the deliveries, only what they published can be left."""
        await self._relay()
        await self._delivery_worker.drain()
        while await self._relay():
            await self._delivery_worker.drain()

    async def _relay(self) -> bool:
        """Relay what is new; return False if nothing is."""
        found = False
        for name, connection in self._connections.items():
            rows = await connection.fetch(_NEW, self._newest[name])
            for position, body, readers in rows:
                self._newest[name] = position
                self.committed.append(evidence.read_committed(body, readers, self._clock.at.timestamp()))
            if rows:
                await self._platform.relays[name].drain(connection)
                found = True
        return found

    async def _all_arrived(self) -> bool:
        connection = self._connections["gateway"]
        await connection.execute("SET rtp.readers = 'system'")
        return not await connection.fetchval(_WAITING, self._clients)


@asynccontextmanager
async def _open_subscribers(platform: Platform, clock: Clock) -> AsyncIterator[list[Subscriber]]:
    subscribers = []
    try:
        for name in ("away", "well"):
            client_id = f"{name}-{uuid4()}"
            subscriber = Subscriber(client_id, frozenset({f"client:{client_id}"}), now=lambda: clock.at.timestamp())
            await subscriber.open()
            subscribers.append(subscriber)
            await _subscribe(platform, subscriber)
        yield subscribers
    finally:
        for each in subscribers:
            await each.close()


async def _subscribe(platform: Platform, subscriber: Subscriber) -> None:
    secret, scopes = new_secret(), ["events:read", "subscriptions:read", "subscriptions:write"]
    async with platform.operator_database.transaction() as session:
        await register_client(
            session, subscriber.client_id, name="trial", organisation=uuid4(), secret=secret, scopes=scopes
        )
    transport = httpx.ASGITransport(platform.app)
    async with httpx.AsyncClient(transport=transport, base_url=platform.public_url) as http:
        form = {"grant_type": "client_credentials"}
        token = (await http.post("/oauth2/token", data=form, auth=(subscriber.client_id, secret))).json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        subscription = await http.post("/v1/subscriptions", json={"sink": subscriber.sink}, headers=headers)
        assert subscription.status_code == 201, subscription.text
