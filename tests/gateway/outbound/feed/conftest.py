"""The feed over real HTTP, with readers that can be counted and streams whose pace can be set."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event as engine_event

from rtp_embedded.platform import Platform
from rtp_gateway.outbound.feed import notifier as notifiers
from rtp_gateway.outbound.feed.limiter import LongPollLimiter
from rtp_gateway.outbound.feed.notifier import EventNotifier
from rtp_gateway.outbound.feed.stream import StreamTimings
from tests.conftest import Api
from tests.support.following import Stream
from tests.support.serving import serving
from tests.support.waiting import until_true


@pytest.fixture
async def address(platform: Platform) -> AsyncIterator[str]:
    """The platform over real HTTP."""
    async with serving(platform.app) as url:
        yield url


@pytest.fixture
async def limiter(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LongPollLimiter]:
    """A limiter with two slots a client, whose notifier listens and does not look by itself."""
    monkeypatch.setattr(notifiers, "POLL_SECONDS", 600.0)
    state = platform.app.own.state
    ordinary = state.long_poll_limiter
    notifier = EventNotifier(platform.gateway.settings.database_url.get_secret_value())
    state.long_poll_limiter = limiter = LongPollLimiter(notifier, platform.gateway.verifier, per_client=2, slots=3)
    yield limiter
    state.long_poll_limiter = ordinary
    await limiter.close()


Pacing = Callable[..., None]


@pytest.fixture
def pace(platform: Platform) -> Iterator[Pacing]:
    """Sets the pace of streams: `pace(heartbeat=0.1)`."""
    state = platform.app.own.state
    ordinary = state.stream_timings

    def change(**seconds: float) -> None:
        state.stream_timings = StreamTimings(**seconds)

    yield change
    state.stream_timings = ordinary


async def read_ids(stream: Stream, count: int) -> list[str]:
    return [block.event["id"] async for block in stream.events(count)]


async def wait_for_slots(limiter: LongPollLimiter, api: Api, count: int) -> None:
    await until_true(lambda: limiter.count_taken(api.client_id) == count, f"{count} slots taken", seconds=25)


class Reads:
    """How often events were read."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.count += "events.body" in statement


@contextmanager
def count_reads(platform: Platform) -> Iterator[Reads]:
    engine, reads = platform.gateway.database.engine.sync_engine, Reads()
    engine_event.listen(engine, "before_cursor_execute", reads)
    try:
        yield reads
    finally:
        engine_event.remove(engine, "before_cursor_execute", reads)
