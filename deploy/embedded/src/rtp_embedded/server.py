"""Serving the platform in this process until it is told to stop."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from rtp_embedded.platform import Platform, prepare
from rtp_embedded.postgres import Postgres
from rtp_gateway.app import service as gateway
from rtp_operations.clients import RegisterClients, write_register_settings
from rtp_operations.greeting import build_greeting
from rtp_operations.keys import Keys
from rtp_shared.server import ManagedServer, build_http_config, freeze_loaded_objects


async def serve(
    server: Postgres,
    listener: socket.socket,
    data_dir: Path,
    register_clients: RegisterClients,
    say: Callable[[str], None],
) -> None:
    """Serve on the listener until SIGINT or SIGTERM."""
    public_url = f"http://localhost:{listener.getsockname()[1]}"
    await prepare(server.url, say)
    platform = Platform(
        server.url,
        public_url=public_url,
        keys=Keys.read(data_dir / "keys.json"),
        documents_dir=data_dir / "documents",
        allow_private_sinks=True,
    )
    clients = await register_clients(platform.operator_database, data_dir)
    operator_url = server.url(gateway.database, gateway.get_role("operator"))
    write_register_settings(data_dir, database_url=operator_url, bodies_url=public_url)
    stopping = _stop_at_signals()
    web = ManagedServer(build_http_config(platform.app))
    freeze_loaded_objects()
    async with _run_background_work(platform, stopping):
        serving = asyncio.ensure_future(web.serve(sockets=[listener]))
        await web.ready.wait()
        say("ready")
        print(build_greeting(public_url, clients, demo="`make demo` shows the whole journey."), flush=True)
        await stopping.wait()
        say("stopping")
        web.should_exit = True
        await serving
    await platform.close()


def _stop_at_signals() -> asyncio.Event:
    """Return an event that a SIGINT or SIGTERM sets."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping


@contextlib.asynccontextmanager
async def _run_background_work(platform: Platform, stopping: asyncio.Event) -> AsyncIterator[None]:
    """Run the platform's work between requests. Its failure stops everything: requests would lead nowhere."""
    work = asyncio.ensure_future(platform.run())
    work.add_done_callback(lambda _: stopping.set())
    try:
        yield
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
