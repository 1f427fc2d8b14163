"""A subscriber's side of AMQP: its own queue, read over a real RabbitMQ."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlsplit

import pika
import pika.exceptions
from pika.adapters.blocking_connection import BlockingChannel

from rtp_gateway.outbound.transports.amqp import AmqpTransport
from rtp_gateway.outbound.transports.queues import QueueAccess, QueueProvisioner, hash_password, new_password
from rtp_gateway.outbound.transports.requests import DeliveryRequest
from rtp_shared.contracts import events

VHOST = "rtp-subscribers-test"
PLENTY = {"max_messages": 1000, "max_bytes": 10_000_000}
EVENT = {
    "specversion": "1.0",
    "id": "0b2e8ad5-9d6d-4f1e-a7a4-0d3c7c8f7c11",
    "source": "http://rtp.test/applications",
    "type": "org.righttoprovide.applications.case-opened.v1",
    "sequence": "0000000001",
    "region": "E12000007",
    "data": {"caseId": "secret"},
}
Message = tuple[pika.BasicProperties, bytes]


@dataclass
class QueueReader:
    """A subscriber with a queue."""

    id: uuid.UUID
    access: QueueAccess

    @property
    def url(self) -> str:
        """As a subscriber puts it together from what it was given."""
        there = urlsplit(self.access.url)
        return there._replace(netloc=f"{self.access.username}:{self.access.password}@{there.netloc}").geturl()

    def with_password(self, password: str) -> "QueueReader":
        return QueueReader(self.id, replace(self.access, password=password))


async def provision(queues: QueueProvisioner, subscription_id: uuid.UUID | None = None, **bounds: int) -> QueueReader:
    """Make a queue, or complete it, with a new password."""
    subscription_id, password = subscription_id or uuid.uuid4(), new_password()
    await queues.provision(
        subscription_id,
        max_messages=bounds.get("max_messages", PLENTY["max_messages"]),
        max_bytes=bounds.get("max_bytes", PLENTY["max_bytes"]),
        password_hash=hash_password(password),
    )
    return QueueReader(subscription_id, queues.describe_access(subscription_id, password))


def request(subscription_id: uuid.UUID, **details: Any) -> DeliveryRequest:
    whole: dict[str, Any] = {
        "subscription_id": subscription_id,
        "message_id": f"msg_{uuid.uuid4().hex}",
        "type": str(EVENT["type"]),
        "sink": "amqp://elsewhere/another-queue",
        "content_type": events.CONTENT_TYPE,
        "body": json.dumps(EVENT).encode(),
    }
    return DeliveryRequest(**(whole | details))


@contextmanager
def connected(url: str) -> Iterator[BlockingChannel]:
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        yield connection.channel()


def can_connect(url: str) -> bool:
    try:
        with connected(url):
            return True
    except pika.exceptions.AMQPConnectionError:
        return False


async def is_accepted(transport: AmqpTransport, reader: QueueReader) -> bool:
    return (await transport.send(request(reader.id))).accepted


def is_cut_off(connection: pika.BlockingConnection) -> bool:
    try:
        connection.process_data_events(0)
    except pika.exceptions.AMQPError:
        return True
    return False


def taken(url: str, queue: str) -> list[Message]:
    """All that waits, acknowledged."""
    found: list[Message] = []
    with connected(url) as channel:
        for _ in range(channel.queue_declare(queue, passive=True).method.message_count or 0):
            tag, properties, body = next_of(channel, queue)
            channel.basic_ack(tag)
            found.append((properties, body))
        channel.cancel()
    return found


def next_of(channel: BlockingChannel, queue: str) -> tuple[int, pika.BasicProperties, bytes]:
    method, properties, body = next(channel.consume(queue, inactivity_timeout=10))
    assert method is not None
    assert method.delivery_tag is not None
    assert properties is not None
    return method.delivery_tag, properties, cast("bytes", body)  # the stubs say str
