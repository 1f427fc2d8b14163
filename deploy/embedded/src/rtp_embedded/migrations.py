"""Migrations against a database made for it: `python -m rtp_embedded.migrations check | new SERVICE MESSAGE`."""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic.util.exc import CommandError

from rtp_embedded import databases, postgres
from rtp_embedded.platform import ALL
from rtp_shared import migrate
from rtp_shared.service import Service


async def _migrated(server: postgres.Postgres, service: Service) -> str:
    await databases.provision(server.url(), service.database)
    owner_url = server.url(service.database, f"{service.database}_owner")
    await migrate.migrate(owner_url, service)
    return owner_url


async def _check(server: postgres.Postgres) -> int:
    wrong = 0
    for service in ALL:
        try:
            await databases.check(await _migrated(server, service), service)
        except CommandError as error:
            sys.stderr.write(f"{service.name}: {error}; run `make new-migration SERVICE={service.name}`\n")
            wrong += 1
    return 1 if wrong else 0


async def _new(server: postgres.Postgres, name: str, message: str) -> int:
    service = next((each for each in ALL if each.name == name), None)
    if service is None or not message:
        sys.stderr.write(f"usage: make new-migration SERVICE={'|'.join(s.name for s in ALL)} MESSAGE='what it adds'\n")
        return 2
    await databases.revise(await _migrated(server, service), service, message)
    return 0


def main() -> int:
    with (
        tempfile.TemporaryDirectory() as directory,
        postgres.start(Path(directory), settings={"fsync": "off"}) as server,
    ):
        match sys.argv[1:]:
            case ["check"]:
                return asyncio.run(_check(server))
            case ["new", name, message]:
                return asyncio.run(_new(server, name, message))
            case _:
                sys.stderr.write("usage: python -m rtp_embedded.migrations check | new SERVICE MESSAGE\n")
                return 2


if __name__ == "__main__":
    sys.exit(main())
