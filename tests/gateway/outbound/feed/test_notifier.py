"""Readers who wait are called as soon as something comes for them, and only then."""

import asyncio
import uuid

import asyncpg
import pytest

from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_gateway.app import service as gateway
from rtp_gateway.outbound.feed import notifier as notifiers
from rtp_gateway.outbound.feed.limiter import LongPollLimiter
from tests.conftest import Api, NewClient
from tests.gateway.outbound.feed.conftest import count_reads, read_ids
from tests.support.following import following
from tests.support.waiting import PATIENCE, until
from tests.support.webhooks import publish

pytestmark = pytest.mark.anyio


async def test_an_event_calls_only_those_whom_it_concerns(
    platform: Platform, api: Api, new_client: NewClient, address: str, limiter: LongPollLimiter
) -> None:
    other = await new_client()
    async with asyncio.timeout(PATIENCE), following(api, address) as stream, following(other, address) as others:
        for each, blocks in ((api, stream), (other, others)):  # both have looked, and wait
            (made,) = await publish(platform, each, uuid.uuid4(), 1)
            assert await read_ids(blocks, 1) == [str(made.event_id)]
        with count_reads(platform) as reads:
            (made,) = await publish(platform, api, uuid.uuid4(), 1)
            assert await read_ids(stream, 1) == [str(made.event_id)]
    assert reads.count == 1


async def test_the_notifier_comes_back_when_it_lost_its_connection(
    platform: Platform,
    database_server: Postgres,
    api: Api,
    address: str,
    limiter: LongPollLimiter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(notifiers, "POLL_SECONDS", 0.05)
    connection = await asyncpg.connect(database_server.url(gateway.database))
    kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'rtp-event-notifier'"
    try:
        async with asyncio.timeout(PATIENCE), following(api, address) as stream:
            blocks = stream.events()
            for number in range(1, 4):

                async def killed() -> bool:
                    return bool(await connection.fetchval(kill))

                await until(killed)
                (made,) = await publish(platform, api, uuid.uuid4(), number)
                assert (await anext(blocks)).event["id"] == str(made.event_id)
    finally:
        await connection.close()


async def test_what_came_before_the_notifier_listened_is_not_missed(
    platform: Platform, api: Api, limiter: LongPollLimiter
) -> None:
    """Between a reader's first look and the moment from which notifications come there is a gap."""
    waiting = asyncio.ensure_future(api.get("/v1/events", params={"wait": 30}, timeout=40))
    while not limiter.count_taken(api.client_id):  # noqa: ASYNC110 - the first moment at which it waits: the notifier has not begun
        await asyncio.sleep(0)
    (made,) = await publish(platform, api, uuid.uuid4(), 1)
    async with asyncio.timeout(PATIENCE):
        assert [each["id"] for each in (await waiting).json()["items"]] == [str(made.event_id)]
