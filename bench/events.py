"""From commit to webhook in many processes: one event at a time, and 200 a second.

Relay, RabbitMQ and delivery worker are the product's; subscriber and publisher are as cheap as they can be, in this
process, on the same clock. What is measured begins before the commit is asked for and ends with the event's last byte.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import uvloop

from bench.measured_processes import READERS, MeasuredProcesses
from bench.publishing import Publisher
from bench.sinks import Sink, serve_sink
from rtp_shared.clock import utcnow
from rtp_shared.contracts.applications import ScreeningBegun

IDLE = 200
"""Events, one at a time."""
PAUSE = 0.05
A_SECOND = 200
SECONDS = 30.0
CASES = 1_000
WARM_UP = 50
PATIENCE = 60.0


def measure(name: str, platform: MeasuredProcesses, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure one row of the events."""
    row = uvloop.run(_measure(name, platform))
    say(f"  {name}: p50 {row['p50_ms']:.1f} ms, p95 {row['p95_ms']:.1f} ms, at most {row['max_ms']:.1f} ms")
    return row


async def _measure(name: str, platform: MeasuredProcesses) -> dict[str, Any]:
    publisher = await Publisher.open(platform.outbox_url, platform.public_url, READERS)
    async with serve_sink() as sink:
        subscription = platform.subscribe(sink.url, types=[ScreeningBegun.TYPE])
        await publish_one_by_one(publisher, sink, WARM_UP)
        before = platform.get_cpu_seconds()
        if name == "event-idle":
            sent = await publish_one_by_one(publisher, sink, IDLE)
        else:
            sent = await publisher.publish_evenly(build_event(), cases=CASES, a_second=A_SECOND, seconds=SECONDS)
            await wait_for_all(sink, sent)
        used = {name: after - before[name] for name, after in platform.get_cpu_seconds().items()}
        platform.end_subscription(subscription)
    await publisher.close()
    return {
        "name": name,
        **compute_milliseconds(publisher, sink, sent),
        "per_second": None if name == "event-idle" else A_SECOND,
        "per_cpu_second": round(len(sent) / (sum(used.values()) - used["bench"]), 1),
        "cpu_ms": {name: round(seconds * 1000 / len(sent), 3) for name, seconds in used.items()},
        "floor": {},
        "count": len(sent),
        "mode": "many processes",
    }


async def publish_one_by_one(publisher: Publisher, sink: Sink, count: int) -> list[str]:
    sent = []
    for _ in range(count):
        sent.append(await publisher.publish(build_event(), uuid4()))
        await wait_for_all(sink, sent[-1:])
        await asyncio.sleep(PAUSE)
    return sent


async def wait_for_all(sink: Sink, sent: Sequence[str]) -> None:
    async with asyncio.timeout(PATIENCE):
        for event_id in sent:
            await sink.wait_for(event_id)


def compute_milliseconds(publisher: Publisher, sink: Sink, sent: Sequence[str]) -> dict[str, float]:
    took = sorted((sink.came[each] - publisher.committing[each]) * 1000 for each in sent)
    parts = {f"p{part}_ms": round(took[len(took) * part // 100], 2) for part in (50, 95, 99)}
    return {**parts, "max_ms": round(took[-1], 2)}


def build_event() -> ScreeningBegun:
    return ScreeningBegun(
        case_id=uuid4(),
        number="RTP-482-715-9361",
        route="right-to-provide",
        action="begin-screening",
        status_before="eoi-submitted",
        status="screening",
        role="case-officer",
        at=utcnow(),
    )
