"""Subscribers' queues in a real RabbitMQ node: their rights, their bounds, their making, changing and removal."""

import asyncio
import socket
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pika
import pika.exceptions
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pydantic import SecretStr

from rtp_gateway.outbound.transports.amqp import FULL, GONE, AmqpTransport
from rtp_gateway.outbound.transports.errors import QueuesUnavailable
from rtp_gateway.outbound.transports.queues import (
    DELIVERY_LIMIT,
    LIMITS,
    QueueAccess,
    QueueDepth,
    QueueProvisioner,
    hash_password,
    name_queue,
    new_password,
)
from rtp_gateway.settings import in_vhost
from rtp_shared.problems import Unavailable
from tests.support.amqp import (
    PLENTY,
    VHOST,
    Message,
    QueueReader,
    can_connect,
    connected,
    is_accepted,
    is_cut_off,
    next_of,
    provision,
    request,
    taken,
)
from tests.support.rabbitmq import Broker
from tests.support.waiting import until, wait_until

pytestmark = pytest.mark.anyio
REFUSED = (pika.exceptions.ChannelClosedByBroker, pika.exceptions.ConnectionClosedByBroker)


@pytest.mark.parametrize(
    "act",
    [
        lambda channel, own, other: channel.basic_publish("", own.queue, b"forged"),
        lambda channel, own, other: channel.basic_publish("", other.queue, b"forged"),
        lambda channel, own, other: channel.basic_publish("amq.topic", "any", b"forged"),
        lambda channel, own, other: channel.queue_declare("mine"),
        lambda channel, own, other: channel.queue_declare(""),
        lambda channel, own, other: channel.queue_delete(own.queue),
        lambda channel, own, other: channel.queue_bind(own.queue, "amq.topic", "#"),
        lambda channel, own, other: channel.exchange_declare("mine"),
        lambda channel, own, other: channel.basic_get(other.queue),
        lambda channel, own, other: channel.basic_consume(other.dead_letter_queue, lambda *_: None),
        lambda channel, own, other: channel.queue_purge(other.queue),
    ],
    ids=[
        "publish", "publish-to-another", "publish-to-exchange", "declare", "declare-temporary", "delete", "bind",
        "declare-exchange", "get-another", "consume-another", "purge-another",
    ],
)  # fmt: skip
async def test_a_subscriber_may_only_read_its_own(
    queues: QueueProvisioner, subscriber: QueueReader, act: Callable[[BlockingChannel, QueueAccess, QueueAccess], Any]
) -> None:
    other = await provision(queues)

    def attempt() -> None:
        with connected(subscriber.url) as channel:
            channel.confirm_delivery()
            with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="ACCESS_REFUSED"):
                act(channel, subscriber.access, other.access)

    await asyncio.to_thread(attempt)
    assert await asyncio.to_thread(taken, other.url, other.access.queue) == []


async def test_a_longer_name_is_not_its_own(queues: QueueProvisioner, subscriber: QueueReader, broker: Broker) -> None:
    names = [
        subscriber.access.queue + "0",
        subscriber.access.queue.replace(".", "x"),
        subscriber.access.queue + ".deadly",
    ]

    def attempt(name: str) -> None:
        with connected(in_vhost(broker.url, VHOST)) as ours, connected(subscriber.url) as channel:
            ours.queue_declare(name, auto_delete=True)
            with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="ACCESS_REFUSED"):
                channel.basic_get(name)
            ours.queue_delete(name)

    for name in names:
        await asyncio.to_thread(attempt, name)


async def test_a_subscriber_gets_into_no_other_virtual_host_nor_the_management_api(
    broker: Broker, management_url: str, subscriber: QueueReader
) -> None:
    for vhost in ("/", "another"):
        assert not await asyncio.to_thread(can_connect, in_vhost(subscriber.url, vhost))
    as_subscriber = urlsplit(management_url)
    login = f"{subscriber.access.username}:{subscriber.access.password}@{as_subscriber.hostname}:{as_subscriber.port}"
    intruder = QueueProvisioner(SecretStr(f"http://{login}"), SecretStr(broker.url), vhost=VHOST)
    with pytest.raises(QueuesUnavailable):
        await intruder.measure_depth(subscriber.id)
    await intruder.close()


