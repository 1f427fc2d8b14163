"""Databases and roles on a server of their own: an installation of before moves, and others' databases are left."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic import command

from rtp_embedded import postgres
from rtp_embedded.postgres import Postgres
from rtp_gateway.app import service as gateway
from rtp_operations import databases
from rtp_shared import migrate
from tests.support.catalogue import describe_catalogue

pytestmark = pytest.mark.anyio
WRITTEN = Path(__file__).parents[1] / "architecture" / "privileges" / "gateway.txt"
LAST_SHARED = "0002"
"""The last migration of the release whose processes all connected as one role."""
FORMER = gateway.get_role("app")
PUBLISH = (
    "INSERT INTO outbox (event_id, type, case_id, readers, body) "
    "VALUES (gen_random_uuid(), '', gen_random_uuid(), '{}', '')"
)


@pytest.fixture
def server() -> Iterator[Postgres]:
    with (
        tempfile.TemporaryDirectory(prefix="rtp-tests-") as directory,
        postgres.start(Path(directory), settings={"fsync": "off", "synchronous_commit": "off"}) as server,
    ):
        yield server


async def run(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def install_former_release(server: Postgres) -> None:
    """Make the gateway's database as that release did."""
    owner, database = gateway.get_role("owner"), gateway.database
    await run(
        server.url(),
        f"CREATE ROLE {owner} LOGIN",
        f"CREATE ROLE {FORMER} LOGIN",
        f"CREATE DATABASE {database} OWNER {owner}",
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {database} TO {FORMER}",
    )
    await run(
        server.url(database, owner),
        f"GRANT USAGE ON SCHEMA public TO {FORMER}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO " + FORMER,
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {FORMER}",
    )
    await migrate.run_alembic(server.url(database, owner), gateway, lambda config: command.upgrade(config, LAST_SHARED))


async def prepare(server: Postgres) -> bool:
    owner_url = server.url(gateway.database, gateway.get_role("owner"))
    await databases.provision(server.url(), gateway)
    await migrate.migrate(owner_url, gateway)
    return await databases.retire_former_role(server.url(), owner_url, gateway)


async def try_as(server: Postgres, kind: str, statement: str) -> Any:
    connection = await asyncpg.connect(server.url(gateway.database, gateway.get_role(kind)))
    try:
        return await connection.execute(statement)
    finally:
        await connection.close()


async def test_an_installation_of_before_moves_while_its_processes_go_on(server: Postgres) -> None:
    await install_former_release(server)
    old = await asyncpg.connect(server.url(gateway.database, FORMER))
    try:
        assert not await prepare(server), "an old process is still there"
        assert await old.execute(PUBLISH) == "INSERT 0 1"
        assert await old.execute("UPDATE outbox SET published_at = now()") == "UPDATE 1"
        assert await try_as(server, "app", "SELECT count(*) FROM clients") == "SELECT 1"
        assert await try_as(server, "web", PUBLISH) == "INSERT 0 1"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await try_as(server, "web", "SELECT count(*) FROM outbox")
    finally:
        await old.close()
    assert await prepare(server)
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError, match="not permitted to log in"):
        await try_as(server, "app", "SELECT 1")
    assert await describe_catalogue(server.url(gateway.database)) == WRITTEN.read_text().splitlines()


async def test_a_database_that_was_there_is_brought_up_to_date(server: Postgres) -> None:
    await install_former_release(server)
    owner_url = server.url(gateway.database, gateway.get_role("owner"))
    states = [
        databases.describe_state(
            made=await databases.provision(server.url(), gateway), changed=await migrate.migrate(owner_url, gateway)
        )
        for _ in range(2)
    ]
    assert states == ["brought up to date", "up to date"]


async def test_passwords_are_each_role_s_own_and_can_be_changed(server: Postgres) -> None:
    for passwords in ({"web": "one", "delivery": "two"}, {"web": "three", "delivery": "four"}):
        await databases.provision(server.url(), gateway, passwords)
        connection = await asyncpg.connect(server.url())
        hashes = await connection.fetch(
            "SELECT rolname, rolpassword IS NOT NULL FROM pg_authid WHERE starts_with(rolname, $1)", gateway.database
        )
        await connection.close()
        with_password = {role for role, has in hashes if has}
        assert with_password == {gateway.get_role("web"), gateway.get_role("delivery")}


async def count_closed(server: Postgres) -> int:
    closed = 0
    for database in ("postgres", "template1"):
        try:
            await run(server.url(database, gateway.get_role("web")), "SELECT 1")
        except asyncpg.InsufficientPrivilegeError:
            closed += 1
    return closed


async def test_other_databases_are_closed_where_the_server_is_ours_alone(server: Postgres) -> None:
    await databases.provision(server.url(), gateway)
    assert await count_closed(server) == 0
    await run(server.url(), "CREATE DATABASE payroll")
    assert not await databases.close_other_databases(server.url()), "the roles of payroll may need them"
    assert await count_closed(server) == 0
    await run(server.url(), "DROP DATABASE payroll", "CREATE ROLE helper LOGIN CREATEDB CREATEROLE")
    assert not await databases.close_other_databases(server.url(user="helper")), "they are not the helper's"
    assert await count_closed(server) == 0
    assert await databases.close_other_databases(server.url())
    assert await count_closed(server) == 2
