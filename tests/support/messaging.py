"""A service with no domain: an outbox, an inbox, and a handler that writes down what it heard."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import asyncpg
import pika
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_embedded.postgres import Postgres
from rtp_shared.bus import Bus, Message, PublishResult
from rtp_shared.consumer import Consumer, HandlerContext
from rtp_shared.contracts.applications import CaseOpened, CaseWithdrawn
from rtp_shared.db import Database
from rtp_shared.messaging_tables import CREATE_1
from rtp_shared.metrics import Metrics
from rtp_shared.outbox import Outbox
from rtp_shared.rabbit.topology import DEAD, EXCHANGE
from rtp_shared.relay import Relay

TYPE = CaseOpened.TYPE
ANOTHER_TYPE = CaseWithdrawn.TYPE
BASE_URL = "http://rtp.test"

_HEARD = """
    CREATE TABLE heard (position bigint GENERATED ALWAYS AS IDENTITY, case_id uuid, sequence int, readers text[])
"""


class Office:
    """One database with outbox and inbox, and what stands on them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.database = Database(url, pool_size=5)
        self.outbox = Outbox("office", BASE_URL)
        self.metrics = Metrics("office")
        self.failing: dict[UUID, Exception] = {}
        """Cases whose events the handler refuses, each with what it raises."""
        self.tries: Counter[UUID] = Counter()
        """Of the handler, by case."""

    async def publish(self, case_id: UUID, *sequences: int) -> None:
        """Events of a case, each in a transaction of its own."""
        for sequence in sequences:
            async with self.database.transaction() as session:
                await self.outbox.publish(
                    session,
                    [CaseOpened(case_id=case_id, route="right-to-provide")],
                    subject_id=case_id,
                    sequence=sequence,
                    previous=None,
                    dataref=f"/v1/cases/{case_id}",
                    readers=["client:one", "system"],
                )

    async def query(self, sql: str, *arguments: Any) -> list[Any]:
        connection = await asyncpg.connect(self.url)
        try:
            rows: list[Any] = await connection.fetch(sql, *arguments)
        finally:
            await connection.close()
        return rows

    async def waiting(self) -> int:
        """Events not yet handed over."""
        return len(await self.query("SELECT FROM outbox WHERE published_at IS NULL"))

    async def messages(self) -> list[Message]:
        """What the outbox holds, as the relay hands it over."""
        rows = await self.query("SELECT event_id, type, case_id, readers, body FROM outbox ORDER BY position")
        return [Message(row[0], row[1], row[2], tuple(row[3]), row[4]) for row in rows]

    async def heard(self, case_id: UUID | None = None) -> list[int]:
        """Sequence numbers in the order in which they were handled."""
        where = "WHERE case_id = $1" if case_id else "WHERE $1::uuid IS NULL"
        rows = await self.query(f"SELECT sequence FROM heard {where} ORDER BY position", case_id)  # noqa: S608
        return [row[0] for row in rows]

    def relay(self, bus: Bus) -> Relay:
        return Relay(database_url=self.url, bus=bus, metrics=self.metrics)

    def consumer(self, *types: str) -> Consumer:
        handlers = dict.fromkeys(types or (TYPE,), self._handle)
        return Consumer(database=self.database, handlers=handlers, outbox=self.outbox, metrics=self.metrics)

    async def _handle(self, session: AsyncSession, heard: HandlerContext) -> None:
        event = heard.event
        self.tries[event.subject_id] += 1
        await session.execute(
            text("INSERT INTO heard (case_id, sequence, readers) VALUES (:case_id, :sequence, :readers)"),
            {"case_id": event.subject_id, "sequence": event.sequence, "readers": list(heard.readers)},
        )
        if error := self.failing.get(event.subject_id):
            raise error


@asynccontextmanager
async def open_office(server: Postgres) -> AsyncIterator[Office]:
    name = f"rtp_office_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(server.url())
    try:
        await admin.execute(f"CREATE DATABASE {name}")
        office = Office(server.url(name))
        await office.query(CREATE_1)
        await office.query(_HEARD)
        yield office
        await office.database.close()
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


class RecordingBus:
    """Takes everything but what it is told to refuse, and keeps the order in which it was handed over."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.refusing: set[UUID] = set()
        """Cases whose events are refused."""

    async def publish(self, messages: Sequence[Message]) -> PublishResult:
        outcome = PublishResult(set(), set())
        for message in messages:
            if message.subject_id in self.refusing:
                outcome.refused.add(message.event_id)
            else:
                self.taken.append(message)
                outcome.confirmed.add(message.event_id)
        return outcome


@asynccontextmanager
async def running(*loops: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(loop()) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


def clear_broker(url: str, *queues: str) -> None:
    """Take away the exchanges, so that nothing is bound to anything, and these queues."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        for exchange in (EXCHANGE, DEAD):
            channel.exchange_delete(exchange)
        for queue in queues:
            channel.queue_delete(queue)
            channel.queue_delete(f"{queue}.dead")
