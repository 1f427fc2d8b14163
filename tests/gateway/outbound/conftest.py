"""Subscribers' queues in a real RabbitMQ."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from rtp_embedded.platform import Platform
from rtp_gateway.outbound.provisioning.worker import provision_due
from rtp_gateway.outbound.transports.amqp import AmqpTransport
from rtp_gateway.outbound.transports.http import HttpTransport
from rtp_gateway.outbound.transports.queues import QueueProvisioner
from rtp_gateway.settings import in_vhost
from rtp_shared.clock import utcnow
from tests.support import hosts
from tests.support.amqp import VHOST, QueueReader, provision
from tests.support.rabbitmq import ENVIRONMENT_MANAGEMENT_URL, Broker


@pytest.fixture
def management_url(broker: Broker) -> str:
    if broker.management_url is None:
        pytest.skip(f"the broker given has no management API: {ENVIRONMENT_MANAGEMENT_URL} is not set")
    return broker.management_url


@pytest.fixture
async def queues(broker: Broker, management_url: str) -> AsyncIterator[QueueProvisioner]:
    queues = QueueProvisioner(SecretStr(management_url), SecretStr(broker.url), vhost=VHOST)
    yield queues
    for left in await queues.list_provisioned():
        await queues.remove(left)
    await queues.close()


@pytest.fixture
async def transport(broker: Broker) -> AsyncIterator[AmqpTransport]:
    transport = AmqpTransport(in_vhost(broker.url, VHOST))
    yield transport
    await transport.close()


@pytest.fixture
async def subscriber(queues: QueueProvisioner) -> QueueReader:
    return await provision(queues)


@pytest.fixture
def offered(platform: Platform, queues: QueueProvisioner) -> Iterator[QueueProvisioner]:
    """AMQP is offered by the platform that all tests share, as long as the test lasts."""
    state = platform.app.own.state
    deps = state.subscription_deps
    state.subscription_deps = replace(deps, queues=queues)
    yield queues
    state.subscription_deps = deps


ProvisionDue = Callable[[], Awaitable[int]]


@pytest.fixture
def provision_queues(platform: Platform, offered: QueueProvisioner) -> ProvisionDue:
    """Does the provisioning worker's work, once."""
    return lambda: provision_due(platform.background["gateway"].database, offered, now=utcnow)


NewSender = Callable[..., HttpTransport]


@pytest.fixture
async def new_sender() -> AsyncIterator[NewSender]:
    """Makes HTTP transports, which end with the test: `new_sender(resolve=names)`."""
    transports: list[HttpTransport] = []

    def make(**settings: Any) -> HttpTransport:
        transports.append(hosts.transport(**settings))
        return transports[-1]

    yield make
    for each in transports:
        await each.close()


@pytest.fixture
def sender(new_sender: NewSender) -> HttpTransport:
    return new_sender()
