"""Clients that are registered when a platform starts, such as those of a sandbox. Whoever starts it says which."""

import shlex
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtp_operations.private_files import write_private_file
from rtp_shared.db import Database


@dataclass(frozen=True)
class RegisteredClient:
    """A client that the gateway knows, with the secret by which it gets its tokens."""

    client_id: str
    secret: str
    purpose: str


RegisterClients = Callable[[Database, Path], Awaitable[Sequence[RegisteredClient]]]
"""Registers clients in the gateway's database. Their secrets are kept in the data directory."""


async def register_none(_database: Database, _data_dir: Path) -> Sequence[RegisteredClient]:
    return ()


def write_register_settings(data_dir: Path, *, database_url: str, bodies_url: str) -> None:
    """Write what `make client` needs to reach this platform, to a file that only its owner can read."""
    settings = {"RTP_DATABASE_URL": database_url, "RTP_BODIES_URL": bodies_url}
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in settings.items()]
    write_private_file(data_dir / "register.env", "".join(lines))
