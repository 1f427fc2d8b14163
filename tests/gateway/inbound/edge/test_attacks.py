"""Attacks over real sockets, on the gateway and on the nginx that can stand in its place: what a service sees."""

import asyncio
import gzip
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from rtp_embedded.platform import Platform
from rtp_gateway.inbound.front import Gateway
from rtp_gateway.inbound.proxy.forward import OverHttp
from rtp_gateway.routing import NAMES, ForwardingLimits
from rtp_operations.nginx import parse_upstreams, write_configuration
from rtp_shared.metrics import Metrics
from tests.support.packages import ensure
from tests.support.ports import find_free_port
from tests.support.serving import serving

pytestmark = pytest.mark.anyio
SMUGGLED = b"GET /v1/cases/smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
LIMITS = ForwardingLimits(body=100_000)


@dataclass
class Service:
    """Notes the requests that reach it, and the bytes of their bodies."""

    seen: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.seen.append(f"{scope['method']} {scope['raw_path'].decode()}")
        size = 0
        while (message := await receive())["type"] == "http.request":
            size += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        self.sizes.append(size)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture(params=["gateway", "nginx"])
async def port(request: pytest.FixtureRequest, service: Service, tmp_path: Path) -> AsyncIterator[int]:
    async with serving(service) as address:
        if request.param == "gateway":
            upstreams = OverHttp(dict.fromkeys(NAMES, address), public_url="http://rtp.test", limits=LIMITS)
            front = Gateway(FastAPI(), upstreams, Metrics("gateway"), public_url="http://rtp.test")
            async with serving(front) as url:
                yield int(url.rpartition(":")[2])
            await upstreams.close()
        else:
            async with run_nginx(address, tmp_path) as port:
                yield port


class run_nginx:  # noqa: N801 - used as a function
    """Run nginx by the written configuration, with everything behind it at one address; gives its port."""

    def __init__(self, address: str, directory: Path) -> None:
        self._address, self._directory = address, directory

    async def __aenter__(self) -> int:
        ensure("nginx")
        port, config = find_free_port(), self._directory / "nginx.conf"
        (self._directory / "run").mkdir()
        upstreams = {name: self._address.removeprefix("http://") for name in (*NAMES, "gateway")}
        config.write_text(
            "daemon off; user root;\n"
            + write_configuration(
                upstreams, listen=f"127.0.0.1:{port}", directory=str(self._directory / "run"), limits=LIMITS
            )
        )
        tested = await asyncio.create_subprocess_exec("/usr/sbin/nginx", "-t", "-q", "-c", str(config))
        assert await tested.wait() == 0
        self._process = await asyncio.create_subprocess_exec("/usr/sbin/nginx", "-c", str(config))
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    return port

    async def __aexit__(self, *_: object) -> None:
        self._process.terminate()
        await self._process.wait()


