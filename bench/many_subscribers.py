"""Subscribers beside each other, in many processes: a million waiting events that drain, and fifty of whom two are ill.

Both ask the same: what does one subscriber cost the others? Ours beside ours, in turns within one run.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvloop

from bench.events import build_event, compute_milliseconds, publish_one_by_one, wait_for_all
from bench.measured_processes import DELIVERY, READERS, MeasuredProcesses
from bench.measured_services import CLIENT
from bench.publishing import Publisher
from bench.sinks import Sink, open_silent_sink, serve_sink
from bench.started_services import end
from rtp_shared.contracts.applications import ReviewBegun, ScreeningBegun

WAITING = int(os.environ.get("BENCH_WAITING", "1000000"))
"""Events that wait for one subscription."""
CASES = 100_000
SECONDS = float(os.environ.get("BENCH_SECONDS", "120"))
"""How long the drain runs; 0: to its end."""
NEW = 100
"""New events for another subscription, one at a time: so many while the drain rests, and so many while it runs."""
SUBSCRIPTIONS = 50
ILL = 2
A_SECOND = 4
PER_TURN = 40

_FILL_EVENTS = """
    WITH made AS (
        INSERT INTO events (event_id, type, case_id, source, sequence, readers, body, hash, about)
        SELECT gen_random_uuid(), $1, md5((n % $2)::text)::uuid, $3, n / $2 + 1, $4, $5, sha256($5), '{}'
        FROM generate_series(0, $6 - 1) n
        RETURNING position, case_id
    )
    INSERT INTO deliveries (subscription_id, position, case_id, client_id, next_attempt_at)
    SELECT $7, position, case_id, $8,
        CASE WHEN row_number() OVER (PARTITION BY case_id ORDER BY position) = 1 THEN now() END
    FROM made
