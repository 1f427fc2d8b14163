"""Forwarding over real sockets: what goes through unchanged, and what becomes of a service that misbehaves."""

import asyncio
import contextlib
import json
import logging
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from rtp_gateway.inbound.front import Gateway
from rtp_gateway.inbound.front import log as edge_log
from rtp_gateway.inbound.proxy import forward
from rtp_gateway.inbound.proxy.forward import OverHttp
from rtp_gateway.routing import ForwardingLimits
from rtp_shared import tracing
from rtp_shared.metrics import Metrics
from tests.support.serving import serving

pytestmark = pytest.mark.anyio
LIMIT = 100_000


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
    upstreams = OverHttp(
        {"one": address}, public_url="http://rtp.test", limits=ForwardingLimits(body=LIMIT, seconds=seconds)
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await upstreams.forward("one", scope, receive, send)

    async with serving(app) as url, httpx.AsyncClient(base_url=url) as client:
        yield client
    await upstreams.close()


@contextlib.asynccontextmanager
async def edge(addresses: dict[str, str], *, seconds: float = 30) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gateway's front before services over real HTTP."""
    upstreams = OverHttp(addresses, public_url="http://rtp.test", limits=ForwardingLimits(body=LIMIT, seconds=seconds))
    front = Gateway(FastAPI(), upstreams, Metrics("gateway"))
    limits = httpx.Limits(max_connections=None)
    async with serving(front) as url, httpx.AsyncClient(base_url=url, timeout=30, limits=limits) as client:
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
    assert headers["host"] in address


async def ask_plainly(address: str, request: bytes) -> tuple[list[bytes], bytes]:
    """The header lines and the content of an answer, as the bytes that they are."""
    reader, writer = await asyncio.open_connection(*address.removeprefix("http://").split(":"))
    writer.write(request)
    head, _, content = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return head.split(b"\r\n")[1:], content


async def test_a_service_hears_the_caller_s_headers_and_no_others() -> None:
    async with serving(echo) as address, gateway_to(address) as client:
        lines = (
            b"POST /v1/x HTTP/1.1", b"Host: rtp.test", b"Content-Length: 2", b"Connection: close, X-Hop,x-other",
            b"X-Hop: 1", b"X-Other: 2", b"X-Kept: 3", b"X-Name: Zo\xc3\xab", b"X-Kept: 4", b"Proxy-Connection: x",
        )  # fmt: skip
        _, content = await ask_plainly(str(client.base_url).rstrip("/"), b"\r\n".join([*lines, b"", b"ab"]))
    heard = [(name, value.encode("latin-1")) for name, value in json.loads(content)["headers"]]
    of_the_hop = [each for each in heard if each[0] in ("host", "connection")]
    assert sorted(each for each in heard if each not in of_the_hop) == [
        ("content-length", b"2"), ("x-kept", b"3"), ("x-kept", b"4"), ("x-name", b"Zo\xc3\xab"),
    ]  # fmt: skip
    assert heard.index(("x-kept", b"3")) < heard.index(("x-kept", b"4"))


async def test_a_header_that_cannot_go_through_unchanged_is_refused() -> None:
    async with serving(echo) as address, gateway_to(address) as client:
        answer = await client.get("/v1/x", headers={b"X-Name": b"Zo\xeb"})
    assert answer.status_code == 400
    assert answer.json()["detail"] == "a header is not UTF-8"


async def test_the_caller_hears_the_service_s_headers_and_its_own_server_s_date() -> None:
    async def odd(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [
            (b"date", b"Thu, 01 Jan 1970 00:00:00 GMT"), (b"server", b"odd/1"), (b"connection", b"close, x-hop"),
            (b"x-hop", b"1"), (b"x-name", b"Zo\xc3\xab \xeb"), (b"content-length", b"2"),
        ]  # fmt: skip
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})

    async with serving(odd) as address, gateway_to(address) as client:
        request = b"GET /v1/x HTTP/1.1\r\nHost: rtp.test\r\nConnection: close\r\n\r\n"
        lines, content = await ask_plainly(str(client.base_url).rstrip("/"), request)
    assert content == b"ok"
    (date,) = [line for line in lines if line.lower().startswith(b"date:")]
    assert b"1970" not in date
    assert {line.partition(b":")[0].lower() for line in lines} == {b"date", b"x-name", b"content-length", b"connection"}
    assert b"x-name: Zo\xc3\xab \xeb" in lines
    assert not [line for line in lines if b"x-hop" in line.lower()]


