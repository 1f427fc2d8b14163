"""Serving the platform in this process until it is told to stop."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from rtp_embedded.platform import Platform, prepare
from rtp_embedded.postgres import Postgres
from rtp_operations.clients import RegisterClients, RegisteredClient
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
    stopping = _stop_at_signals()
    web = ManagedServer(build_http_config(platform.app))
    freeze_loaded_objects()
    async with _run_background_work(platform, stopping):
        serving = asyncio.ensure_future(web.serve(sockets=[listener]))
        await web.ready.wait()
        say("ready")
        _print_greeting(public_url, clients)
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


def _print_greeting(public_url: str, clients: Sequence[RegisteredClient]) -> None:
    print(f"""
Right to Provide is at {public_url}

  {public_url}/docs            API documentation, to read and to try
  {public_url}/openapi.json    OpenAPI 3.1
  {public_url}/asyncapi.json   AsyncAPI 3.0: the events
""")  # fmt: skip
    if clients:
        _print_clients(public_url, clients)
    print(
        "`make demo` shows the whole journey. Ctrl-C stops everything; what is in the data directory stays.\n",
        flush=True,
    )


def _print_clients(public_url: str, clients: Sequence[RegisteredClient]) -> None:
    lines = "\n".join(f"  {each.client_id:<18}{each.secret}  {each.purpose}" for each in clients)
    first = clients[0]
    print(f"""Sandbox clients (client id, secret, what it stands for):
{lines}

Try it: open a case

curl -s {public_url}/v1/cases -H 'Content-Type: application/json' -H 'On-Behalf-Of: p-4f1d9a' \\
  -d '{{"serviceName": "Home care"}}' \\
  -H "Authorization: Bearer $(curl -s {public_url}/oauth2/token -d grant_type=client_credentials \\
    -u {first.client_id}:{first.secret} \\
    | python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')"
""")  # fmt: skip