async def test_connections_of_a_subscriber_are_limited(subscriber: QueueReader) -> None:
    def open_all() -> None:
        connections = [
            pika.BlockingConnection(pika.URLParameters(subscriber.url)) for _ in range(LIMITS["max-connections"])
        ]
        assert not can_connect(subscriber.url)
        for connection in connections:
            connection.close()

    await asyncio.to_thread(open_all)


async def test_one_consumer_is_active_and_another_takes_over(transport: AmqpTransport, subscriber: QueueReader) -> None:
    queue, sent = subscriber.access.queue, [request(subscriber.id) for _ in range(4)]

    def consume() -> list[str | None]:
        found = []
        dying = pika.BlockingConnection(pika.URLParameters(subscriber.url))
        with connected(subscriber.url) as second:
            first = dying.channel()
            first.basic_qos(prefetch_count=2)
            tag, properties, _ = next_of(first, queue)
            found.append(properties.message_id)
            assert next(second.consume(queue, inactivity_timeout=0.2))[0] is None  # three wait, and it stands by
            first.basic_ack(tag)
            found.append(next_of(first, queue)[1].message_id)  # dies with it
            dying._impl._transport._sock.shutdown(socket.SHUT_RDWR)  # type: ignore[attr-defined]
            wait_until(lambda: is_cut_off(dying), "its death")
            while len(found) < 5:
                tag, properties, _ = next_of(second, queue)
                second.basic_ack(tag)
                found.append(properties.message_id)
        return found

    for each in sent:
        await transport.send(each)
    ids = [each.message_id for each in sent]
    assert await asyncio.to_thread(consume) == [ids[0], ids[1], *ids[1:]]


async def test_a_queue_is_declared_to_lose_nothing(queues: QueueProvisioner, subscriber: QueueReader) -> None:
    queue: Any = await queues._call("GET", "queues", VHOST, subscriber.access.queue)
    dead: Any = await queues._call("GET", "queues", VHOST, subscriber.access.dead_letter_queue)
    safe = {"x-queue-type": "quorum", "x-overflow": "reject-publish"}
    assert (queue["durable"], dead["durable"], dead["arguments"]) == (True, True, safe)
    assert queue["arguments"] == safe | {
        "x-single-active-consumer": True,
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": subscriber.access.dead_letter_queue,
        "x-dead-letter-strategy": "at-least-once",  # at-most-once drops what the second queue has no room for
    }


async def test_a_full_queue_refuses_and_loses_nothing(transport: AmqpTransport, queues: QueueProvisioner) -> None:
    small = await provision(queues, max_messages=3)
    accepted = []
    for _ in range(50):
        sent = request(small.id)
        answer = await transport.send(sent)
        if not answer.accepted:
            break
        accepted.append(sent.message_id)
    assert answer == FULL
    received = await asyncio.to_thread(taken, small.url, small.access.queue)
    assert [properties.message_id for properties, _ in received] == accepted
    await until(lambda: is_accepted(transport, small), "taking again once there is room")


async def test_a_queue_is_bounded_by_its_bytes_too(transport: AmqpTransport, queues: QueueProvisioner) -> None:
    small = await provision(queues, max_bytes=5000)
    answers = [await transport.send(request(small.id, content_type="text/plain", body=b"x" * 2000)) for _ in range(10)]
    assert answers[0].accepted
    assert answers[-1] == FULL


async def test_what_is_rejected_rests_in_the_second_queue(transport: AmqpTransport, subscriber: QueueReader) -> None:
    sent = request(subscriber.id)
    await transport.send(sent)

    def reject() -> None:
        with connected(subscriber.url) as channel:
            tag, _, _ = next_of(channel, subscriber.access.queue)
            channel.basic_reject(tag, requeue=False)

    await asyncio.to_thread(reject)
    [(properties, body)] = await wait_for_dead_letters(subscriber)
    assert (properties.message_id, body) == (sent.message_id, sent.body)
    assert properties.headers is not None
    assert properties.headers["x-death"][0]["reason"] == "rejected"


