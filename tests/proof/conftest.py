"""What the proofs are about: the applications' database, as it tells of itself."""

import pytest

from rtp_embedded.postgres import Postgres
from tests.proof.catalogue import Catalogue, read_catalogue
from tests.support.tables import connect_as_owner


@pytest.fixture(scope="session")
async def catalogue(platform_of_all: object, database_server: Postgres) -> Catalogue:
    async with connect_as_owner(database_server) as connection:
        return await read_catalogue(connection)
