from collections.abc import AsyncIterator

import pytest

from rtp_embedded.postgres import Postgres
from tests.support.messaging import Office, open_office


@pytest.fixture
async def office(database_server: Postgres, anyio_backend: str) -> AsyncIterator[Office]:
    async with open_office(database_server) as opened:
        yield opened
