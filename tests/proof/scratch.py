"""Tables of their own with the policies of the real ones, in which an example is tried on PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rtp_embedded.postgres import Postgres
from tests.proof.catalogue import Catalogue, Policy
from tests.proof.example import Example
from tests.support.tables import connect_as_owner

ROLE = "rtp_applications_web"


class Scratch:
    """The protected tables without their rows, defaults and obligations. Nothing of it lasts."""

    def __init__(self, connection: Any, catalogue: Catalogue) -> None:
        self._connection, self._catalogue = connection, catalogue

    async def build(self) -> None:
        await self._connection.execute(
            f"CREATE SCHEMA proof; GRANT USAGE ON SCHEMA proof TO {ROLE}; SET LOCAL search_path = proof"
        )
        for table in self._catalogue.policies:
            columns = [each for each in self._catalogue.columns[table].values() if not each.nullable]
            free = ", ".join(f"ALTER COLUMN {each.name} DROP NOT NULL" for each in columns if not each.computed)
            await self._connection.execute(f"""
                CREATE TABLE {table} (LIKE public.{table} INCLUDING GENERATED); ALTER TABLE {table} {free};
                GRANT SELECT ON {table} TO {ROLE}; ALTER TABLE {table} ENABLE ROW LEVEL SECURITY
            """)
        for table, policies in self._catalogue.policies.items():
            for each in policies:
                await self.add_policy(table, each)

    async def add_policy(self, table: str, policy: Policy) -> None:
        kind = "PERMISSIVE" if policy.permissive else "RESTRICTIVE"
        await self._connection.execute(
            f'CREATE POLICY "{policy.name}" ON {table} AS {kind} FOR SELECT USING ({policy.condition})'
        )

    async def shows(self, table: str, example: Example, readers: str | None, instead: Policy | None = None) -> bool:
        """Return whether the example's row is shown to these readers, as policies are or with another for the first."""
        attempt = self._connection.transaction()
        await attempt.start()
        try:
            if instead is not None:
                await self._connection.execute(f'DROP POLICY "{self._catalogue.policies[table][0].name}" ON {table}')
                await self.add_policy(table, instead)
            for of_table, row in example.list_rows(self._catalogue).items():
                places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
                names = ", ".join(f'"{name}"' for name in row)
                insert = f"INSERT INTO {of_table} ({names}) VALUES ({places})"  # noqa: S608 - of the catalogue
                await self._connection.execute(insert, *row.values())
            if not example.list_rows(self._catalogue):
                await self._connection.execute(f"INSERT INTO {table} DEFAULT VALUES")
            await self._connection.execute(f"SET LOCAL ROLE {ROLE}")
            if readers is not None:
                await self._connection.execute("SELECT set_config('rtp.readers', $1, true)", readers)
            return bool(await self._connection.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608 - of the catalogue
        finally:
            await attempt.rollback()


@asynccontextmanager
async def open_scratch(server: Postgres, catalogue: Catalogue) -> AsyncIterator[Scratch]:
    async with connect_as_owner(server) as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            scratch = Scratch(connection, catalogue)
            await scratch.build()
            yield scratch
        finally:
            await transaction.rollback()
