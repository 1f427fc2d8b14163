"""A platform of its own, over the same server but other databases, whose clock is moved by hand."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import asyncpg
import pytest

from rtp_embedded.clock import MovableClock
from rtp_embedded.platform import Platform, build_settings
from rtp_embedded.postgres import Postgres
from rtp_operations.keys import Keys
from rtp_operations.services import ALL
from rtp_shared import migrate
from rtp_shared.run import load_reference_data
from tests.conftest import PUBLIC_URL

START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
"""A Tuesday."""

PassUntil = Callable[[datetime], Awaitable[None]]
"""Moves the clock to a moment, and does what is due then."""


class Elsewhere:
    """The server's URLs, for databases apart from those that all other tests share."""

    def __init__(self, server: Postgres) -> None:
        self._server = server

    def url(self, database: str, role: str) -> str:
        return self._server.url(database if database == "postgres" else f"{database}_timed", role)


@pytest.fixture(scope="session")
def clock() -> MovableClock:
    return MovableClock(START)


@pytest.fixture(scope="session")
async def elsewhere(platform_of_all: Platform, database_server: Postgres) -> Elsewhere:
    """Databases of the same owners and roles as the shared ones, which are there already."""
    where = Elsewhere(database_server)
    admin = await asyncpg.connect(database_server.url("postgres", "postgres"))
    for service in ALL:
        await admin.execute(f'CREATE DATABASE "{service.database}_timed" OWNER "{service.database}_owner"')
        await migrate.migrate(where.url(service.database, service.get_role("owner")), service)
        await load_reference_data(service, build_settings(service, where.url, kind="operator", public_url=""))
    await admin.close()
    return where


@pytest.fixture(scope="session")
async def timed_platform(elsewhere: Elsewhere, clock: MovableClock) -> AsyncIterator[Platform]:
    platform = Platform(elsewhere.url, public_url=PUBLIC_URL, keys=Keys(), allow_private_sinks=True, clock=clock)
    yield platform
    await platform.close()


@pytest.fixture
def platform(timed_platform: Platform, clock: MovableClock) -> Platform:
    """What `new_client` stands on in this directory, at START: rules that ask for neither do without."""
    clock.move_to(START)
    return timed_platform


@pytest.fixture
def pass_until(platform: Platform, clock: MovableClock) -> PassUntil:
    async def pass_until(moment: datetime) -> None:
        clock.move_to(moment)
        await platform.tick()

    return pass_until