async def wait_for_dead_letters(subscriber: QueueReader) -> list[Message]:
    found: list[Message] = []

    async def there() -> bool:
        found.extend(await asyncio.to_thread(taken, subscriber.url, subscriber.access.dead_letter_queue))
        return bool(found)

    await until(there, "dead-lettering")
    return found


async def test_what_is_returned_again_and_again_rests_too(transport: AmqpTransport, subscriber: QueueReader) -> None:
    await transport.send(request(subscriber.id))

    def fail() -> int:
        tries = 0
        with connected(subscriber.url) as channel:
            for method, _, _ in channel.consume(subscriber.access.queue, inactivity_timeout=2):
                if method is None or method.delivery_tag is None or tries > 2 * DELIVERY_LIMIT:
                    break
                tries += 1
                channel.basic_reject(method.delivery_tag, requeue=True)
        return tries

    assert await asyncio.to_thread(fail) == DELIVERY_LIMIT + 1
    [(properties, _)] = await wait_for_dead_letters(subscriber)
    assert properties.headers is not None
    assert properties.headers["x-death"][0]["reason"] == "delivery_limit"


async def test_made_again_it_keeps_what_waits_and_takes_other_bounds(
    transport: AmqpTransport, queues: QueueProvisioner, subscriber: QueueReader
) -> None:
    assert (await transport.send(request(subscriber.id))).accepted
    reading = await asyncio.to_thread(pika.BlockingConnection, pika.URLParameters(subscriber.url))
    again = await provision(queues, subscriber.id, max_messages=1, max_bytes=10_000)
    await asyncio.to_thread(wait_until, lambda: is_cut_off(reading), "closing the connection with the old password")
    assert again.access.password != subscriber.access.password
    assert replace(again.access, password="") == replace(subscriber.access, password="")
    assert not await asyncio.to_thread(can_connect, subscriber.url)

    async def full() -> bool:
        return await transport.send(request(subscriber.id)) == FULL

    await until(full, "the new bound")
    await queues.set_bounds(subscriber.id, **PLENTY)

    await until(lambda: is_accepted(transport, subscriber), "the wider bound")
    assert len(await asyncio.to_thread(taken, again.url, again.access.queue)) >= 2


@pytest.mark.parametrize("made_before_it_fails", range(9))
async def test_what_was_half_made_is_completed_or_removed(
    queues: QueueProvisioner, monkeypatch: pytest.MonkeyPatch, made_before_it_fails: int
) -> None:
    subscription_id, put, calls = uuid.uuid4(), QueueProvisioner._put, 0

    async def fails_after_some(self: QueueProvisioner, *path: str, **details: Any) -> None:
        nonlocal calls
        calls += 1
        if calls > made_before_it_fails:
            raise QueuesUnavailable
        await put(self, *path, **details)

    with monkeypatch.context() as failing:
        failing.setattr(QueueProvisioner, "_put", fails_after_some)
        with pytest.raises(QueuesUnavailable):
            await provision(queues, subscription_id)
    if made_before_it_fails % 2:
        await queues.remove(subscription_id)
        assert subscription_id not in await queues.list_provisioned()
    whole = await provision(queues, subscription_id)
    assert await asyncio.to_thread(taken, whole.url, whole.access.dead_letter_queue) == []


async def test_a_new_password_shuts_out_the_old_one_at_once(
    transport: AmqpTransport, queues: QueueProvisioner, subscriber: QueueReader
) -> None:
    await transport.send(request(subscriber.id))

    def consuming() -> pika.BlockingConnection:
        connection = pika.BlockingConnection(pika.URLParameters(subscriber.url))
        next_of(connection.channel(), subscriber.access.queue)  # and does not acknowledge it
        return connection

    old = await asyncio.to_thread(consuming)
    password = new_password()
    await queues.set_password(subscriber.id, hash_password(password))
    await asyncio.to_thread(wait_until, lambda: is_cut_off(old), "closing the old connection")
    assert not await asyncio.to_thread(can_connect, subscriber.url)
    renewed = subscriber.with_password(password)
    assert len(await asyncio.to_thread(taken, renewed.url, renewed.access.queue)) == 1
    assert password not in repr(renewed.access)


