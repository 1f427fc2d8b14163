"""Migrations of one service's database.

A service has one database, whose tables one role owns that only migrates. Its processes connect as others, one each,
which own nothing, are bound by row-level security, and may do what a migration granted to each and nothing else
(docs/adr/0023).
"""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from rtp_shared import messaging_tables
from rtp_shared.db import driver_url
from rtp_shared.service import Service

LOCK = 0x52_54_50_02  # "RTP", 2


async def migrate(owner_url: str, service: Service) -> bool:
    """Bring the database to the newest version; return whether there was anything to do."""
    # Reading names is enough and keeps a second start quick: a migration's number is the first part of its file name.
    newest = max(path.name.split("_", 1)[0] for path in list_versions(service))
    if await _read_version(owner_url) == newest:
        return False
    await run_alembic(owner_url, service, lambda config: command.upgrade(config, "head"))
    return True


async def _read_version(owner_url: str) -> str | None:
    connection = await asyncpg.connect(owner_url)
    try:
        if not await connection.fetchval("SELECT to_regclass('alembic_version')::text"):
            return None
        version: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return version
    finally:
        await connection.close()


def list_versions(service: Service) -> list[Path]:
    return list((_locate(service) / "versions").glob("[0-9]*.py"))


def _locate(service: Service) -> Path:
    return Path(next(iter(service.migrations.__path__)))


async def run_alembic(owner_url: str, service: Service, run: Callable[[Config], object]) -> None:
    """Run a command of alembic on the service's database, as its owner."""
    config = Config()
    config.set_main_option("script_location", str(_locate(service)))
    config.set_main_option("path_separator", "os")

    def run_on(connection: Connection) -> None:
        config.attributes |= {"service": service, "connection": connection}
        run(config)

    engine = create_async_engine(driver_url(owner_url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run_on)
            await connection.commit()
    finally:
        await engine.dispose()


def run_environment(context: EnvironmentContext | ModuleType) -> None:
    """Run the migrations. Every service's `migrations/env.py` calls it with `alembic.context`."""
    service: Service = context.config.attributes["service"]
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=service.metadata,
        compare_server_default=False,
        include_name=lambda name, kind, _: kind != "table" or name not in messaging_tables.NAMES,
    )
    with context.begin_transaction():
        # One migrator at a time, and none that waits for a busy table while everybody waits behind it.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        context.run_migrations()
