"""Documents through the gateway: larger than other bodies, and as slow as they like as long as they move."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from rtp_applications.documents.downloads import Content, download
from rtp_applications.documents.settings import DocumentSettings
from rtp_gateway.inbound.front import Gateway
from rtp_gateway.inbound.proxy.forward import InProcess, OverHttp, Upstreams
from rtp_gateway.routing import ForwardingLimits, is_streamed
from rtp_gateway.settings import GatewaySettings
from rtp_shared.exception_handlers import handle_refusal
from rtp_shared.metrics import Metrics
from rtp_shared.problems import Refusal
from tests.support.serving import serving

pytestmark = pytest.mark.anyio
CONTENT = "/v1/cases/1/documents/2/content"
LIMITS = ForwardingLimits(body=1000, document=100_000, seconds=0.4)
PAUSE = LIMITS.seconds / 4


def service() -> FastAPI:
    """Says how much came, and gives a content piece by piece."""
    app = FastAPI()
    app.state.runtime = type("Runtime", (), {"settings": type("Settings", (), {"public_url": "http://rtp.test"})})
    app.add_exception_handler(Refusal, handle_refusal)

    async def take(request: Request) -> dict[str, int]:
        return {"size": sum([len(chunk) async for chunk in request.stream()])}

    async def give() -> StreamingResponse:
        return StreamingResponse(slowly(), media_type="text/plain")

    app.add_api_route(CONTENT, take, methods=["PUT"])
    app.add_api_route("/v1/cases", take, methods=["POST"])
    app.add_api_route(CONTENT, give, methods=["GET"])
    return app


async def slowly(pieces: int = 10) -> AsyncIterator[bytes]:
    for _ in range(pieces):
        yield b"piece"
        await asyncio.sleep(PAUSE)


@contextlib.asynccontextmanager
async def through(upstreams: Upstreams) -> AsyncIterator[httpx.AsyncClient]:
    front = Gateway(FastAPI(), upstreams, Metrics("gateway"))
    async with serving(front) as url, httpx.AsyncClient(base_url=url, timeout=20) as client:
        yield client
    await upstreams.close()


@contextlib.asynccontextmanager
async def over_http(app: ASGIApp, limits: ForwardingLimits = LIMITS) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(app) as address:
        upstreams = OverHttp({"applications": address}, public_url="http://rtp.test", limits=limits)
        async with through(upstreams) as client:
            yield client


@contextlib.asynccontextmanager
async def in_process(app: ASGIApp, limits: ForwardingLimits = LIMITS) -> AsyncIterator[httpx.AsyncClient]:
    async with through(InProcess({"applications": app}, limits=limits)) as client:
        yield client


both = pytest.mark.parametrize("mode", [over_http, in_process])


@pytest.mark.parametrize("path", [CONTENT, "/v1/imports", "/v1/cases/x%2Fy/documents/%20/content"])
def test_paths_that_are_streamed(path: str) -> None:
    assert is_streamed(path)


@pytest.mark.parametrize(
    "path", ["/v1/cases", "/v1/cases/1/documents/2", f"{CONTENT}/", f"{CONTENT}\n", "/v1/imports/1", f"/x{CONTENT}"]
)
def test_paths_that_are_not(path: str) -> None:
    assert not is_streamed(path)


def test_gateway_and_service_agree_on_how_large_a_document_may_be() -> None:
    limit = GatewaySettings.model_fields["document_limit"].default
    assert DocumentSettings.model_fields["document_limit"].default == limit == ForwardingLimits().document
    for name, value in (("body_limit", ForwardingLimits().body), ("upstream_seconds", ForwardingLimits().seconds)):
        assert GatewaySettings.model_fields[name].default == value


async def test_only_documents_may_be_larger() -> None:
    async with over_http(service()) as client:
        document = await client.put(CONTENT, content=bytes(LIMITS.document))
        assert document.json() == {"size": LIMITS.document}
        too_large = [
            await client.put(CONTENT, content=bytes(LIMITS.document + 1)),
            await client.put(CONTENT, content=slices(LIMITS.document + 1)),
            await client.post("/v1/cases", content=bytes(LIMITS.body + 1)),
            await client.post("/v1/cases", content=slices(LIMITS.body + 1)),
        ]
    assert [answer.status_code for answer in too_large] == [413] * 4
    assert {answer.headers["content-type"] for answer in too_large} == {"application/problem+json"}


async def slices(size: int) -> AsyncIterator[bytes]:
    for position in range(0, size, 500):
        yield bytes(min(500, size - position))


@both
async def test_a_transfer_that_moves_may_take_longer_than_any_other_exchange(mode: Any) -> None:
    async with mode(service()) as client:
        assert (await client.put(CONTENT, content=slowly())).json() == {"size": 50}
        assert (await client.get(CONTENT)).content == b"piece" * 10


async def test_no_other_exchange_may_take_as_long() -> None:
    async with over_http(service()) as client:
        assert (await client.post("/v1/cases", content=slowly())).status_code == 408


@both
async def test_a_caller_that_stalls_is_told_so(mode: Any) -> None:
    async with mode(service()) as client, asyncio.timeout(10):
        reader, writer = await connection(client)
        writer.write(f"PUT {CONTENT} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        writer.close()
    assert head.startswith(b"HTTP/1.1 408")
    assert b"content-type: application/problem+json" in head.lower()


async def connection(client: httpx.AsyncClient) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(client.base_url.host, client.base_url.port, limit=65_536)


async def until_gone(receive: Receive) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(20):
            while (await receive())["type"] != "http.disconnect":
                pass


async def answers_nothing(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await until_gone(receive)


class Blocked:
    """A service that does not even read."""

    def __init__(self) -> None:
        self.free = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.free.wait()


async def test_a_service_that_does_not_answer_is_a_504() -> None:
    async with over_http(answers_nothing) as client:
        for answer in (await client.put(CONTENT, content=b"content"), await client.get(CONTENT)):
            assert answer.status_code == 504


async def test_a_service_that_does_not_read_is_a_504() -> None:
    blocked = Blocked()
    async with over_http(blocked, ForwardingLimits(document=100_000_000, seconds=0.4)) as client:
        answer = await client.put(CONTENT, content=bytes(60_000_000))
        blocked.free.set()
    assert answer.status_code == 504


@both
async def test_a_reader_that_stalls_is_cut_off(mode: Any) -> None:
    ended = asyncio.Event()

    async def endless(start: int, end: int) -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield bytes(1_000_000)
                await asyncio.sleep(0)
        finally:
            ended.set()

    async def give(request: Request) -> Response:
        return download(request, Content(10**12, "text/plain", '"1"', "endless.txt", endless))

    app = FastAPI()
    app.add_api_route(CONTENT, give)
    async with mode(app) as client:
        _, writer = await connection(client)
        writer.write(f"GET {CONTENT} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        async with asyncio.timeout(10):
            await ended.wait()
        writer.transport.abort()
