"""One-process mode: `python -m rtp_embedded [--port 8000] [--data-dir .data]`. Nothing but Python is needed."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import asyncpg
from sqlalchemy.exc import DBAPIError

from rtp_embedded import postgres, sandbox
from rtp_embedded.platform import Keys, Platform, prepare
from rtp_shared import logs
from rtp_shared.server import ManagedServer, build_http_config, freeze_loaded_objects


class CannotStart(Exception):
    """The platform cannot start; the message is one line for a person."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m rtp_embedded", description="The whole platform in one process")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data-dir", type=Path, default=Path(".data"))
    options = parser.parse_args(argv)
    logs.configure(os.environ.get("RTP_LOG_LEVEL", "WARNING"))
    try:
        _run(options.port, options.data_dir)
    except (CannotStart, postgres.PostgresError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (asyncpg.PostgresError, DBAPIError) as error:
        sys.stderr.write(f"{_reason(error, options.data_dir)}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}\n")
        return 1
    return 0


def _reason(error: asyncpg.PostgresError | DBAPIError, data_dir: Path) -> str:
    refused = error.orig if isinstance(error, DBAPIError) else error
    if getattr(refused, "sqlstate", None) == asyncpg.DiskFullError.sqlstate:
        return f"The disk that holds {data_dir} is full."
    return f"PostgreSQL refused: {str(error).splitlines()[0]}"


def _run(port: int, data_dir: Path) -> None:
    import uvloop

    say = _progress()
    with _listening(port) as listener:
        say("starting PostgreSQL 18")
        with postgres.start(data_dir / "postgres") as server:
            uvloop.run(_serve(server, listener, data_dir, say))
    say("stopped")


@contextlib.contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    """The socket we serve on, taken before anything else so that a port in use is known at once."""
    listener = socket.socket(socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OverflowError as error:
            raise CannotStart(f"{port} is not a port: 0 to 65535.") from error
        except OSError as error:
            raise CannotStart(f"Port {port} is in use or not ours to take; try: make run PORT={port + 1000}") from error
        listener.listen(1024)
        yield listener
    finally:
        listener.close()


async def _serve(
    server: postgres.Postgres, listener: socket.socket, data_dir: Path, say: Callable[[str], None]
) -> None:
    public_url = f"http://localhost:{listener.getsockname()[1]}"
    await prepare(server.url, say)
    keys = _keys(data_dir / "keys.json")
    platform = Platform(
        server.url,
        public_url=public_url,
        keys=keys,
        documents_dir=data_dir / "documents",
        allow_private_sinks=True,
    )
    secrets = sandbox.secrets_of(data_dir / "sandbox.json")
    await sandbox.register(platform.gateway.database, secrets)
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    web = ManagedServer(build_http_config(platform.app))
    freeze_loaded_objects()
    async with _background(platform, stopping):
        serving = asyncio.ensure_future(web.serve(sockets=[listener]))
        await web.ready.wait()
        say("ready")
        _greet(public_url, secrets)
        await stopping.wait()
        say("stopping")
        web.should_exit = True
        await serving
    await platform.close()


@contextlib.asynccontextmanager
async def _background(platform: Platform, stopping: asyncio.Event) -> AsyncIterator[None]:
    """The platform's own work while the block runs. Its failure stops everything: requests would lead nowhere."""
    work = asyncio.ensure_future(platform.run())
    work.add_done_callback(lambda _: stopping.set())
    try:
        yield
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


def _keys(file: Path) -> Keys:
    """Read from the file; what it does not hold is made and written there."""
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    keys = Keys(**known)
    if asdict(keys) != known:
        sandbox.write_private(file, json.dumps(asdict(keys)))
    return keys


def _progress() -> Callable[[str], None]:
    began = time.monotonic()
    return lambda text: print(f"{time.monotonic() - began:6.2f} s  {text}", flush=True)


def _greet(public_url: str, secrets: dict[str, str]) -> None:
    lines = [f"  {client.client_id:<18}{secrets[client.client_id]}  {client.what}" for client in sandbox.CLIENTS]
    print(f"""
Right to Provide is at {public_url}

  {public_url}/docs            API documentation, to read and to try
  {public_url}/openapi.json    OpenAPI 3.1
  {public_url}/asyncapi.json   AsyncAPI 3.0: the events

Sandbox clients (client id, secret, what it stands for):
{chr(10).join(lines)}

Try it: open a case

curl -s {public_url}/v1/cases -H 'Content-Type: application/json' -d '{{"serviceName": "Home care"}}' \\
  -H "Authorization: Bearer $(curl -s {public_url}/oauth2/token -d grant_type=client_credentials \\
    -u council-intake:{secrets["council-intake"]} \\
    | python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')"

`make demo` shows the whole journey. Ctrl-C stops everything; what is in the data directory stays.
""", flush=True)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