async def test_one_service_that_hangs_takes_no_connection_from_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward, "PER_SERVICE", 2)
    free, arrived = asyncio.Event(), asyncio.Semaphore(0)

    async def hangs(scope: Scope, receive: Receive, send: Send) -> None:
        arrived.release()
        await free.wait()
        await echo(scope, receive, send)

    async with (
        serving(hangs) as slow,
        serving(echo) as quick,
        edge({"applications": slow, "advice-matching": quick}) as client,
    ):
        waiting = [asyncio.ensure_future(client.get("/v1/cases")) for _ in range(250)]
        for _ in range(2):
            await arrived.acquire()
        for _ in range(3):
            assert (await client.get("/v1/advisers")).status_code == 201
        assert arrived.locked()  # a third was not let through to the one that hangs
        free.set()
        assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {201}


async def test_a_service_without_an_address_is_a_503() -> None:
    async with edge({}) as client:
        answer = await client.get("/v1/cases")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("sent", "correlation_id"),
    [
        ({}, None),
        ({"Correlation-Id": "abc"}, "abc"),
        ({"X-Correlation-ID": "abc"}, "abc"),
        ({"Correlation-Id": "x" * 200}, None),
        ({"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}, TRACE),
        ({"traceparent": "00-none"}, None),
    ],
)
async def test_gateway_and_service_work_under_one_trace(
    sent: dict[str, str], correlation_id: str | None, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, "rtp_gateway.inbound.front")
    traces: list[tracing.Trace | None] = []
    info = edge_log.info

    def noting(*args: Any, **kwargs: Any) -> None:
        traces.append(tracing.current.get())
        info(*args, **kwargs)

    monkeypatch.setattr(edge_log, "info", noting)
    async with serving(echo) as address, edge({"applications": address}) as client:
        heard = (await client.post("/v1/cases", headers=sent)).json()["headers"]
        refused = await client.post("/v1/cases", headers=sent, content=b"d" * (LIMIT + 1))
    ids = [value for name, value in heard if name.endswith("correlation-id")]
    parents = [value for name, value in heard if name == "traceparent"]
    assert (len(ids), len(parents)) == (1, 1)
    assert ids[0] == correlation_id or (correlation_id is None and len(ids[0]) == 32)
    assert traces[0] is not None
    assert (ids[0], parents[0]) == (traces[0].correlation_id, traces[0].traceparent)
    assert [(r.__dict__["method"], r.__dict__["upstream"], r.__dict__["status"]) for r in caplog.records] == [
        ("POST", "applications", 201),
        ("POST", "applications", 413),
    ]
    assert traces[1] is not None
    assert refused.headers.get_list("correlation-id") == [traces[1].correlation_id]
    assert correlation_id is None or refused.headers["correlation-id"] == correlation_id


async def test_the_gateway_s_refusals_have_the_headers_of_any_answer() -> None:
    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async with serving(silent) as address, edge({"applications": address}, seconds=0.3) as client:
        too_slow = await client.get("/v1/cases")
        too_large = await client.post("/v1/cases", content=b"d" * (LIMIT + 1))
        away = await client.get("/v1/products")
    assert [answer.status_code for answer in (too_slow, too_large, away)] == [504, 413, 503]
    for answer in (too_slow, too_large, away):
        assert len(answer.headers["correlation-id"]) == 32
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_caller_that_goes_away_is_no_warning(caplog: pytest.LogCaptureFixture, streamed: bool) -> None:
    """Whoever can open a connection could fill the log with them."""
    path, answered = f"/v1/cases/{uuid.uuid4()}/documents/1/content" if streamed else "/v1/cases", list[Message]()
    arriving: list[Message] = [
        {"type": "http.request", "body": b"half", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return arriving.pop(0) if arriving else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        answered.append(message)

    async with serving(echo) as address:
        upstreams = OverHttp({"applications": address}, public_url="http://rtp.test", limits=ForwardingLimits())
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(b"content-length", b"100")],
        }
        with caplog.at_level("INFO"):
            await upstreams.forward("applications", scope, receive, send)
        await upstreams.close()
    assert [each for each in caplog.records if each.levelname != "INFO"] == []
    assert answered[0]["status"] == 499, "for metrics and the trace"


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


def drop_first(drops: int, methods: list[str]) -> Callable[..., Any]:
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
    server = await asyncio.start_server(drop_first(1, heard), "127.0.0.1", 0)
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
