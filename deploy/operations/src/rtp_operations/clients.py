"""Clients that are registered when a platform starts, such as those of a sandbox. Whoever starts it says which."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

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
