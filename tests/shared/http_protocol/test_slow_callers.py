"""Nobody stays who does not move."""

import asyncio
from contextlib import suppress

import pytest

from rtp_shared import http_protocol
from rtp_shared.connections import ConnectionLimits
from tests.shared.http_protocol.wire import LARGE, VICTIM, App, say
from tests.support.waiting import until_true

pytestmark = pytest.mark.anyio


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEAD_SECONDS", "WINDOW_SECONDS", "HEALTH_SECONDS", "UNREAD_SECONDS"):
        monkeypatch.setattr(http_protocol, name, 0.2)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", b""),
        (b"\r\n", b"HTTP/1.1 408"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Half: ", b"HTTP/1.1 408"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf", b"HTTP/1.1 408"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", b"HTTP/1.1 408"),
    ],
    ids=["nothing", "a line", "half a head", "half a body", "half a chunked body"],
)
@pytest.mark.usefixtures("impatient")
async def test_whoever_does_not_go_on_is_shown_out(port: int, sent: bytes, status: bytes) -> None:
    async with asyncio.timeout(10):
        assert (await say(port, sent)).startswith(status)


@pytest.mark.usefixtures("impatient")
async def test_drops_do_not_keep_a_body_alive(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n")
    reading = asyncio.ensure_future(reader.read())
    async with asyncio.timeout(10):
        while not reading.done():
            writer.write(b"x")
            await asyncio.wait([reading], timeout=0.02)
    assert reading.result().startswith(b"HTTP/1.1 408")
    writer.close()


@pytest.mark.usefixtures("impatient")
async def test_an_answer_that_nobody_reads_is_not_kept(app: App, port: int, limits: ConnectionLimits) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
    writer.write(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    await app.answered.wait()
    await until_true(lambda: not limits.count)
    got = 0
    with suppress(ConnectionError):
        while piece := await reader.read(1 << 20):
            got += len(piece)
    assert got < 20 * LARGE  # what was in the system's own buffers
    writer.close()


@pytest.mark.usefixtures("impatient")
async def test_whoever_waits_for_the_service_may_wait(app: App, port: int) -> None:
    waiting = asyncio.ensure_future(say(port, VICTIM.replace(b"/victim", b"/waits")))
    done, _ = await asyncio.wait([waiting], timeout=1)
    assert not done
    app.release.set()
    assert (await waiting).startswith(b"HTTP/1.1 200")
