"""The whole platform as processes, over a real PostgreSQL and a real RabbitMQ."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from rtp_examples import sandbox
from rtp_operations import up
from rtp_operations.processes import PROCESSES
from rtp_operations.services import ALL
from rtp_operations.up import UpSettings
from tests.resilience.database import Server
from tests.support.messaging import clear_broker
from tests.support.ports import find_free_port, find_free_ports
from tests.support.rabbitmq import Broker
from tests.system.crashing import LEASE
from tests.system.fleet import Fleet

TRIAL = {"RTP_ALLOW_PRIVATE_SINKS": "true", LEASE: "2"}
"""Subscribers are on this host, and nobody waits half a minute for what a killed delivery worker had taken."""


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Durable, unlike the one that other tests stand on: it is killed."""
    with tempfile.TemporaryDirectory(prefix="rtp-tests-") as directory:
        running = Server(Path(directory), port=find_free_port())
        running.start()
        yield running
        running.stop()


@pytest.fixture(scope="module")
def settings(server: Server, broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpSettings]:
    """What `make up` is given. Nothing of an earlier platform is left in the broker."""
    queues = [service.name for service in ALL]
    clear_broker(broker.url, *queues)
    yield UpSettings(
        admin_database_url=SecretStr(server.tcp_url()),
        broker_url=SecretStr(broker.url),
        port=find_free_ports(len(PROCESSES))[0],
        data_dir=tmp_path_factory.mktemp("up"),
    )
    clear_broker(broker.url, *queues)


@pytest.fixture(scope="module")
def sandbox_secrets(settings: UpSettings) -> dict[str, str]:
    return sandbox.read_secrets(settings.data_dir / "sandbox.json")


@pytest.fixture(scope="module")
def fleet(settings: UpSettings, sandbox_secrets: dict[str, str]) -> Iterator[Fleet]:
    host = up.build_host(settings)
    asyncio.run(up.prepare_host(host, settings.data_dir, sandbox.register_sandbox, examples=True))
    logs: Path = settings.data_dir
    running = Fleet(host, logs, TRIAL)
    try:
        running.start()
        yield running
    finally:
        running.close()
