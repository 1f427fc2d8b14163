"""Subscribers that cost little: they note when each event came, and answer."""

import asyncio
import re
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_EVENT = re.compile(rb"\r\nwebhook-id: *([0-9a-f-]+)", re.IGNORECASE)
_ACCEPTED = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass
class Sink:
    url: str
    came: dict[str, float] = field(default_factory=dict)
    """When each event came first, by its id, on the clock of time.perf_counter."""


class _Taking(asyncio.Protocol):
    """As much of HTTP as a POST with a length needs: the measuring must not take the CPU of what is measured."""

    def __init__(self, sink: Sink, seconds: float) -> None:
        self._sink = sink
        self._seconds = seconds
        self._had = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._had += data
        head, found, rest = self._had.partition(b"\r\n\r\n")
        length, event = _LENGTH.search(head), _EVENT.search(head)
        if not found or length is None or event is None or len(rest) < int(length[1]):
            return
        self._had = b""
        self._sink.came.setdefault(event[1].decode(), time.perf_counter())
        if self._seconds:
            asyncio.get_running_loop().call_later(self._seconds, self._answer)
        else:
            self._answer()

    def _answer(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(_ACCEPTED)


@asynccontextmanager
async def taking(*, seconds: float = 0) -> AsyncIterator[Sink]:
    """A sink that answers after so many seconds."""
    sink = Sink("")
    server = await asyncio.get_running_loop().create_server(lambda: _Taking(sink, seconds), "127.0.0.1", 0)
    sink.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    try:
        yield sink
    finally:
        server.close()


@asynccontextmanager
async def silent() -> AsyncIterator[Sink]:
    """A sink that nobody can connect to, and that refuses nobody either: its queue of connections is full."""
    with socket.socket() as listener, socket.socket() as filling:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        filling.connect(listener.getsockname())
        yield Sink(f"http://127.0.0.1:{listener.getsockname()[1]}/")
