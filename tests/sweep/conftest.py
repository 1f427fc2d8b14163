"""A platform of the sweep's own, with a population that every test of it shares: nothing that is there is changed."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from rtp_embedded import postgres
from rtp_embedded.platform import Platform, prepare
from rtp_gateway.outbound.feed.stream import StreamTimings
from rtp_operations.keys import Keys
from tests.conftest import PUBLIC_URL, UNLIMITED, open_clients
from tests.sweep.answers import Asker, asking
from tests.sweep.clients import make_clients
from tests.sweep.operations import Operation, read_operations
from tests.sweep.population import Population, plant


@pytest.fixture(scope="session")
async def population(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Population]:
    """Its lists hold nothing but what is known here, so that they can be read to their ends."""
    settings = {"fsync": "off", "synchronous_commit": "off"}
    with (
        tempfile.TemporaryDirectory(prefix="rtp-sweep-") as directory,
        postgres.start(Path(directory), settings=settings) as server,
    ):
        await prepare(server.url, lambda _: None)
        platform = Platform(
            server.url,
            public_url=PUBLIC_URL,
            keys=Keys(),
            documents_dir=tmp_path_factory.mktemp("documents"),
            allow_private_sinks=True,
            **UNLIMITED,
        )
        platform.app.own.state.stream_timings = StreamTimings(longest=0.2)
        async with open_clients(platform, url=PUBLIC_URL) as new_client:
            clients = await make_clients(platform, new_client)
            yield await plant(platform, clients)
            await clients["nobody"].api.aclose()
        await platform.close()


@pytest.fixture(scope="session")
async def operations(population: Population) -> list[Operation]:
    answer = await population.clients["nobody"].api.get("/openapi.json")
    return read_operations(answer.json())


@pytest.fixture
def asker(population: Population) -> Iterator[Asker]:
    with asking(population.platform) as made:
        yield made
