"""The finance directory with no grants, or with the 475 real ones of one funder."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from rtp_embedded.platform import Platform
from rtp_finance_directory.grants.loading.file_standard import GRANTS
from rtp_finance_directory.loading.load import Loaded, load_file
from rtp_shared.db import Database
from tests.conftest import Api, NewClient

FILES = Path(__file__).with_name("files")
REAL = FILES / "alwf-grants.json"
FUNDER = "GB-CHC-1015648"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)

Load = Callable[..., Awaitable[Loaded]]


@pytest.fixture
async def operator(platform: Platform) -> AsyncIterator[Database]:
    """The database as the loader reaches it, with no grants in it."""
    await _empty(platform)
    database = Database(get_url(platform, "operator"), pool_size=2)
    yield database
    await database.close()
    await _empty(platform)


def get_url(platform: Platform, kind: str) -> str:
    runtime = platform.runtimes["finance-directory"]
    url = runtime.database.url.set(drivername="postgresql", username=runtime.service.get_role(kind))
    return url.render_as_string(hide_password=False)


async def _empty(platform: Platform) -> None:
    connection = await asyncpg.connect(get_url(platform, "owner"))
    await connection.execute("TRUNCATE grants, incoming_grants, grant_loads, grant_problems")
    await connection.execute("UPDATE grant_clock SET position = position + 1")
    await connection.close()


@pytest.fixture
def load(operator: Database) -> Load:
    """Load a file: `await load(path)`."""

    async def load(path: Path, **named: Any) -> Loaded:
        return await load_file(operator, GRANTS, path, source=path.name, clock=lambda: NOW, **named)

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


@pytest.fixture
async def grants(platform: Platform) -> AsyncIterator[None]:
    """The 475 real grants, in the platform that all tests share."""
    database = Database(get_url(platform, "operator"), pool_size=2)
    await load_file(database, GRANTS, REAL, source="real", clock=lambda: NOW)
    yield
    await database.close()


@pytest.fixture
async def anybody(new_client: NewClient, grants: None) -> Api:
    api = await new_client(scopes="")
    del api.headers["Authorization"]
    return api
