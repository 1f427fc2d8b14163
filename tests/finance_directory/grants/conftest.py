"""A finance directory of its own for grants, whose numbers no other test changes."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from rtp_embedded.postgres import Postgres
from rtp_finance_directory.app import service
from rtp_finance_directory.grants.loading.load import Loaded, load_file
from rtp_operations import databases
from rtp_shared.db import Database
from rtp_shared.migrate import migrate

FILES = Path(__file__).with_name("files")
REAL = FILES / "alwf-grants.json"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)

Load = Callable[..., Awaitable[Loaded]]


@pytest.fixture(scope="session")
async def prepared_server(database_server: Postgres, anyio_backend: str) -> Postgres:
    """The server, with the service's database made."""
    await databases.provision(database_server.url("postgres"), service)
    await migrate(database_server.url(service.database, service.get_role("owner")), service)
    return database_server


@pytest.fixture
async def operator(prepared_server: Postgres) -> AsyncIterator[Database]:
    """The database as the loader reaches it, without any grants."""
    await _empty(prepared_server)
    database = Database(prepared_server.url(service.database, service.get_role("operator")), pool_size=2)
    yield database
    await database.close()
    await _empty(prepared_server)


async def _empty(server: Postgres) -> None:
    connection = await asyncpg.connect(server.url(service.database))
    await connection.execute("TRUNCATE grants, incoming_grants, grant_loads, grant_problems")
    await connection.close()


@pytest.fixture
def load(operator: Database) -> Load:
    """Load a file: `await load(path)`."""

    async def load(path: Path, **named: Any) -> Loaded:
        return await load_file(operator, path, source=path.name, clock=lambda: NOW, **named)

    return load


@pytest.fixture
def real_grants() -> list[dict[str, Any]]:
    grants: list[dict[str, Any]] = json.loads(REAL.read_text("utf-8"))["grants"]
    return grants


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a package of grants: `write(grants, name="a.json")`."""

    def write(grants: list[Any], name: str = "grants.json", **package: Any) -> Path:
        path = tmp_path / name
        path.write_text(json.dumps({**package, "grants": grants}), encoding="utf-8")
        return path

    return write
