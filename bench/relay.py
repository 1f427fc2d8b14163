"""The relay from a full outbox to a quorum queue, beside a bare pika publisher of the same bodies.

The floor knows no database: it publishes with at most 256 confirms outstanding, straight to a queue of the same kind.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pika
import uvloop
from pika.adapters.asyncio_connection import AsyncioConnection
from tests.support.rabbitmq import start_broker

from rtp_embedded import postgres
from rtp_shared.contracts.applications import CaseSubmitted
from rtp_shared.messaging_tables import CREATE_1
from rtp_shared.metrics import Metrics
from rtp_shared.rabbit import RabbitBus, declare_once
from rtp_shared.relay import Relay

EVENTS = 30_000
CASES = 3_000
BODY = 900
"""Bytes of an event."""
OUTSTANDING = 256
QUEUE = "bench"
_FILL = """
    INSERT INTO outbox (event_id, type, case_id, readers, body)
    SELECT gen_random_uuid(), $1, md5((random() * $4)::int::text)::uuid,
        '{client:bench,org:0190b7a2-0000-7000-8000-000000000000,system}', $2
    FROM generate_series(1, $3)
"""
_DURABLE = pika.BasicProperties(delivery_mode=2)


def measure(directory: Path, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure the row of the relay."""
    broker = start_broker()
    try:
        with postgres.start(directory / "postgres") as server:
            return uvloop.run(_measure_in_turns(server.url(), broker.url, rounds, say))
    finally:
        broker.stop()


async def _measure_in_turns(
    database_url: str, broker_url: str, rounds: int, say: Callable[[str], None]
) -> dict[str, Any]:
    connection = await asyncpg.connect(database_url)
    await connection.execute(CREATE_1)
    floors, ours, cpu = [], [], []
    for number in range(rounds + 1):
        async with _use_queue(broker_url):
            floor = await _measure_floor(broker_url)
        async with _use_queue(broker_url):
            one, used = await _measure_relay(connection, database_url, broker_url)
        if number:  # the first is to warm up
            floors.append(floor)
            ours.append(one)
            cpu.append(used)
            say(f"  relay, round {number} of {rounds}: {floor:,.0f} and {one:,.0f} a second")
    await connection.close()
    return {
        "name": "relay",
        "ratio": round(statistics.median(b / a for a, b in zip(floors, ours, strict=True)), 3),
        "per_second": round(statistics.median(ours), 1),
        "per_cpu_second": round(statistics.median(cpu), 1),
        "floor": {"per_second": round(statistics.median(floors), 1), "outstanding": OUTSTANDING},
        "events": EVENTS,
        "cases": CASES,
        "body_bytes": BODY,
        "rounds": rounds,
    }


@asynccontextmanager
async def _use_queue(url: str) -> AsyncIterator[None]:
    """Declare a queue like a service's, and check after the block that it is filled."""
    await declare_once(url, QUEUE, ["#"])
    yield
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        depth = connection.channel().queue_declare(QUEUE, passive=True).method.message_count
        assert depth == EVENTS, f"{depth} of {EVENTS} messages are in the queue"
        connection.channel().queue_delete(QUEUE)


async def _measure_relay(connection: Any, database_url: str, broker_url: str) -> tuple[float, float]:
    """Return events a second, and events a CPU second of the relay's process."""
    await connection.execute("TRUNCATE outbox")
    await connection.execute(_FILL, CaseSubmitted.TYPE, b"x" * BODY, EVENTS, CASES - 1)
    await connection.execute("VACUUM ANALYZE outbox")
    await connection.execute("CHECKPOINT")
    bus = RabbitBus(broker_url)
    relay = Relay(database_url=database_url, bus=bus, metrics=Metrics("bench"))
    began, before = time.perf_counter(), time.process_time()
    gone = await relay.drain(connection)
    seconds, used = time.perf_counter() - began, time.process_time() - before
    await bus.close()
    assert gone == EVENTS, f"{gone} of {EVENTS} events went out"
    return EVENTS / seconds, EVENTS / used


async def _measure_floor(url: str) -> float:
    publisher = await _BarePublisher.open(url)
    began = time.perf_counter()
    await publisher.publish(EVENTS)
    seconds = time.perf_counter() - began
    publisher.connection.close()
    return EVENTS / seconds


class _BarePublisher:
    """A publisher that does nothing but publish and count confirms."""

    def __init__(self) -> None:
        self.connection: Any = None
        self._channel: Any = None
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._done = asyncio.Event()
        self._left = self._sent = self._confirmed = 0

    @classmethod
    async def open(cls, url: str) -> "_BarePublisher":
        publisher = cls()
        publisher.connection = AsyncioConnection(pika.URLParameters(url), on_open_callback=publisher._on_open)
        await publisher._ready
        return publisher

    def _on_open(self, connection: Any) -> None:
        connection.channel(on_open_callback=self._on_channel_open)

    def _on_channel_open(self, channel: Any) -> None:
        self._channel = channel
        channel.confirm_delivery(self._on_confirm, callback=lambda _: self._ready.set_result(None))

    async def publish(self, count: int) -> None:
        self._left = count
        self._fill()
        await self._done.wait()

    def _fill(self) -> None:
        while self._left and self._sent - self._confirmed < OUTSTANDING:
            self._channel.basic_publish("", QUEUE, _BODY, properties=_DURABLE)
            self._left -= 1
            self._sent += 1

    def _on_confirm(self, frame: Any) -> None:
        assert isinstance(frame.method, pika.spec.Basic.Ack)
        self._confirmed = frame.method.delivery_tag if frame.method.multiple else self._confirmed + 1
        self._fill()
        if not self._left and self._confirmed == self._sent:
            self._done.set()


_BODY = b"x" * BODY
