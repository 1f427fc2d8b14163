"""Operators' work on databases besides migrating: creating them with their roles, checking and writing migrations."""

import asyncpg
from alembic import command

from rtp_shared.migrate import list_versions, run_alembic
from rtp_shared.service import Service


async def provision(
    admin_url: str, database: str, *, owner_password: str | None = None, app_password: str | None = None
) -> None:
    """Create the database and its two roles, or bring their passwords up to date. Needs a superuser or a role like it.

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


async def check(owner_url: str, service: Service) -> None:
    """Raise alembic's CommandError if the models say something that the migrations do not."""
    await run_alembic(owner_url, service, command.check)


async def revise(owner_url: str, service: Service, message: str) -> None:
    """Write a new migration from the difference between models and database."""
    number = f"{len(list_versions(service)) + 1:04d}"
    await run_alembic(
        owner_url, service, lambda config: command.revision(config, message, autogenerate=True, rev_id=number)
    )
