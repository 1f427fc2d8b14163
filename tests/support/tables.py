"""The tables of the services, as each role reaches them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_embedded.postgres import Postgres
from rtp_shared.db import Database
from rtp_shared.identities import SYSTEM
from rtp_shared.service import Runtime


@asynccontextmanager
async def open_as(runtime: Runtime, kind: str, identities: Sequence[str] = SYSTEM) -> AsyncIterator[AsyncSession]:
    """Open a transaction of another role of the service's database, such as the operator's.

    The `owner` is held back by neither privileges nor row-level security: it does what no process may.
    """
    url = runtime.database.url.set(username=runtime.service.get_role(kind))
    database = Database(url.render_as_string(hide_password=False), pool_size=1)
    try:
        async with database.transaction(identities) as session:
            yield session
    finally:
        await database.close()


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
    """Open a transaction of the web process's role, for these readers."""
    connection = await asyncpg.connect(server.url("rtp_applications", "rtp_applications_web"))
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('rtp.readers', $1, true)", readers)
            yield connection
    finally:
        await connection.close()


async def require_denied(server: Postgres, statement: str, *, readers: str = "system") -> None:
    """Check that the web process's role may not run the statement, whatever these readers may read."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with connect_for(server, readers) as connection:
            await connection.execute(statement)
