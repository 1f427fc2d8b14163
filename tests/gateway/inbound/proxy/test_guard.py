"""A service that is dead, hangs or answers rubbish: its callers are told so at once, and the others' notice nothing."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from rtp_gateway.inbound.front import Gateway
from rtp_gateway.inbound.proxy.forward import OverHttp
from rtp_gateway.inbound.proxy.guard import AT_ONCE, FAILURES, REST_SECONDS, ServiceGuard
from rtp_gateway.routing import ForwardingLimits
from rtp_shared.metrics import Metrics
from rtp_shared.problems import Unavailable
from tests.support.serving import serving

pytestmark = pytest.mark.anyio


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def fail(guard: ServiceGuard, times: int = FAILURES) -> None:
    for _ in range(times):
        with guard.exchange() as outcome:
            outcome.note_failure()


def test_after_failures_in_a_row_a_service_rests_and_then_one_request_tries() -> None:
    guard, clock = ServiceGuard("one", clock := Clock()), clock
    fail(guard)
    with pytest.raises(Unavailable), guard.exchange():
        pass
    clock.now += REST_SECONDS
    with guard.exchange() as probe:
        with pytest.raises(Unavailable), guard.exchange():
            pass
        probe.note_answer()
    with guard.exchange():
        pass


def test_a_probe_that_fails_lets_it_rest_again() -> None:
    guard, clock = ServiceGuard("one", clock := Clock()), clock
    fail(guard)
    clock.now += REST_SECONDS
    fail(guard, 1)
    with pytest.raises(Unavailable), guard.exchange():
        pass


def test_an_answer_between_failures_says_that_the_service_is_there() -> None:
    guard = ServiceGuard("one")
    for _ in range(3):
        fail(guard, FAILURES - 1)
        with guard.exchange() as outcome:
            outcome.note_answer()
    with guard.exchange():
        pass


async def hang(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


@asynccontextmanager
async def front(*, seconds: float, **addresses: str) -> AsyncIterator[httpx.AsyncClient]:
    upstreams = OverHttp(
        {name.replace("_", "-"): url for name, url in addresses.items()},
        public_url="http://rtp.test",
        limits=ForwardingLimits(seconds=seconds),
    )
    gateway = Gateway(FastAPI(), upstreams, Metrics("gateway"))
    limits = httpx.Limits(max_connections=None)
    async with serving(gateway) as url, httpx.AsyncClient(base_url=url, timeout=30, limits=limits) as client:
        yield client
    await upstreams.close()


async def measure_p95(client: httpx.AsyncClient, times: int = 200) -> float:
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        assert (await client.get("/v1/products")).status_code == 200
        seconds.append(time.perf_counter() - began)
    return statistics.quantiles(seconds, n=20)[-1]


async def test_a_service_that_hangs_leaves_the_others_as_they_were() -> None:
    async with (
        serving(hang) as hanging,
        serving(answer) as well,
        front(seconds=20, applications=hanging, finance_directory=well) as client,
    ):
        before = await measure_p95(client)
        waiting = [asyncio.ensure_future(client.get("/v1/cases")) for _ in range(AT_ONCE + 1)]
        [first], waiting_still = await asyncio.wait(waiting, timeout=15, return_when=asyncio.FIRST_COMPLETED)
        refused = first.result()
        assert len(waiting_still) == AT_ONCE
        assert refused.json()["type"].endswith("#temporary-reduced-capacity")
        assert refused.headers["retry-after"]
        meanwhile = await measure_p95(client)
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    assert meanwhile < before * 3 + 0.005


async def test_a_service_that_hangs_soon_holds_nobody() -> None:
    async with serving(hang) as hanging, front(seconds=0.3, applications=hanging) as client:
        first = await asyncio.gather(*(client.get("/v1/cases") for _ in range(FAILURES)))
        assert {each.status_code for each in first} == {504}
        assert {each.headers["retry-after"] for each in first} == {"5"}
        began = time.perf_counter()
        refused = await client.get("/v1/cases")
        assert refused.status_code == 503
        assert time.perf_counter() - began < 0.2


async def test_a_service_that_comes_back_is_asked_again() -> None:
    down = True

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (hang if down else answer)(scope, receive, send)

    async with serving(app) as address, front(seconds=0.2, applications=address) as client:
        await asyncio.gather(*(client.get("/v1/cases") for _ in range(FAILURES)))
        down = False
        async with asyncio.timeout(10):
            while (await client.get("/v1/cases")).status_code != 200:
                pass
        assert (await client.get("/v1/cases")).status_code == 200


@pytest.mark.parametrize("rubbish", [b"nonsense\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nx\r\n\r\n"])
async def test_what_is_no_answer_is_a_502(rubbish: bytes) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(rubbish)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, front(seconds=5, applications=address) as client:
        answered = await client.post("/v1/cases", json={})
    assert answered.status_code == 502
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.headers["retry-after"]
