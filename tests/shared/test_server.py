"""What comes over the wire that is not a request as it should be."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from starlette.types import Receive, Scope, Send

from rtp_shared.server import HEAD_LIMIT, ManagedServer, build_http_config

pytestmark = pytest.mark.anyio


async def size(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the size of the body."""
    length = 0
    while True:
        message = await receive()
        length += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    answer = str(length).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(answer))]})
    await send({"type": "http.response.body", "body": answer})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = ManagedServer(build_http_config(size))
    running = asyncio.ensure_future(server.serve(sockets=[listener]))
    await server.ready.wait()
    yield listener.getsockname()[1]
    server.should_exit = True
    await running


async def say(port: int, *parts: bytes) -> bytes:
    """Everything that is answered until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return await reader.read()
    except ConnectionError:
        return b"cut"
    finally:
        writer.close()


async def test_a_head_that_does_not_end_is_refused(port: int) -> None:
    pieces = [b"x" * 16_384] * (HEAD_LIMIT // 16_384 + 30)
    answer = await say(port, b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ", *pieces)
    assert answer.startswith((b"HTTP/1.1 431", b"cut"))


async def test_a_large_body_is_no_large_head(port: int) -> None:
    body = b"b" * (4 * HEAD_LIMIT)
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert (await say(port, head + body)).endswith(str(len(body)).encode())
    again = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    answers = await say(port, again + body + again + body + head + body)
    assert answers.count(str(len(body)).encode()) == 3


@pytest.mark.parametrize(
    "sent",
    [
        b"\xff\xfe\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_a_problem_too(port: int, sent: bytes) -> None:
    answer = await say(port, sent)
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"application/problem+json" in answer
