"""The HTTP server, uvicorn, as every process of ours runs it."""

import asyncio
import gc
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from rtp_shared.connections import ConnectionLimits, fit_to_file_limit
from rtp_shared.db import warn_if_away
from rtp_shared.http_protocol import BoundedHttp
from rtp_shared.settings import ProcessSettings


class Server(uvicorn.Server):
    """A server that first closes its application, if that can be closed, so that no endless response holds it.

    A signal that asks it to end is no error: it ends, and so does whoever runs it.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # As uvicorn does it, but that the signal is not raised again afterwards.
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

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


def build_http_config(
    app: ASGIApp, *, host: str = "127.0.0.1", port: int = 0, connections: ConnectionLimits | None = None
) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=cast("type[asyncio.Protocol]", partial(BoundedHttp, limits=connections or ConnectionLimits())),
        ws="none",
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


def build_connections(settings: ProcessSettings) -> ConnectionLimits:
    most = fit_to_file_limit(settings.connections)
    return ConnectionLimits(most, per_address=settings.connections_per_address, trusted=settings.trusted_proxies)


def serve(app: ASGIApp, settings: ProcessSettings) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish the requests under way."""
    asyncio.run(warn_if_away(settings.database_url.get_secret_value()))
    freeze_loaded_objects()
    connections = build_connections(settings)
    Server(build_http_config(app, host=settings.host, port=settings.port, connections=connections)).run()
