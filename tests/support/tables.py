"""The tables of applications, as their owner and as the service itself reach them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from rtp_embedded.postgres import Postgres


@asynccontextmanager
async def connect_as_owner(server: Postgres) -> AsyncIterator[Any]:
    """Open a connection that no row-level security holds back."""
    connection = await asyncpg.connect(server.url("rtp_applications"))
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def connect_for(server: Postgres, readers: str) -> AsyncIterator[Any]:
    """Open a transaction of the service's own role, for these readers."""
    connection = await asyncpg.connect(server.url("rtp_applications", "rtp_applications_app"))
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('rtp.readers', $1, true)", readers)
            yield connection
    finally:
        await connection.close()


async def require_denied(server: Postgres, statement: str, *, readers: str = "system") -> None:
    """Check that the service's own role may not run the statement, whatever these readers may read."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with connect_for(server, readers) as connection:
            await connection.execute(statement)
