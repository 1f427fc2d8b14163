"""Operators' work on databases besides migrating: making them with their roles, checking and writing migrations."""

from collections.abc import Mapping

import asyncpg
from alembic import command

from rtp_shared.migrate import list_versions, run_alembic
from rtp_shared.service import Service

NO_POWERS = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
NO_PASSWORDS: Mapping[str, str] = {}

_FOREIGN_DATABASES = r"""
    SELECT count(*) FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' AND datname NOT LIKE 'rtp\_%'
"""
_CLOSABLE = """
    SELECT datname FROM pg_database
    WHERE datname IN ('postgres', 'template1') AND pg_has_role(current_user, datdba, 'USAGE') ORDER BY datname
"""


def list_process_kinds(service: Service) -> tuple[str, str]:
    return "web", service.background


def list_role_kinds(service: Service) -> tuple[str, ...]:
    """Return what connects to the service's database, each as a role of its own: processes, and operators' commands."""
    return *list_process_kinds(service), "operator"


async def provision(admin_url: str, service: Service, passwords: Mapping[str, str] = NO_PASSWORDS) -> bool:
    """Make the service's database and the roles that connect to it, or bring their passwords up to date, by kind.

    Returns whether the database is a new one.
    A role without a password can only come in where the server trusts it by other means, as in embedded mode. Needs a
    superuser or a role like it.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        await _make_former_role(connection, service)
        for kind in ("owner", *list_role_kinds(service)):
            await _make_role(connection, service.get_role(kind), passwords.get(kind))
        return await _make_database(connection, service)
    finally:
        await connection.close()


async def _make_role(connection: asyncpg.Connection, role: str, password: str | None) -> None:
    exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    literal = await connection.fetchval("SELECT quote_nullable($1::text)", password)
    verb = "ALTER" if exists else "CREATE"
    await connection.execute(f'{verb} ROLE "{role}" LOGIN PASSWORD {literal} {NO_POWERS}')


async def _make_database(connection: asyncpg.Connection, service: Service) -> bool:
    database, owner = service.database, service.get_role("owner")
    is_new = not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database)
    if is_new:
        await connection.execute(f'GRANT "{owner}" TO CURRENT_USER')
        await connection.execute(f'CREATE DATABASE "{database}" OWNER "{owner}"')
    await connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
    roles = ", ".join(f'"{service.get_role(kind)}"' for kind in list_role_kinds(service))
    await connection.execute(f'GRANT CONNECT ON DATABASE "{database}" TO {roles}')
    return is_new


def describe_state(*, made: bool, changed: bool) -> str:
    """Say what preparing did to a database."""
    if made:
        return "made"
    return "brought up to date" if changed else "up to date"


async def _make_former_role(connection: asyncpg.Connection, service: Service) -> None:
    """Make the role that all processes shared before each had its own: the migrations of then name it."""
    former = service.get_role("app")
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", former):
        await connection.execute(f'CREATE ROLE "{former}" NOLOGIN {NO_POWERS}')


async def retire_former_role(admin_url: str, owner_url: str, service: Service) -> bool:
    """Take everything from the role that all processes shared; leave it alone and return False while one uses it."""
    former = service.get_role("app")
    admin = await asyncpg.connect(admin_url)
    try:
        if await admin.fetchval("SELECT count(*) FROM pg_stat_activity WHERE usename = $1", former):
            return False
        await admin.execute(f'ALTER ROLE "{former}" NOLOGIN PASSWORD NULL')
    finally:
        await admin.close()
    owner = await asyncpg.connect(owner_url)
    try:
        await owner.execute(f"""
            REVOKE ALL ON DATABASE "{service.database}" FROM "{former}";
            REVOKE ALL ON SCHEMA public FROM "{former}";
            REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "{former}";
            REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM "{former}";
            REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM "{former}";
            ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM "{former}";
            ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM "{former}";
        """)
    finally:
        await owner.close()
    return True


async def close_other_databases(admin_url: str) -> bool:
    """Keep our roles out of the databases postgres and template1, which everybody may connect to unless told otherwise.

    Returns False, and changes nothing, where that is not ours to decide: on a server that holds others' databases too,
    or where the two belong to somebody else.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        closable = [row["datname"] for row in await connection.fetch(_CLOSABLE)]
        if len(closable) < 2 or await connection.fetchval(_FOREIGN_DATABASES):
            return False
        await connection.execute(f"REVOKE ALL ON DATABASE {', '.join(closable)} FROM PUBLIC")
    finally:
        await connection.close()
    return True


async def check(owner_url: str, service: Service) -> None:
    """Raise alembic's CommandError if the models say something that the migrations do not."""
    await run_alembic(owner_url, service, command.check)


async def revise(owner_url: str, service: Service, message: str) -> None:
    """Write a new migration from the difference between models and database."""
    number = f"{len(list_versions(service)) + 1:04d}"
    await run_alembic(
        owner_url, service, lambda config: command.revision(config, message, autogenerate=True, rev_id=number)
    )
