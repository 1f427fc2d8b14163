"""One-process mode: `python -m rtp_embedded [--port 8000] [--data-dir .data]`. Nothing but Python is needed."""

import argparse
import contextlib
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import asyncpg
import uvloop
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.exc import DBAPIError

from rtp_embedded import postgres
from rtp_embedded.postgres_errors import is_full_disk
from rtp_embedded.server import serve
from rtp_gateway.settings import GatewayWebSettings
from rtp_operations.clients import RegisterClients, register_none
from rtp_operations.services import SERVICES
from rtp_shared import logs
from rtp_shared.run import load_settings
from rtp_shared.settings import LogLevel, describe_unread, list_names


class CannotListen(Exception):
    """The port cannot be served on; the message is one line for a person."""


class LogSettings(BaseSettings):
    """What must be known before any service is."""

    model_config = SettingsConfigDict(env_prefix="RTP_", frozen=True, extra="ignore")

    log_level: LogLevel = "WARNING"


def main(argv: Sequence[str] | None = None, register_clients: RegisterClients = register_none) -> int:
    parser = argparse.ArgumentParser(prog="python -m rtp_embedded", description="The whole platform in one process")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data-dir", type=Path, default=Path(".data"))
    options = parser.parse_args(argv)
    logs.configure(load_settings(LogSettings).log_level)
    read = list_names(GatewayWebSettings, *(service.settings for service in SERVICES)) | {"RTP_DATA_DIR"}
    if unread := describe_unread(read):
        sys.stderr.write(f"variables that are not read here: {unread}\n")
    try:
        _run(options.port, options.data_dir, register_clients)
    except KeyboardInterrupt:
        return _fail("stopped before it was ready")
    except (CannotListen, postgres.PostgresError) as error:
        return _fail(str(error))
    except (asyncpg.PostgresError, DBAPIError) as error:
        return _fail(_explain(error, options.data_dir))
    except BrokenPipeError:
        raise
    except OSError as error:
        return _fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")
    return 0


def _fail(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return 1


def _explain(error: asyncpg.PostgresError | DBAPIError, data_dir: Path) -> str:
    refused = error.orig if isinstance(error, DBAPIError) else error
    if getattr(refused, "sqlstate", None) == asyncpg.DiskFullError.sqlstate or is_full_disk(str(error)):
        return f"The disk that holds {data_dir} is full."
    return f"PostgreSQL refused: {str(error).splitlines()[0]}"


def _run(port: int, data_dir: Path, register_clients: RegisterClients) -> None:
    say = _print_with_seconds()
    with _listen(port) as listener:
        say("starting PostgreSQL 18")
        with postgres.start(data_dir / "postgres") as server:
            uvloop.run(serve(server, listener, data_dir, register_clients, say))
    say("stopped")


@contextlib.contextmanager
def _listen(port: int) -> Iterator[socket.socket]:
    """Open the socket that we serve on, before anything else, so that a port in use is known at once."""
    listener = socket.socket(socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OverflowError as error:
            raise CannotListen(f"{port} is not a port: 0 to 65535.") from error
        except OSError as error:
            raise CannotListen(
                f"Port {port} is in use or not ours to take; try: make run PORT={port + 1000}"
            ) from error
        listener.listen(1024)
        yield listener
    finally:
        listener.close()


def _print_with_seconds() -> Callable[[str], None]:
    """Return a function that prints a line after the seconds since now."""
    began = time.monotonic()
    return lambda text: print(f"{time.monotonic() - began:6.2f} s  {text}", flush=True)
