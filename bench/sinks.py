"""Subscribers that cost little: they note the time of each event, and answer."""

import asyncio
import re
import socket
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_EVENT = re.compile(rb"\r\nwebhook-id: *([0-9a-f-]+)", re.IGNORECASE)
_ACCEPTED = b"HTTP/1.1 204 No Content\r\n\r\n"


class Sink:
    """A subscriber with the times at which its events came."""

    def __init__(self, url: str = "") -> None:
        self.url = url
        self.came: dict[str, float] = {}
        """The time at which each event came first, by its id, on the clock of time.perf_counter."""
        self._awaited: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def take(self, event_id: str) -> None:
        self.came.setdefault(event_id, time.perf_counter())
        if event_id in self._awaited:
            self._awaited.pop(event_id).set()

    async def wait_for(self, event_id: str) -> None:
        if event_id not in self.came:
            await self._awaited[event_id].wait()


class _SinkProtocol(asyncio.Protocol):
    """As much of HTTP as a POST with a length needs: the measuring must not take the CPU of what is measured."""

    def __init__(self, sink: Sink, seconds: float) -> None:
        self._sink = sink
        self._seconds = seconds
        self._had = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._had += data
        head, _, body = self._had.partition(b"\r\n\r\n")
        length, event_id = _LENGTH.search(head), _EVENT.search(head)
        if length is None or event_id is None or len(body) < int(length[1]):
            return
        self._had = b""
        self._sink.take(event_id[1].decode())
        if self._seconds:
            asyncio.get_running_loop().call_later(self._seconds, self._answer)
        else:
            self._answer()

    def _answer(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(_ACCEPTED)


@asynccontextmanager
async def serve_sink(*, seconds: float = 0) -> AsyncIterator[Sink]:
    """Serve a sink that answers after so many seconds."""
    sink = Sink()
    server = await asyncio.get_running_loop().create_server(lambda: _SinkProtocol(sink, seconds), "127.0.0.1", 0)
    sink.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    try:
        yield sink
    finally:
        server.close()


@asynccontextmanager
async def open_silent_sink() -> AsyncIterator[Sink]:
    """Open a sink that neither takes nor refuses a connection: its queue of connections is full."""
    with socket.socket() as listener, socket.socket() as filling:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        filling.connect(listener.getsockname())
        yield Sink(f"http://127.0.0.1:{listener.getsockname()[1]}/")


async def _serve_forever() -> None:
    async with serve_sink() as sink:
        print(sink.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve_forever())
