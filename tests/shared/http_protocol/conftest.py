"""A server on a port of its own."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from rtp_shared.connections import ConnectionLimits
from rtp_shared.server import ManagedServer, build_http_config
from tests.shared.http_protocol.wire import App


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def limits() -> ConnectionLimits:
    return ConnectionLimits()


@pytest.fixture
async def port(app: App, limits: ConnectionLimits) -> AsyncIterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = ManagedServer(build_http_config(app, connections=limits))
    running = asyncio.ensure_future(server.serve(sockets=[listener]))
    await server.ready.wait()
    yield listener.getsockname()[1]
    app.release.set()
    server.should_exit = True
    await running
