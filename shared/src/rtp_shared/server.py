"""The HTTP server, uvicorn, as every process of ours runs it."""

import asyncio
import gc
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from rtp_shared import problems

HEAD_LIMIT = 65_536
"""Most bytes of a request line with its headers; the server has no bound of its own."""


class BoundedHttp(HttpToolsProtocol):
    """Refuses a request whose head does not end, and answers in our form what cannot be read as HTTP."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._in_head = True
        self._head_bytes = 0

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_LIMIT:
                self._refuse(431)

    def on_message_begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(400)

    def _refuse(self, status: int) -> None:
        body = problems.render_plain_problem(status, instance="")
        head = (
            f"HTTP/1.1 {status} Refused\r\nContent-Type: {problems.CONTENT_TYPE}\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()


class Server(uvicorn.Server):
    """A server that first closes its application, if that can be closed, so that no endless response holds it."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        ending = asyncio.ensure_future(super().shutdown(sockets))  # first of all it takes no new connections
        await asyncio.sleep(0)
        close = getattr(self.config.app, "close", None)
        if close is not None:
            await close()
        await ending
        if close is not None:
            await close()  # of what the last requests left behind


class ManagedServer(Server):
    """A server without signal handling of its own: whoever runs it decides when it ends, by `should_exit`."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def build_http_config(app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=BoundedHttp,
        access_log=False,
        log_config=None,
        timeout_keep_alive=75,  # longer than any client of ours keeps an idle connection, so they never race
        timeout_graceful_shutdown=20,
        server_header=False,
        lifespan="off",
    )


def freeze_loaded_objects() -> None:
    """Exempt what the process has loaded from every later garbage collection, and collect less often."""
    # A full collection over all modules and classes stops every request for tens of milliseconds.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


def serve(app: ASGIApp, *, host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish the requests under way."""
    freeze_loaded_objects()
    Server(build_http_config(app, host=host, port=port)).run()
