"""Checking and writing migrations against a PostgreSQL that was made for it."""

import asyncio
import sys
from collections.abc import Callable

from alembic.util.exc import CommandError

from rtp_operations import databases
from rtp_operations.services import ALL
from rtp_shared import migrate
from rtp_shared.service import Service

UrlOf = Callable[[str, str], str]
"""Returns the URL of a database as a role: url(database, role)."""


def check_all(url: UrlOf) -> int:
    """Compare each service's models with what its migrations make; return the exit code."""
    return asyncio.run(_check_all(url))


def write_new(url: UrlOf, name: str, message: str) -> int:
    """Write a migration for what has changed in the models of the named service; return the exit code."""
    service = next((each for each in ALL if each.name == name), None)
    if service is None or not message:
        names = "|".join(each.name for each in ALL)
        sys.stderr.write(f"usage: make new-migration SERVICE={names} MESSAGE='what it adds'\n")
        return 2
    asyncio.run(_write_new(url, service, message))
    return 0


async def _check_all(url: UrlOf) -> int:
    exit_code = 0
    for service in ALL:
        try:
            await databases.check(await _migrate(url, service), service)
        except CommandError as error:
            sys.stderr.write(f"{service.name}: {error}; run `make new-migration SERVICE={service.name}`\n")
            exit_code = 1
    return exit_code


async def _write_new(url: UrlOf, service: Service, message: str) -> None:
    await databases.revise(await _migrate(url, service), service, message)


async def _migrate(url: UrlOf, service: Service) -> str:
    """Make the service's database with its migrations as they are; return its owner's URL."""
    await databases.provision(url("postgres", "postgres"), service)
    owner_url = url(service.database, service.get_role("owner"))
    await migrate.migrate(owner_url, service)
    return owner_url
