"""Connections are bounded, in all and of one address; health keeps a reserve."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from rtp_shared.connections import RESERVE, ConnectionLimits
from tests.shared.http_protocol.wire import App

pytestmark = pytest.mark.anyio


class Callers:
    """Connections to the server, which are closed with the test."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.connections: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def open(self, count: int = 1) -> None:
        self.connections += [await asyncio.open_connection("127.0.0.1", self._port) for _ in range(count)]

    async def ask(self, path: str) -> str:
        """Ask on a new connection; return the beginning of the answer."""
        await self.open()
        reader, writer = self.connections.pop()
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            return (await reader.read())[:12].decode()
        except ConnectionError:
            return "cut"
        finally:
            writer.close()

    async def close(self, count: int) -> None:
        for _, writer in self.connections[-count:]:
            writer.close()
            await writer.wait_closed()
        del self.connections[-count:]


@pytest.fixture
async def callers(port: int) -> AsyncIterator[Callers]:
    callers = Callers(port)
    yield callers
    await callers.close(len(callers.connections))


@pytest.mark.parametrize("limits", [ConnectionLimits(5)])
async def test_health_is_answered_in_the_reserve_and_nothing_beyond_it(app: App, callers: Callers) -> None:
    await callers.open(5)
    assert await callers.ask("/v1/cases") == "HTTP/1.1 503"
    assert await callers.ask("/health") == "HTTP/1.1 200"
    assert app.seen == ["GET /health"]
    await callers.open(RESERVE)
    assert await callers.ask("/health") in ("HTTP/1.1 503", "cut")
    await callers.close(RESERVE + 1)
    async with asyncio.timeout(10):
        while await callers.ask("/v1/cases") != "HTTP/1.1 200":
            pass


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (ConnectionLimits(50, per_address=3, trusted=()), "HTTP/1.1 503"),
        (ConnectionLimits(50, per_address=3), "HTTP/1.1 200"),
    ],
    ids=["a caller", "a trusted proxy"],
)
async def test_one_address_takes_no_more_than_its_share(
    callers: Callers, expected: str, caplog: pytest.LogCaptureFixture
) -> None:
    await callers.open(3)
    assert await callers.ask("/v1/cases") == expected
    assert ("connections are refused" in caplog.text) == (expected == "HTTP/1.1 503")
