"""Who waits holds a slot and nothing else, and there are only so many."""

import asyncio
from typing import Any

import httpx
import pytest

from rtp_embedded.platform import Platform
from rtp_gateway.outbound.feed.limiter import LongPollLimiter
from rtp_shared.identities import Principal
from tests.conftest import Api, NewClient
from tests.gateway.outbound.feed.conftest import wait_for_slots
from tests.support.following import following
from tests.support.waiting import until_true

pytestmark = pytest.mark.anyio


async def test_who_waits_holds_no_database_connection(
    platform: Platform, new_client: NewClient, address: str, limiter: LongPollLimiter
) -> None:
    apis = [await new_client() for _ in range(3)]
    pool: Any = platform.gateway.database.engine.pool
    waiting = [asyncio.ensure_future(api.get("/v1/events", params={"wait": 30}, timeout=40)) for api in apis[:2]]
    async with following(apis[2], address):
        for api in apis:
            await wait_for_slots(limiter, api, 1)

        await until_true(lambda: pool.checkedout() == 0, seconds=20)
        await limiter.close()  # as when the process ends: who waits is answered, and comes again
        answers = await asyncio.gather(*waiting)
    assert [(answer.status_code, answer.json()["items"]) for answer in answers] == [(200, [])] * 2


async def test_a_client_waits_so_many_times_and_all_so_many(
    api: Api, new_client: NewClient, address: str, limiter: LongPollLimiter
) -> None:
    other, third = await new_client(), await new_client()
    async with following(api, address), following(other, address):
        waiting = asyncio.ensure_future(api.get("/v1/events", params={"wait": 30}, timeout=40))
        await wait_for_slots(limiter, api, 2)
        for path, params in (("/v1/events/stream", {}), ("/v1/events", {"wait": 1})):
            refused = await api.get(path, params=params)
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
            assert refused.json()["type"].endswith("/problems/too-many-readers")
            full = await third.get(path, params=params)
            assert (full.status_code, full.headers["retry-after"]) == (503, "5")
        assert (await api.get("/v1/events")).status_code == 200
        await limiter.close()
        await waiting


async def test_hanging_up_frees_the_slot(platform: Platform, api: Api, address: str, limiter: LongPollLimiter) -> None:
    for _ in range(3):  # more often than there are slots
        async with following(api, address):
            await wait_for_slots(limiter, api, 1)
        await wait_for_slots(limiter, api, 0)
        async with httpx.AsyncClient(base_url=address, headers=api.headers) as client:
            waiting = asyncio.ensure_future(client.get("/v1/events", params={"wait": 30}, timeout=40))
            await wait_for_slots(limiter, api, 1)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        await wait_for_slots(limiter, api, 0)


async def test_one_client_never_takes_all_turns(api: Api, new_client: NewClient, limiter: LongPollLimiter) -> None:
    other = await new_client()
    crowd, alone = (Principal(each.client_id, each.organisation, frozenset()) for each in (api, other))
    reading: list[Principal] = []
    goes_on = asyncio.Event()

    async def read(principal: Principal) -> None:
        async with limiter.take_turn(principal):
            reading.append(principal)
            await goes_on.wait()

    readers = [asyncio.create_task(read(each)) for each in (*[crowd] * 10, alone)]
    await until_true(lambda: alone in reading)
    assert reading == [crowd, alone]
    goes_on.set()
    await asyncio.gather(*readers)
    assert len(reading) == 11
