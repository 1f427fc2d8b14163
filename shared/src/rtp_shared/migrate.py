"""Databases, roles and migrations.

A service has one database and two roles: `<database>_owner` owns the tables and only migrates, `<database>_app` owns
nothing, is bound by row-level security, and is what the running service connects as.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from rtp_shared import messaging_tables
from rtp_shared.db import driver_url
from rtp_shared.service import Service

LOCK = 0x52_54_50_02  # "RTP", 2


async def provision(
    admin_url: str, database: str, *, owner_password: str | None = None, app_password: str | None = None
) -> None:
    """Make the database and its two roles, or bring their passwords up to date. Needs a superuser or a role like it.

    Without passwords the roles can only come in where the server trusts them by other means, as in embedded mode.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        for role, password in ((f"{database}_owner", owner_password), (f"{database}_app", app_password)):
            exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
            verb = "ALTER" if exists else "CREATE"
            literal = await connection.fetchval("SELECT quote_nullable($1::text)", password)
            await connection.execute(f'{verb} ROLE "{role}" LOGIN PASSWORD {literal} NOSUPERUSER NOBYPASSRLS')
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await connection.execute(f'GRANT "{database}_owner" TO CURRENT_USER')
            await connection.execute(f'CREATE DATABASE "{database}" OWNER "{database}_owner"')
        await connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
        await connection.execute(f'GRANT CONNECT ON DATABASE "{database}" TO "{database}_app"')
    finally:
        await connection.close()


def build_configuration(service: Service) -> Config:
    location = Path(next(iter(service.migrations.__path__)))
    config = Config()
    config.set_main_option("script_location", str(location))
    config.set_main_option("path_separator", "os")
    config.attributes["service"] = service
    return config


async def migrate(owner_url: str, service: Service) -> bool:
    """Bring the database to the newest version; return whether there was anything to do."""
    if await _version(owner_url) == _newest_by_name(service):
        return False
    await _with_connection(owner_url, service, lambda config: command.upgrade(config, "head"))
    return True


async def check(owner_url: str, service: Service) -> None:
    """Raise alembic's CommandError if the models say something that the migrations do not."""
    await _with_connection(owner_url, service, command.check)


async def revise(owner_url: str, service: Service, message: str) -> None:
    """Write a new migration from the difference between models and database."""
    number = f"{len(_versions(service)) + 1:04d}"
    await _with_connection(
        owner_url, service, lambda config: command.revision(config, message, autogenerate=True, rev_id=number)
    )


async def _version(owner_url: str) -> str | None:
    connection = await asyncpg.connect(owner_url)
    try:
        if not await connection.fetchval("SELECT to_regclass('alembic_version')::text"):
            return None
        version: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
        return version
    finally:
        await connection.close()


def _newest_by_name(service: Service) -> str:
    # Reading names is enough and keeps a second start quick: a migration's number is the first part of its file name.
    return max(path.name.split("_", 1)[0] for path in _versions(service))


def _versions(service: Service) -> list[Path]:
    return list((Path(next(iter(service.migrations.__path__))) / "versions").glob("[0-9]*.py"))


async def _with_connection(owner_url: str, service: Service, run: Any) -> None:
    config = build_configuration(service)
    engine = create_async_engine(driver_url(owner_url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_run, config, run)
            await connection.commit()
    finally:
        await engine.dispose()


def _run(connection: Connection, config: Config, run: Any) -> None:
    config.attributes["connection"] = connection
    run(config)


def run_environment(context: Any) -> None:
    """What every service's `migrations/env.py` calls, with `alembic.context`."""
    service: Service = context.config.attributes["service"]
    connection: Connection = context.config.attributes["connection"]
    targets: Sequence[MetaData] = [service.metadata, messaging_tables.metadata]
    context.configure(
        connection=connection,
        target_metadata=targets,
        compare_server_default=False,
    )
    with context.begin_transaction():
        # One migrator at a time, and none that waits for a busy table while everybody waits behind it.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        _default_privileges(connection, service)
        context.run_migrations()
        connection.exec_driver_sql(f'REVOKE ALL ON alembic_version FROM "{service.database}_app"')


def _default_privileges(connection: Connection, service: Service) -> None:
    app = f'"{service.database}_app"'
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {app}")
    connection.exec_driver_sql(
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}"
    )
    connection.exec_driver_sql(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {app}")
