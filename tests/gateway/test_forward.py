"""Forwarding over real sockets: what goes through unchanged, and what becomes of a service that misbehaves."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from rtp_gateway.proxy.forward import OverHttp
from rtp_shared.server import QuietServer, http_config

pytestmark = pytest.mark.anyio
LIMIT = 100_000


@contextlib.asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """The app over real HTTP; its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = QuietServer(http_config(app))
    running = asyncio.ensure_future(server.serve(sockets=[listener]))
    await server.ready.wait()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what it was asked."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    heard = {
        "method": scope["method"],
        "path": scope["raw_path"].decode(),
        "query": scope["query_string"].decode(),
        "headers": [[k.decode("latin-1"), v.decode("latin-1")] for k, v in scope["headers"]],
        "size": len(body),
    }
    answer = json.dumps(heard).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(answer)).encode()),
        (b"etag", b'"7"'),
        (b"x-double", b"a"),
        (b"x-double", b"b"),
    ]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer})


@contextlib.asynccontextmanager
async def gateway_to(address: str, *, seconds: float = 5) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a forwarder to one service, both over real HTTP."""
    upstreams = OverHttp({"one": address}, public_url="http://rtp.test", body_limit=LIMIT, seconds=seconds)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await upstreams.forward("one", scope, receive, send)

    async with serving(app) as url, httpx.AsyncClient(base_url=url) as client:
        yield client
    await upstreams.close()


async def test_requests_and_answers_go_through_unchanged() -> None:
    async with serving(echo) as address, gateway_to(address) as client:
        answer = await client.post("/v1/a%2Fb?x=1&y=%00", content=b"b" * 5000, headers={"If-Match": '"3"'})
    heard = answer.json()
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"7"'
    assert answer.headers.get_list("x-double") == ["a", "b"]
    assert (heard["method"], heard["path"], heard["query"], heard["size"]) == ("POST", "/v1/a%2Fb", "x=1&y=%00", 5000)
    headers = dict(heard["headers"])
    assert headers["if-match"] == '"3"'
    assert headers["content-length"] == "5000"
    assert len(headers["correlation-id"]) == 32
    assert headers["host"] in address


async def test_a_head_request_gets_no_body_and_keeps_its_connection() -> None:
    async with serving(echo) as address, gateway_to(address) as client:
        for _ in range(3):
            assert (await client.head("/v1/x")).status_code == 201


async def test_a_chunked_body_streams_through_and_one_over_the_limit_is_refused() -> None:
    async def chunks(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield b"c" * 10_000

    async with serving(echo) as address, gateway_to(address) as client:
        assert (await client.post("/", content=chunks(9))).json()["size"] == 90_000
        over = await client.post("/", content=chunks(11))
        announced = await client.post("/", content=b"d" * (LIMIT + 1))
    for answer in (over, announced):
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_service_that_is_not_there_is_a_503() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        async with gateway_to(address) as client:
            for method in ("GET", "POST"):
                answer = await client.request(method, "/v1/cases", json={})
                assert answer.status_code == 503
                assert answer.headers["retry-after"]
                assert answer.json()["type"] == "http://rtp.test/problems/unavailable"


async def test_a_service_that_never_answers_is_a_504() -> None:
    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        while (await receive())["type"] != "http.disconnect":
            pass

    async with serving(silent) as address, gateway_to(address, seconds=0.3) as client:
        answer = await client.get("/v1/cases")
    assert answer.status_code == 504
    assert answer.json()["title"] == "The service did not answer in time"


def dropping(drops: int, methods: list[str]) -> Callable[..., Any]:
    """A server that drops its first connections after reading the request: what an idle-connection race looks like."""
    left = drops

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal left
        head = await reader.readuntil(b"\r\n\r\n")
        methods.append(head.split(b" ")[0].decode())
        if left:
            left -= 1
        else:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
            await writer.drain()
        writer.close()

    return connected


@pytest.mark.parametrize(("method", "status", "tries"), [("GET", 200, 2), ("DELETE", 200, 2), ("POST", 503, 1)])
async def test_only_idempotent_requests_are_tried_again(method: str, status: int, tries: int) -> None:
    heard: list[str] = []
    server = await asyncio.start_server(dropping(1, heard), "127.0.0.1", 0)
    async with server, gateway_to(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as client:
        answer = await client.request(method, "/v1/x")
    assert answer.status_code == status
    assert heard == [method] * tries


async def test_an_answer_streams_as_it_comes() -> None:
    second_wanted = asyncio.Event()

    async def slowly(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await second_wanted.wait()
        await send({"type": "http.response.body", "body": b"second"})

    async with serving(slowly) as address, gateway_to(address) as client, client.stream("GET", "/") as answer:
        parts = answer.aiter_raw()
        assert await anext(parts) == b"first"
        second_wanted.set()
        assert await anext(parts) == b"second"


async def test_an_answer_that_breaks_off_is_not_taken_for_whole() -> None:
    async def breaks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(breaks, "127.0.0.1", 0)
    async with server, gateway_to(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as client:
        with pytest.raises(httpx.HTTPError):
            await client.get("/v1/x")