async def test_removed_nothing_of_it_is_left(
    transport: AmqpTransport, queues: QueueProvisioner, subscriber: QueueReader, management_url: str
) -> None:
    assert subscriber.id in await queues.list_provisioned()
    reading = await asyncio.to_thread(pika.BlockingConnection, pika.URLParameters(subscriber.url))
    await queues.remove(subscriber.id)
    await asyncio.to_thread(wait_until, lambda: is_cut_off(reading), "closing the open connection")
    assert not await asyncio.to_thread(can_connect, subscriber.url)
    assert await queues._call("GET", "policies", VHOST, name_queue(subscriber.id)) is None
    assert subscriber.id not in await queues.list_provisioned()
    assert await queues.measure_depth(subscriber.id) is None
    assert await transport.send(request(subscriber.id)) == GONE
    await queues.remove(subscriber.id)  # again, harmlessly


async def test_depth_is_told(transport: AmqpTransport, queues: QueueProvisioner, subscriber: QueueReader) -> None:
    for _ in range(3):
        await transport.send(request(subscriber.id))

    async def counted() -> bool:
        return await queues.measure_depth(subscriber.id) == QueueDepth(ready=3, unacknowledged=0, dead=0, consumers=0)

    await until(counted, "counting")


@pytest.mark.parametrize("fault", ["refused connection", "wrong password", "silence"])
async def test_a_management_api_that_fails_is_a_named_refusal(
    broker: Broker, management_url: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtp_gateway.outbound.transports.queues.SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = {
            "refused connection": "http://guest:guest@127.0.0.1:1",
            "wrong password": management_url.replace(":guest@", ":wrong@"),
            "silence": f"http://guest:guest@127.0.0.1:{silent.getsockname()[1]}",
        }[fault]
        queues = QueueProvisioner(SecretStr(url), SecretStr(broker.url), vhost=VHOST)
        with pytest.raises(QueuesUnavailable) as refused:
            await provision(queues)
        await queues.close()
    assert isinstance(refused.value, Unavailable)
    assert "guest" not in str(refused.value)


async def test_subscribers_are_told_the_public_address(broker: Broker, management_url: str) -> None:
    public = QueueProvisioner(
        SecretStr(management_url), SecretStr(broker.url), vhost=VHOST, subscribers_host="events.example.org:5671"
    )
    subscription_id = uuid.uuid4()
    access = public.describe_access(subscription_id, "secret")
    await public.close()
    assert (access.url, access.host) == (f"amqps://events.example.org:5671/{VHOST}", "events.example.org:5671")
    assert (access.queue, access.vhost) == (name_queue(subscription_id), VHOST)


async def test_who_only_sends_may_only_send(broker: Broker, management_url: str, queues: QueueProvisioner) -> None:
    await queues._put("users", "rtp-test-sender", body={"password": "sender", "tags": ""})
    there = urlsplit(broker.url)
    sender = there._replace(netloc=f"rtp-test-sender:sender@{there.hostname}:{there.port}").geturl()
    both = QueueProvisioner(SecretStr(management_url), SecretStr(sender), vhost=VHOST)
    reader = await provision(both)
    subscription_id, access = reader.id, reader.access
    transport = AmqpTransport(in_vhost(sender, VHOST))
    assert (await transport.send(request(subscription_id))).accepted

    def read() -> None:
        with connected(in_vhost(sender, VHOST)) as channel, pytest.raises(REFUSED, match="ACCESS_REFUSED"):
            channel.basic_get(access.queue)

    await asyncio.to_thread(read)
    await transport.close()
    await both.close()
    await queues._delete("users", "rtp-test-sender")