async def say(port: int, *parts: bytes, seconds: float = 3.0) -> bytes:
    """Everything that is answered until the server closes, or nothing more comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    try:
        async with asyncio.timeout(seconds):
            for part in parts:
                writer.write(part)
                await writer.drain()
            while piece := await reader.read(65_536):
                answer += piece
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
    return answer


CHUNKED = b"Transfer-Encoding: chunked\r\n"
PAIRS = {
    "length and chunked": b"Content-Length: 4\r\n" + CHUNKED + b"\r\n0\r\n\r\n" + SMUGGLED,
    "chunked and length": CHUNKED + b"Content-Length: %d\r\n\r\n0\r\n\r\n" % (5 + len(SMUGGLED)) + SMUGGLED,
    "two lengths": b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
    "a list of lengths": b"Content-Length: 0, %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
    "a signed length": b"Content-Length: +0\r\n\r\n" + SMUGGLED,
    "a blank before the colon": b"Content-Length : %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
    "a coding in two lines": b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "an unknown coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two codings": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a folded header": b"X: a\r\n Transfer-Encoding: chunked\r\nContent-Length: x\r\n\r\n" + SMUGGLED,
    "a bare return": b"X: a\rTransfer-Encoding: chunked\r\n\r\n" + SMUGGLED,
    "a null": b"X: a\x00b\r\n\r\n" + SMUGGLED,
    "a chunk size that overflows": CHUNKED + b"\r\nffffffffffffffff1\r\n" + SMUGGLED,
    "a negative chunk size": CHUNKED + b"\r\n-1\r\n" + SMUGGLED,
}


@pytest.mark.parametrize("pair", PAIRS)
async def test_no_request_is_smuggled_in_a_body(port: int, service: Service, pair: str) -> None:
    head = b"POST /v1/cases HTTP/1.1\r\nHost: x\r\n"
    answer = await say(port, head + PAIRS[pair], seconds=1.0)
    assert answer.count(b"HTTP/1.1 200") == 0 or pair == "a blank before the colon", answer
    assert not service.seen or "smuggled" not in service.seen[0]
    assert len(service.seen) <= 1


async def test_what_comes_after_a_body_with_chunk_extensions_is_the_next_request(port: int, service: Service) -> None:
    chunks = b'5;ext="GET /v1/cases/smuggled"\r\nhello\r\n0;last\r\nX-Trailer: x\r\n\r\n'
    last = b"GET /v1/products HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = await say(port, b"POST /v1/cases HTTP/1.1\r\nHost: x\r\n" + CHUNKED + b"\r\n" + chunks + last)
    assert answer.count(b"HTTP/1.1 200") == 2, answer
    assert service.seen == ["POST /v1/cases", "GET /v1/products"]
    assert service.sizes == [5, 0]


@pytest.mark.parametrize("size", [70_000, 1_000_000])
async def test_headers_that_are_too_large_reach_no_service(port: int, service: Service, size: int) -> None:
    answer = await say(port, b"GET /v1/cases HTTP/1.1\r\nHost: x\r\nX: " + b"x" * size + b"\r\n\r\n")
    assert answer[9:12] in (b"400", b"431", b""), answer[:200]
    assert service.seen == []


PATHS = [
    "/v1/cases/../products",
    "/v1/cases/%2e%2e/products",
    "/v1/cases/%2E./products",
    "/v1/./cases",
    "//evil.example/v1/cases",
    "/v1/cases\\..\\products",
    "/v1/cases/..",
]


@pytest.mark.parametrize("path", PATHS)
async def test_a_path_that_two_could_read_in_two_ways_reaches_no_service(
    port: int, service: Service, path: str
) -> None:
    answer = await say(port, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 400"), answer
    assert b"application/problem+json" in answer
    assert service.seen == []


@pytest.mark.parametrize("path", ["/v1/cases/a%2Fb", "/v1/cases/%00", "/v1/cases;x=1/1", "/v1/cases/%C3%A9", "/v1//b"])
async def test_other_paths_go_on_as_they_came_or_are_refused(port: int, service: Service, path: str) -> None:
    answer = await say(port, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer[9:12] in (b"200", b"400", b"404"), answer
    assert service.seen in ([], [f"GET {path}"])


async def test_a_target_that_is_too_long_is_a_problem(port: int, service: Service) -> None:
    answer = await say(port, b"GET /v1/cases?q=" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 414"), answer[:100]
    assert b"application/problem+json" in answer
    assert service.seen == []


async def test_a_body_that_unpacks_to_more_is_never_unpacked_here(port: int, service: Service) -> None:
    bomb = gzip.compress(bytes(20_000_000))
    assert len(bomb) < LIMITS.body
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"http://127.0.0.1:{port}/v1/cases", content=bomb, headers={"Content-Encoding": "gzip"}
        )
        too_large = await client.post(f"http://127.0.0.1:{port}/v1/cases", content=bytes(LIMITS.body + 1))
    assert answer.status_code == 200
    assert service.sizes == [len(bomb)]
    assert too_large.status_code == 413
    assert too_large.headers["content-type"] == "application/problem+json"


async def test_heads_that_do_not_end_leave_room_for_others(port: int, service: Service) -> None:
    slow = []
    for _ in range(200):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /v1/cases HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        slow.append(writer)
    began = time.perf_counter()
    async with httpx.AsyncClient() as client:
        for _ in range(20):
            assert (await client.get(f"http://127.0.0.1:{port}/v1/products")).status_code == 200
    assert time.perf_counter() - began < 5
    assert set(service.seen) == {"GET /v1/products"}
    for writer in slow:
        writer.close()


@pytest.mark.parametrize("way", ["nginx"])
async def test_a_service_that_is_away_is_a_problem_of_nginx_too(way: str, tmp_path: Path) -> None:
    async with run_nginx("http://127.0.0.1:1", tmp_path) as port, httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}/v1/cases")
    assert answer.status_code in (502, 503)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"]


def test_nginx_needs_every_service() -> None:
    with pytest.raises(Exception, match="must name"):
        parse_upstreams('{"applications": "http://127.0.0.1:1"}')


async def test_others_are_answered_while_somebody_tries_thousands_of_secrets(platform: Platform) -> None:
    """Secrets are random and long, so that hashing one is cheap: guessing takes no more of us than other requests."""
    tried, guesses = 0, list[float]()

    async def guess(client: httpx.AsyncClient, times: int) -> None:
        nonlocal tried
        form = {"grant_type": "client_credentials"}
        for number in range(times):
            began = time.perf_counter()
            answer = await client.post("/oauth2/token", data=form, auth=("no-such-client", f"secret-{number}"))
            assert answer.status_code in (401, 429), answer.text
            tried += 1
            guesses.append(time.perf_counter() - began)

    async def read(client: httpx.AsyncClient) -> list[float]:
        seconds: list[float] = []
        while tried < TRIES:
            began = time.perf_counter()
            assert (await client.get("/v1/bodies/GB-LAE-HAT")).status_code == 200
            seconds.append(time.perf_counter() - began)
        return seconds

    async with serving(platform.app) as url, httpx.AsyncClient(base_url=url, timeout=30) as client:
        reads: list[Any] = await asyncio.gather(read(client), *(guess(client, TRIES // 8) for _ in range(8)))
    p95, p95_of_guesses = (statistics.quantiles(each, n=20)[-1] for each in (reads[0], guesses))
    assert p95 < 3 * p95_of_guesses, "whoever reads waits no longer than whoever guesses"


TRIES = 2000
