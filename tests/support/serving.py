"""An application served over real HTTP."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rtp_shared.server import ManagedServer, build_http_config


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """The app over real HTTP; its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = ManagedServer(build_http_config(app))
    running = asyncio.ensure_future(server.serve(sockets=[listener]))
    await server.ready.wait()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running
