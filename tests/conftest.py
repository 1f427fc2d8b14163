"""What most tests stand on: one platform over real PostgreSQL for the whole run, kept apart by tenancy.

Every test makes clients of its own, of organisations of its own; what other tests leave behind is none of its business,
which is what the platform promises its users too.
"""

import logging
import signal
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]
from xdist.workermanage import WorkerController  # type: ignore[import-untyped]

from rtp_embedded import postgres
from rtp_embedded.platform import Platform, prepare
from rtp_gateway.clients.commands import register_client
from rtp_gateway.clients.models import SCOPES, new_secret
from rtp_operations.keys import Keys
from tests.support.documented import require_declared
from tests.support.rabbitmq import Broker, start_broker

settings.register_profile("busy-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy-machine")
PUBLIC_URL = "http://rtp.test"
UNLIMITED: dict[str, Any] = dict.fromkeys(
    ("client_burst", "client_sustained", "organisation_burst", "organisation_sustained"), 1_000_000
)
"""What tests ask in a second, nobody else does; limits have tests of their own."""
OVER_RABBITMQ = (
    "tests/system/",
    "tests/shared/test_rabbit.py",
    "tests/gateway/test_main.py",
    "tests/gateway/outbound/transports/test_amqp.py",
    "tests/gateway/outbound/transports/test_queues.py",
    "tests/gateway/outbound/provisioning/",
    "tests/gateway/outbound/fhir/test_commands.py",
)
"""They share a node that takes seconds to start: one worker runs them all. (xdist's groups fail under pytest 9.2.)"""


UNUSUAL = (
    "cases:oversee", "cases:system", "cases:import", "cases:erase", "events:erase", "support:match", "advisers:oversee",
    "support:erase", "finance:oversee", "personal-data:oversee", "clients:manage",
)  # fmt: skip
ORDINARY = [scope for scope in SCOPES if scope not in UNUSUAL]
"""What the client of a body or a staff group may have: not what only the central team and the courts' register have."""


class Together(LoadScopeScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/sweep/"):
            return "the sweep"  # its platform and its population take seconds to make
        return "over RabbitMQ" if nodeid.startswith(OVER_RABBITMQ) else nodeid

    def remove_node(self, node: WorkerController) -> str | None:
        """Give what a dead worker had left to the others, but not the test that it died of, as xdist would."""
        waiting: list[tuple[str, str]] = [
            (scope, nodeid)
            for scope, tests in self.assigned_work.pop(node).items()
            for nodeid, done in tests.items()
            if not done
        ]
        for scope, nodeid in waiting[1:]:
            self.workqueue.setdefault(scope, {})[nodeid] = False
        for other in self.assigned_work:
            self._reschedule(other)
        return waiting[0][1] if waiting else None


def pytest_configure() -> None:
    """Hear Ctrl-C, which a run in the background would not, nor what it starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    return Together(config, log)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def database_server() -> Iterator[postgres.Postgres]:
    # Not below pytest's own directory: as root, PostgreSQL runs as another user, and every pytest that starts closes
    # that directory to others.
    with tempfile.TemporaryDirectory(prefix="rtp-tests-") as directory:
        settings = {"fsync": "off", "synchronous_commit": "off"}
        with postgres.start(Path(directory), settings=settings) as server:
            yield server


@pytest.fixture(scope="session")
async def platform_of_all(
    database_server: postgres.Postgres, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Platform]:
    await prepare(database_server.url, lambda _: None)
    documents_dir = tmp_path_factory.mktemp("documents")
    platform = Platform(
        database_server.url,
        public_url=PUBLIC_URL,
        keys=Keys(),
        documents_dir=documents_dir,
        allow_private_sinks=True,
        **UNLIMITED,
    )
    yield platform
    await platform.close()


@pytest.fixture(scope="session")
def platform(platform_of_all: Platform) -> Platform:
    """The one that all tests share; a directory may have one of its own instead."""
    return platform_of_all


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # as in the product
    running = start_broker()
    yield running
    running.stop()


class Api(httpx.AsyncClient):
    """A client of the platform, with its access token. Its answers are held against the OpenAPI document."""

    client_id: str
    organisation: uuid.UUID
    secret: str

    def __init__(self, **named: Any) -> None:
        super().__init__(**named, event_hooks={"response": [require_declared]})

    async def sign_in(self) -> None:
        """Get a token, with all scopes that the client has by now."""
        form = {"grant_type": "client_credentials"}
        answer = await self.post("/oauth2/token", data=form, auth=(self.client_id, self.secret))
        assert answer.status_code == 200, answer.text
        self.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    @property
    def person(self) -> str:
        """Whom the client acts as where it names nobody."""
        return f"client.{self.client_id}"


NewClient = Callable[..., Awaitable[Api]]


@asynccontextmanager
async def open_clients(platform: Platform, *, url: str, ordinary: Sequence[str] = ORDINARY) -> AsyncIterator[NewClient]:
    """Open a maker of clients of a platform, each with a token, and close what it made at the end."""
    clients: list[Api] = []

    async def make(*, scopes: str | None = None, organisation: uuid.UUID | None = None) -> Api:
        client_id, secret = f"test-{uuid.uuid4()}", new_secret()
        organisation = organisation or uuid.uuid4()
        async with platform.operator_database.transaction() as session:
            await register_client(
                session,
                client_id,
                name="test",
                organisation=organisation,
                secret=secret,
                scopes=scopes.split() if scopes is not None else list(ordinary),
            )
        api = Api(transport=httpx.ASGITransport(platform.app), base_url=url)
        clients.append(api)
        api.client_id, api.organisation, api.secret = client_id, organisation, secret
        await api.sign_in()
        return api

    yield make
    for api in clients:
        await api.aclose()


@pytest.fixture
async def new_client(platform: Platform) -> AsyncIterator[NewClient]:
    """Makes clients: `await new_client(scopes="cases:read", organisation=None)`; ORDINARY and a new body by default."""
    async with open_clients(platform, url=PUBLIC_URL) as make:
        yield make