"""


def measure_drain(platform: MeasuredProcesses, say: Callable[[str], None]) -> dict[str, Any]:
    row = uvloop.run(_measure_drain(platform, say))
    say(f"  event-drain: {row['drained_per_second']:,.0f} a second, new ones take {row['ratio']:.2f} times as long")
    return row


async def _measure_drain(platform: MeasuredProcesses, say: Callable[[str], None]) -> dict[str, Any]:
    publisher = await Publisher.open(platform.outbox_url, platform.public_url, READERS)
    database = await asyncpg.connect(platform.database_url)
    with serve_sink_apart() as url:
        waiting = platform.subscribe(url, types=[ReviewBegun.TYPE])
        platform.act(waiting, "pause")
        say(f"  event-drain: {WAITING:,} events are made to wait")
        await _fill(database, UUID(waiting), platform.public_url)
        async with serve_sink() as sink:
            other = platform.subscribe(sink.url, types=[ScreeningBegun.TYPE])
            await publish_one_by_one(publisher, sink, NEW)
            alone, beside, memory, seconds = [], [], [], 0.0
            while await _count_left(database, waiting) and (not SECONDS or seconds < SECONDS):
                alone.append(compute_milliseconds(publisher, sink, await publish_one_by_one(publisher, sink, NEW)))
                platform.act(waiting, "resume")
                began = time.perf_counter()
                beside.append(compute_milliseconds(publisher, sink, await publish_one_by_one(publisher, sink, NEW)))
                memory.append(platform.get_megabytes(DELIVERY))
                platform.act(waiting, "pause")
                seconds += time.perf_counter() - began
            drained = WAITING - await _count_left(database, waiting)
            for each in (other, waiting):
                platform.end_subscription(each)
    await database.close()
    await publisher.close()
    return {
        "name": "event-drain",
        "ratio": round(statistics.median(b["p50_ms"] / a["p50_ms"] for a, b in zip(alone, beside, strict=True)), 2),
        **_take_medians(beside),
        "floor": _take_medians(alone),
        "rounds": len(beside),
        "drained_per_second": round(drained / seconds, 1),
        "drained": drained,
        "waiting": WAITING,
        "seconds": round(seconds, 1),
        "memory_mb": {"first": round(memory[0], 1), "last": round(memory[-1], 1), "most": round(max(memory), 1)},
        "mode": "many processes",
    }


def _take_medians(turns: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(turn[name] for turn in turns), 2) for name in turns[0]}


async def _fill(database: Any, subscription_id: UUID, public_url: str) -> None:
    body = b'{"data":"%b"}' % (b"x" * 880)
    source = f"{public_url}/applications"
    given = (ReviewBegun.TYPE, CASES, source, READERS, body, WAITING, subscription_id, CLIENT)
    await database.execute(_FILL_EVENTS, *given, timeout=900)
    await database.execute("VACUUM ANALYZE events, deliveries", timeout=900)
    await database.execute("CHECKPOINT", timeout=900)


async def _count_left(database: Any, subscription_id: str) -> int:
    query = "SELECT count(*) FROM deliveries WHERE subscription_id = $1 AND state = 'pending'"
    left: int = await database.fetchval(query, UUID(subscription_id))
    return left


@contextmanager
def serve_sink_apart() -> Iterator[str]:
    """A sink in a process of its own, so that what it takes does not keep the measuring waiting."""
    started = subprocess.Popen([sys.executable, "-m", "bench.sinks"], stdout=subprocess.PIPE)
    try:
        assert started.stdout is not None
        yield started.stdout.readline().decode().strip()
    finally:
        end(started)


def measure_many(platform: MeasuredProcesses, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    row = uvloop.run(_measure_many(platform, rounds, say))
    say(f"  many-to-many: p95 {row['p95_ms']:.1f} ms beside two ill ones, {row['floor']['p95_ms']:.1f} ms without")
    return row


async def _measure_many(platform: MeasuredProcesses, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    publisher = await Publisher.open(platform.outbox_url, platform.public_url, READERS)
    well: list[list[float]] = []
    ill: list[list[float]] = []
    async with AsyncExitStack() as stack:
        sinks = [await stack.enter_async_context(serve_sink()) for _ in range(SUBSCRIPTIONS)]
        slow = await stack.enter_async_context(serve_sink(seconds=10))
        dead = await stack.enter_async_context(open_silent_sink())
        subscriptions = [platform.subscribe(sink.url, types=[ScreeningBegun.TYPE]) for sink in sinks]
        measured = sinks[:-ILL]
        for number in range(rounds + 1):
            for found, places in ((well, sinks[-ILL:]), (ill, [dead, slow])):
                for subscription, place in zip(subscriptions[-ILL:], places, strict=True):
                    platform.move(subscription, place.url)
                await _run_turn(publisher, measured, 8)
                times = await _run_turn(publisher, measured, PER_TURN)
                if number:  # the first is to warm up
                    found.append(times)
            if number:
                both = " and ".join(f"{_get_percentile(found[-1], 95):.1f}" for found in (well, ill))
                say(f"  many-to-many, round {number} of {rounds}: p95 {both} ms")
        for subscription in subscriptions:
            platform.end_subscription(subscription)
    await publisher.close()
    ratio = statistics.median(_get_percentile(b, 95) / _get_percentile(a, 95) for a, b in zip(well, ill, strict=True))
    return {
        "name": "many-to-many",
        "ratio": round(ratio, 3),
        **{
            f"p{part}_ms": round(statistics.median(_get_percentile(each, part) for each in ill), 2) for part in (50, 95)
        },
        "floor": {
            f"p{part}_ms": round(statistics.median(_get_percentile(each, part) for each in well), 2)
            for part in (50, 95)
        },
        "subscriptions": SUBSCRIPTIONS,
        "ill": "one silent, one that takes 10 s an answer",
        "a_second": A_SECOND * SUBSCRIPTIONS,
        "rounds": rounds,
        "mode": "many processes",
    }


async def _run_turn(publisher: Publisher, sinks: Sequence[Sink], count: int) -> list[float]:
    """Publish a few events a second, each of a case of its own; return the milliseconds of each to each sink."""
    began, sent = time.perf_counter(), []
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
        sent.append(await publisher.publish(build_event(), uuid4()))
    for sink in sinks:
        await wait_for_all(sink, sent)
    return sorted((sink.came[each] - publisher.committing[each]) * 1000 for sink in sinks for each in sent)


def _get_percentile(times: Sequence[float], part: int) -> float:
    return times[len(times) * part // 100]
