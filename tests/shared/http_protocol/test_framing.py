"""Requests are read to their ends and no further: what comes over the wire has one meaning."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from rtp_shared import http_protocol
from rtp_shared.http_protocol import HEAD_LIMIT
from tests.shared.http_protocol.wire import LARGE, VICTIM, App, chunk, say
from tests.support.proxies import KINDS, run_proxy

pytestmark = pytest.mark.anyio

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\nX-Takes: "
UPGRADES = [
    b"Upgrade: foo",
    b"Upgrade: websocket",
    b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
    b"Upgrade:\tTLS/1.2, x",
]


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("size", [len(SMUGGLED), LARGE])
@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("upgrade", UPGRADES)
async def test_the_body_of_a_request_that_asks_for_an_upgrade_is_its_body(
    app: App, port: int, upgrade: bytes, framing: str, size: int, split: bool
) -> None:
    body = SMUGGLED.rjust(size, b"s")
    head = b"POST /attack HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\n" + upgrade + b"\r\n"
    if framing == "length":
        sent = head + b"Content-Length: %d\r\n\r\n" % size + body
    else:
        sent = head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk(body) + b"0\r\n\r\n"
    cut = sent.index(b"\r\n\r\n") + 4 if split else len(sent)
    answer = await say(port, sent[:cut], sent[cut:], VICTIM)
    assert app.seen == ["POST /attack", "GET /victim"]
    assert "x-takes" not in app.headers[1]
    assert answer.count(b"HTTP/1.1 200") == 2
    assert str(size).encode() in answer


async def test_several_upgrades_in_one_read_are_several_requests(app: App, port: int) -> None:
    one = b"POST /%d HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\nContent-Length: 3\r\n\r\nabc"
    await say(port, b"".join(one % number for number in range(5)) + VICTIM)
    assert app.seen == [*(f"POST /{number}" for number in range(5)), "GET /victim"]


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n",
        b"GET / HTTP/2.0\r\nHost: x\r\n",
        b"GET / HTTP/0.9\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x, chunked\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \x0bchunked\r\n",
        b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n",
        b"POST / HTTP/1.1\r\nHost: x\nX: a\r\n",
        b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n",
        b"\xff\xfe\r\n",
    ],
)
async def test_what_could_be_read_in_two_ways_is_refused_and_ends_the_connection(
    app: App, port: int, head: bytes
) -> None:
    answer = await say(port, head + b"\r\n" + VICTIM + VICTIM)
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1
    assert b"application/problem+json" in answer
    assert app.seen == []


@pytest.mark.parametrize(
    ("lines", "detail"),
    [
        (b"Host: x\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n", "Authorization is there more than once"),
        (b"Host: x\r\nauthorization: Basic a\r\nAUTHORIZATION: Basic a\r\n", "Authorization is there more than once"),
        (b"Host: a\r\nHost: b\r\n", "Host is there more than once"),
        (b"", "Host is missing"),
        (
            b"Host: x\r\nTransfer-Encoding: identity\r\n",
            "Transfer-Encoding is not chunked alone, or comes with HTTP 1.0",
        ),
        (b"Host: x\r\nX: " + b"x" * (HEAD_LIMIT - 40) + b"\r\n", f"at most {HEAD_LIMIT} bytes"),
    ],
)
async def test_what_the_connection_refuses_is_a_problem_with_the_request_s_id(
    port: int, lines: bytes, detail: str
) -> None:
    head = b"POST /v1/cases?q=private HTTP/1.1\r\nCorrelation-Id: of-the-caller\r\n" + lines
    answered, _, body = (await say(port, head + b"\r\n")).partition(b"\r\n\r\n")
    problem = json.loads(body)
    assert {name: problem[name] for name in ("detail", "instance")} == {"detail": detail, "instance": "/v1/cases"}
    assert problem["status"] == int(answered.split(b" ")[1])
    assert b"\r\nCorrelation-Id: of-the-caller\r\n" in answered + b"\r\n"


@pytest.mark.parametrize(
    "sent", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\nCorrelation-Id: a\xff\r\n\r\n"]
)
async def test_a_request_without_an_id_is_given_one(port: int, sent: bytes) -> None:
    assert re.search(rb"\r\nCorrelation-Id: [0-9a-f]{32}\r\n", await say(port, sent))


@pytest.mark.parametrize(
    "broken", [b"zz\r\n", b"5\r\nhelloXX", b"-5\r\nhello\r\n", b"5 \r\nhello\r\n", b"0x5\r\nhello\r\n"]
)
async def test_a_body_that_breaks_off_its_framing_ends_the_connection(app: App, port: int, broken: bytes) -> None:
    head = b"POST /attack HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = await say(port, head + chunk(b"fine") + broken + b"\r\n0\r\n\r\n" + VICTIM)
    assert answer.count(b"HTTP/1.1") <= 1
    assert b" 200 " not in answer
    assert "GET /victim" not in app.seen


async def test_a_request_that_was_answered_early_is_still_read_to_its_end(app: App, port: int) -> None:
    body = SMUGGLED.rjust(LARGE, b"s")
    await say(port, b"POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body), body, VICTIM)
    assert app.seen == ["POST /early", "GET /victim"]


async def test_a_body_without_end_is_not_read_for_ever_once_it_was_answered(
    app: App, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "DISCARDED_BYTES", 1_000_000)
    head = b"POST /early HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert (await say(port, head, *[chunk(b"x" * 65_536)] * 400, b"0\r\n\r\n", VICTIM)).count(b"HTTP/1.1") <= 1
    assert app.seen == ["POST /early"]


async def test_a_caller_that_waits_for_leave_to_send_gets_no_second_request_on_its_connection(
    app: App, port: int
) -> None:
    head = b"POST /early HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 500\r\n\r\n"
    answer = await say(port, head)
    assert b"connection: close" in answer
    assert app.seen == ["POST /early"]


async def test_garbage_behind_a_request_does_not_break_into_its_answer(app: App, port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"GET /waits HTTP/1.1\r\nHost: x\r\n\r\n" + b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n" + b"\xff\xff\r\n\r\n"
    )
    await writer.drain()
    app.release.set()
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b"HTTP/1.1") == 1
    writer.close()


@pytest.mark.parametrize("size", [len(SMUGGLED), LARGE])
@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("kind", KINDS)
async def test_behind_a_proxy_nobody_s_body_takes_another_s_request(
    app: App, port: int, tmp_path: Path, kind: str, framing: str, size: int
) -> None:
    head = b"POST /attack HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    body = SMUGGLED.rjust(size, b"s")
    if framing == "length":
        attack = head + b"Content-Length: %d\r\n\r\n" % size + body
    else:
        attack = head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk(body) + b"0\r\n\r\n"
    async with run_proxy(kind, port, tmp_path) as front:
        reader, writer = await asyncio.open_connection("127.0.0.1", front)
        writer.write(attack)
        await writer.drain()
        await reader.readuntil(b"\r\n\r\n")
        answers = await asyncio.gather(*(say(front, VICTIM) for _ in range(3)))
        writer.close()
    assert app.seen.count("GET /victim") == 3
    assert {*app.seen} == {"POST /attack", "GET /victim"}
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
    assert not any("x-takes" in headers for headers in app.headers)


# Sizes


async def test_trailers_are_dropped(app: App, port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n"
    await say(port, head, chunk(b"abc") + b"0\r\nAuthorization: Bearer smuggled\r\nX-Org: theirs\r\n\r\n" + VICTIM)
    assert app.seen == ["POST /", "GET /victim"]
    assert not {"authorization", "x-org"} & app.headers[0].keys()


@pytest.mark.parametrize("piece", [b"X: " + b"y" * 16_000 + b"\r\n", b"y" * 16_000])
@pytest.mark.parametrize("before", [b"0\r\n", b"3;x=", b"X"], ids=["trailers", "chunk extension", "chunk size"])
async def test_what_is_neither_head_nor_body_has_the_bound_of_a_head(
    app: App, port: int, before: bytes, piece: bytes
) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = await say(port, head + chunk(b"abc") + before, *[piece] * (HEAD_LIMIT // 16_000 + 20))
    assert answer.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400", b"cut"))


@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"])
async def test_a_head_that_is_too_long_is_refused(app: App, port: int, end: bytes) -> None:
    answer = await say(
        port, b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * (2 * HEAD_LIMIT) + end, b"x" * HEAD_LIMIT
    )
    assert answer.startswith((b"HTTP/1.1 431", b"cut"))
    assert app.seen == []


async def test_a_large_body_is_no_large_head(port: int) -> None:
    body = b"b" * (4 * HEAD_LIMIT)
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    again = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    answers = await say(port, again + body + again + body + head + body)
    assert answers.count(str(len(body)).encode()) == 3
