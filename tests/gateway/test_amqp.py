"""Receiving by AMQP over a real RabbitMQ node: own queue, own user, own rights, and a true answer for every parcel."""

import asyncio
import json
import socket
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlsplit

import pika
import pika.exceptions
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pydantic import SecretStr

from rtp_gateway.deliveries.amqp import APP_ID, BROKE_OFF, FULL, GONE, NO_CONNECTION, AmqpCarrier
from rtp_gateway.deliveries.parcels import Answer, Parcel
from rtp_gateway.subscriptions.errors import QueuesUnavailable
from rtp_gateway.subscriptions.queues import DELIVERY_LIMIT, LIMITS, Depth, QueueAccess, Queues, in_vhost, queue_of
from rtp_shared.contracts import events
from rtp_shared.problems import Unavailable
from tests.support.rabbitmq import ENVIRONMENT_MANAGEMENT_URL, Broker
from tests.support.waiting import until, wait_until

pytestmark = pytest.mark.anyio

VHOST = "rtp-subscribers-test"
PLENTY = {"max_messages": 1000, "max_bytes": 10_000_000}
REFUSED = (pika.exceptions.ChannelClosedByBroker, pika.exceptions.ConnectionClosedByBroker)


@pytest.fixture
def management_url(broker: Broker) -> str:
    if broker.management_url is None:
        pytest.skip(f"the broker given has no management API: {ENVIRONMENT_MANAGEMENT_URL} is not set")
    return broker.management_url


@pytest.fixture
async def queues(broker: Broker, management_url: str) -> AsyncIterator[Queues]:
    queues = Queues(SecretStr(management_url), SecretStr(broker.url), vhost=VHOST)
    yield queues
    for left in await queues.made():
        await queues.remove(left)
    await queues.close()


@pytest.fixture
async def carrier(broker: Broker) -> AsyncIterator[AmqpCarrier]:
    carrier = AmqpCarrier(in_vhost(broker.url, VHOST))
    yield carrier
    await carrier.close()


@dataclass
class Subscriber:
    id: uuid.UUID
    access: QueueAccess

    @property
    def url(self) -> str:
        """As a subscriber puts it together from what it was given."""
        there = urlsplit(self.access.url)
        return there._replace(netloc=f"{self.access.username}:{self.access.password}@{there.netloc}").geturl()


async def new_subscriber(queues: Queues, **bounds: int) -> Subscriber:
    subscription_id = uuid.uuid4()
    return Subscriber(subscription_id, await queues.make(subscription_id, **(PLENTY | bounds)))


@pytest.fixture
async def subscriber(queues: Queues) -> Subscriber:
    return await new_subscriber(queues)


EVENT = {
    "specversion": "1.0",
    "id": "0b2e8ad5-9d6d-4f1e-a7a4-0d3c7c8f7c11",
    "source": "http://rtp.test/applications",
    "type": "org.righttoprovide.applications.case-opened.v1",
    "sequence": "0000000001",
    "region": "E12000007",
    "data": {"caseId": "secret"},
}


def parcel(subscription_id: uuid.UUID, **details: Any) -> Parcel:
    settled: dict[str, Any] = {
        "subscription_id": subscription_id,
        "message_id": f"msg_{uuid.uuid4().hex}",
        "type": str(EVENT["type"]),
        "sink": "amqp://elsewhere/another-queue",
        "content_type": events.CONTENT_TYPE,
        "body": json.dumps(EVENT).encode(),
    }
    return Parcel(**(settled | details))


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


def taken(url: str, queue: str) -> list[tuple[pika.BasicProperties, bytes]]:
    """All that waits, acknowledged."""
    found: list[tuple[pika.BasicProperties, bytes]] = []
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


# What a subscriber receives


async def test_an_event_arrives_as_it_is_with_what_a_header_exchange_needs(
    carrier: AmqpCarrier, subscriber: Subscriber
) -> None:
    sent = parcel(subscriber.id)
    assert await carrier.carry(sent) == Answer(200)
    [(properties, body)] = await asyncio.to_thread(taken, subscriber.url, subscriber.access.queue)
    assert body == sent.body
    assert properties.message_id == sent.message_id
    assert (properties.type, properties.app_id) == (EVENT["type"], APP_ID)
    assert (properties.content_type, properties.delivery_mode) == ("application/cloudevents+json", 2)
    assert properties.timestamp is not None
    assert attributes(properties) == {f"ce-{name}": value for name, value in EVENT.items() if name != "data"}


def attributes(properties: pika.BasicProperties) -> dict[str, Any]:
    """Headers without those of RabbitMQ's own."""
    return {name: value for name, value in (properties.headers or {}).items() if not name.startswith("x-")}


async def test_what_is_not_a_cloudevent_is_not_read(carrier: AmqpCarrier, subscriber: Subscriber) -> None:
    sent = parcel(subscriber.id, content_type="application/fhir+json", body=b"not even JSON")
    assert (await carrier.carry(sent)).accepted
    [(properties, body)] = await asyncio.to_thread(taken, subscriber.url, subscriber.access.queue)
    assert (properties.content_type, attributes(properties), body) == ("application/fhir+json", {}, b"not even JSON")


async def test_attributes_that_are_not_text_become_text(carrier: AmqpCarrier, subscriber: Subscriber) -> None:
    body = json.dumps({"specversion": "1.0", "weight": 3, "deprecated": True, "data_base64": "AAAA"}).encode()
    await carrier.carry(parcel(subscriber.id, body=body))
    [(properties, _)] = await asyncio.to_thread(taken, subscriber.url, subscriber.access.queue)
    assert attributes(properties) == {"ce-specversion": "1.0", "ce-weight": "3", "ce-deprecated": "true"}


async def test_many_at_once_each_with_its_own_answer(carrier: AmqpCarrier, queues: Queues) -> None:
    subscribers = [await new_subscriber(queues) for _ in range(3)]
    parcels = [parcel(each.id) for _ in range(100) for each in (*subscribers, replace(subscribers[0], id=uuid.uuid4()))]
    answers = await asyncio.gather(*(carrier.carry(each) for each in parcels))
    there = {each.id for each in subscribers}
    assert all(
        answer == (Answer(200) if sent.subscription_id in there else GONE)
        for sent, answer in zip(parcels, answers, strict=True)
    )
    for each in subscribers:
        received = await asyncio.to_thread(taken, each.url, each.access.queue)
        assert [p.message_id for p, _ in received] == [p.message_id for p in parcels if p.subscription_id == each.id]


async def test_the_same_message_to_two_queues_one_of_them_gone(carrier: AmqpCarrier, subscriber: Subscriber) -> None:
    sent = parcel(subscriber.id)
    answers = await asyncio.gather(carrier.carry(sent), carrier.carry(replace(sent, subscription_id=uuid.uuid4())))
    assert list(answers) == [Answer(200), GONE]


# What a subscriber may


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
    queues: Queues, subscriber: Subscriber, act: Callable[[BlockingChannel, QueueAccess, QueueAccess], Any]
) -> None:
    other = await new_subscriber(queues)

    def attempt() -> None:
        with connected(subscriber.url) as channel:
            channel.confirm_delivery()
            with pytest.raises(pika.exceptions.ChannelClosedByBroker, match="ACCESS_REFUSED"):
                act(channel, subscriber.access, other.access)

    await asyncio.to_thread(attempt)
    assert await asyncio.to_thread(taken, other.url, other.access.queue) == []


async def test_a_longer_name_is_not_its_own(queues: Queues, subscriber: Subscriber, broker: Broker) -> None:
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
    broker: Broker, management_url: str, subscriber: Subscriber
) -> None:
    for vhost in ("/", "another"):
        assert not await asyncio.to_thread(can_connect, in_vhost(subscriber.url, vhost))
    as_subscriber = urlsplit(management_url)
    login = f"{subscriber.access.username}:{subscriber.access.password}@{as_subscriber.hostname}:{as_subscriber.port}"
    intruder = Queues(SecretStr(f"http://{login}"), SecretStr(broker.url), vhost=VHOST)
    with pytest.raises(QueuesUnavailable):
        await intruder.depth(subscriber.id)
    await intruder.close()


async def test_connections_of_a_subscriber_are_limited(subscriber: Subscriber) -> None:
    def open_all() -> None:
        connections = [
            pika.BlockingConnection(pika.URLParameters(subscriber.url)) for _ in range(LIMITS["max-connections"])
        ]
        assert not can_connect(subscriber.url)
        for connection in connections:
            connection.close()

    await asyncio.to_thread(open_all)


async def test_one_consumer_is_active_and_another_takes_over(carrier: AmqpCarrier, subscriber: Subscriber) -> None:
    queue, sent = subscriber.access.queue, [parcel(subscriber.id) for _ in range(4)]

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
        await carrier.carry(each)
    ids = [each.message_id for each in sent]
    assert await asyncio.to_thread(consume) == [ids[0], ids[1], *ids[1:]]


# Bounds and dead letters


async def test_a_queue_is_declared_to_lose_nothing(queues: Queues, subscriber: Subscriber) -> None:
    queue = await queues._call("GET", "queues", VHOST, subscriber.access.queue)
    dead = await queues._call("GET", "queues", VHOST, subscriber.access.dead_letter_queue)
    safe = {"x-queue-type": "quorum", "x-overflow": "reject-publish"}
    assert (queue["durable"], dead["durable"], dead["arguments"]) == (True, True, safe)
    assert queue["arguments"] == safe | {
        "x-single-active-consumer": True,
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": subscriber.access.dead_letter_queue,
        "x-dead-letter-strategy": "at-least-once",  # at-most-once drops what the second queue has no room for
    }


async def test_a_full_queue_refuses_and_loses_nothing(carrier: AmqpCarrier, queues: Queues) -> None:
    small = await new_subscriber(queues, max_messages=3)
    accepted = []
    for _ in range(50):
        sent = parcel(small.id)
        answer = await carrier.carry(sent)
        if not answer.accepted:
            break
        accepted.append(sent.message_id)
    assert answer == FULL
    received = await asyncio.to_thread(taken, small.url, small.access.queue)
    assert [properties.message_id for properties, _ in received] == accepted
    await until(lambda: carried(carrier, small), "taking again once there is room")


async def test_a_queue_is_bounded_by_its_bytes_too(carrier: AmqpCarrier, queues: Queues) -> None:
    small = await new_subscriber(queues, max_bytes=5000)
    answers = [await carrier.carry(parcel(small.id, content_type="text/plain", body=b"x" * 2000)) for _ in range(10)]
    assert answers[0].accepted
    assert answers[-1] == FULL


async def test_what_is_rejected_rests_in_the_second_queue(carrier: AmqpCarrier, subscriber: Subscriber) -> None:
    sent = parcel(subscriber.id)
    await carrier.carry(sent)

    def reject() -> None:
        with connected(subscriber.url) as channel:
            tag, _, _ = next_of(channel, subscriber.access.queue)
            channel.basic_reject(tag, requeue=False)

    await asyncio.to_thread(reject)
    [(properties, body)] = await rested(subscriber)
    assert (properties.message_id, body) == (sent.message_id, sent.body)
    assert properties.headers is not None
    assert properties.headers["x-death"][0]["reason"] == "rejected"


async def rested(subscriber: Subscriber) -> list[tuple[pika.BasicProperties, bytes]]:
    found: list[tuple[pika.BasicProperties, bytes]] = []

    async def there() -> bool:
        found.extend(await asyncio.to_thread(taken, subscriber.url, subscriber.access.dead_letter_queue))
        return bool(found)

    await until(there, "dead-lettering")
    return found


async def test_what_is_returned_again_and_again_rests_too(carrier: AmqpCarrier, subscriber: Subscriber) -> None:
    await carrier.carry(parcel(subscriber.id))

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
    [(properties, _)] = await rested(subscriber)
    assert properties.headers is not None
    assert properties.headers["x-death"][0]["reason"] == "delivery_limit"


# Making, changing, removing


async def test_made_again_it_keeps_what_waits_and_takes_other_bounds(
    carrier: AmqpCarrier, queues: Queues, subscriber: Subscriber
) -> None:
    assert (await carrier.carry(parcel(subscriber.id))).accepted
    reading = await asyncio.to_thread(pika.BlockingConnection, pika.URLParameters(subscriber.url))
    again = await queues.make(subscriber.id, max_messages=1, max_bytes=10_000)
    await asyncio.to_thread(wait_until, lambda: is_cut_off(reading), "closing the connection with the old password")
    assert again.password != subscriber.access.password
    assert replace(again, password="") == replace(subscriber.access, password="")
    assert not await asyncio.to_thread(can_connect, subscriber.url)

    async def full() -> bool:
        return await carrier.carry(parcel(subscriber.id)) == FULL

    await until(full, "the new bound")
    await queues.bound(subscriber.id, **PLENTY)

    await until(lambda: carried(carrier, subscriber), "the wider bound")
    assert len(await asyncio.to_thread(taken, Subscriber(subscriber.id, again).url, again.queue)) >= 2


@pytest.mark.parametrize("made_before_it_fails", range(9))
async def test_what_was_half_made_is_completed_or_removed(
    queues: Queues, monkeypatch: pytest.MonkeyPatch, made_before_it_fails: int
) -> None:
    subscription_id, put, calls = uuid.uuid4(), Queues._put, 0

    async def fails_after_some(self: Queues, *path: str, **details: Any) -> None:
        nonlocal calls
        calls += 1
        if calls > made_before_it_fails:
            raise QueuesUnavailable
        await put(self, *path, **details)

    with monkeypatch.context() as failing:
        failing.setattr(Queues, "_put", fails_after_some)
        with pytest.raises(QueuesUnavailable):
            await queues.make(subscription_id, **PLENTY)
    if made_before_it_fails % 2:
        await queues.remove(subscription_id)
        assert subscription_id not in await queues.made()
    whole = Subscriber(subscription_id, await queues.make(subscription_id, **PLENTY))
    assert await asyncio.to_thread(taken, whole.url, whole.access.dead_letter_queue) == []


async def test_a_new_password_shuts_out_the_old_one_at_once(
    carrier: AmqpCarrier, queues: Queues, subscriber: Subscriber
) -> None:
    await carrier.carry(parcel(subscriber.id))

    def consuming() -> pika.BlockingConnection:
        connection = pika.BlockingConnection(pika.URLParameters(subscriber.url))
        next_of(connection.channel(), subscriber.access.queue)  # and does not acknowledge it
        return connection

    old = await asyncio.to_thread(consuming)
    password = await queues.rotate(subscriber.id)
    await asyncio.to_thread(wait_until, lambda: is_cut_off(old), "closing the old connection")
    assert not await asyncio.to_thread(can_connect, subscriber.url)
    renewed = Subscriber(subscriber.id, replace(subscriber.access, password=password))
    assert len(await asyncio.to_thread(taken, renewed.url, renewed.access.queue)) == 1
    assert password not in repr(renewed.access)


def is_cut_off(connection: pika.BlockingConnection) -> bool:
    try:
        connection.process_data_events(0)
    except pika.exceptions.AMQPError:
        return True
    return False


async def test_removed_nothing_of_it_is_left(
    carrier: AmqpCarrier, queues: Queues, subscriber: Subscriber, management_url: str
) -> None:
    assert subscriber.id in await queues.made()
    reading = await asyncio.to_thread(pika.BlockingConnection, pika.URLParameters(subscriber.url))
    await queues.remove(subscriber.id)
    await asyncio.to_thread(wait_until, lambda: is_cut_off(reading), "closing the open connection")
    assert not await asyncio.to_thread(can_connect, subscriber.url)
    assert await queues._call("GET", "policies", VHOST, queue_of(subscriber.id)) is None
    assert subscriber.id not in await queues.made()
    assert await queues.depth(subscriber.id) is None
    assert await carrier.carry(parcel(subscriber.id)) == GONE
    await queues.remove(subscriber.id)  # again, harmlessly


async def test_depth_is_told(carrier: AmqpCarrier, queues: Queues, subscriber: Subscriber) -> None:
    for _ in range(3):
        await carrier.carry(parcel(subscriber.id))

    async def counted() -> bool:
        return await queues.depth(subscriber.id) == Depth(ready=3, unacknowledged=0, dead=0, consumers=0)

    await until(counted, "counting")


@pytest.mark.parametrize("fault", ["refused connection", "wrong password", "silence"])
async def test_a_management_api_that_fails_is_a_named_refusal(
    broker: Broker, management_url: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rtp_gateway.subscriptions.queues.SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = {
            "refused connection": "http://guest:guest@127.0.0.1:1",
            "wrong password": management_url.replace(":guest@", ":wrong@"),
            "silence": f"http://guest:guest@127.0.0.1:{silent.getsockname()[1]}",
        }[fault]
        queues = Queues(SecretStr(url), SecretStr(broker.url), vhost=VHOST)
        with pytest.raises(QueuesUnavailable) as refused:
            await queues.make(uuid.uuid4(), **PLENTY)
        await queues.close()
    assert isinstance(refused.value, Unavailable)
    assert "guest" not in str(refused.value)


async def test_subscribers_are_told_the_public_address(broker: Broker, management_url: str) -> None:
    public = Queues(
        SecretStr(management_url), SecretStr(broker.url), vhost=VHOST, subscribers_host="events.example.org:5671"
    )
    subscription_id = uuid.uuid4()
    access = await public.make(subscription_id, **PLENTY)
    await public.remove(subscription_id)
    await public.close()
    assert (access.url, access.host) == (f"amqps://events.example.org:5671/{VHOST}", "events.example.org:5671")
    assert (access.queue, access.vhost) == (queue_of(subscription_id), VHOST)


async def test_who_only_sends_may_only_send(broker: Broker, management_url: str, queues: Queues) -> None:
    await queues._put("users", "rtp-test-sender", body={"password": "sender", "tags": ""})
    there = urlsplit(broker.url)
    sender = there._replace(netloc=f"rtp-test-sender:sender@{there.hostname}:{there.port}").geturl()
    both = Queues(SecretStr(management_url), SecretStr(sender), vhost=VHOST)
    subscription_id = uuid.uuid4()
    access = await both.make(subscription_id, **PLENTY)
    carrier = AmqpCarrier(in_vhost(sender, VHOST))
    assert (await carrier.carry(parcel(subscription_id))).accepted

    def read() -> None:
        with connected(in_vhost(sender, VHOST)) as channel, pytest.raises(REFUSED, match="ACCESS_REFUSED"):
            channel.basic_get(access.queue)

    await asyncio.to_thread(read)
    await carrier.close()
    await both.close()
    await queues._delete("users", "rtp-test-sender")


# When the broker is away


async def test_it_comes_back_after_the_node_was_killed(
    carrier: AmqpCarrier, subscriber: Subscriber, broker: Broker
) -> None:
    if not broker.private:
        pytest.skip("the broker given is not ours to kill")
    assert (await carrier.carry(parcel(subscriber.id))).accepted
    await asyncio.to_thread(broker.remember_queues)
    await asyncio.to_thread(broker.kill)

    async def noticed() -> bool:
        return await carrier.carry(parcel(subscriber.id)) == NO_CONNECTION

    await until(noticed, "noticing")
    await asyncio.to_thread(broker.start)

    await until(lambda: carried(carrier, subscriber), "coming back")


async def test_what_is_under_way_when_the_connection_breaks_is_answered(
    carrier: AmqpCarrier, subscriber: Subscriber
) -> None:
    await carrier.carry(parcel(subscriber.id))
    outgoing = await carrier._outgoing()
    under_way = [asyncio.create_task(carrier.carry(parcel(subscriber.id))) for _ in range(8)]
    await asyncio.sleep(0)  # all are published, and none can be confirmed yet
    outgoing.link.connection._transport._sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
    answers = await asyncio.gather(*under_way)
    assert set(answers) <= {BROKE_OFF, NO_CONNECTION}
    assert BROKE_OFF in answers
    assert (await carrier.carry(parcel(subscriber.id))).accepted


async def test_nobody_waits_longer_than_the_limit_and_what_is_silent_is_given_up(
    broker: Broker, subscriber: Subscriber
) -> None:
    if not broker.private:
        pytest.skip("the broker given is not ours to freeze")
    carrier = AmqpCarrier(in_vhost(broker.url, VHOST), seconds=0.5)
    await until(lambda: carried(carrier, subscriber), "connecting")
    first = await carrier._outgoing()
    broker.freeze()
    try:
        answers = await asyncio.gather(*(carrier.carry(parcel(subscriber.id)) for _ in range(8)))
    finally:
        broker.thaw()
    assert set(answers) == {Answer(error="no confirm from the queue within 0.5 seconds")}
    await until(lambda: carried(carrier, subscriber), "connecting again")
    assert await carrier._outgoing() is not first
    await carrier.close()
    await first.close()


async def carried(carrier: AmqpCarrier, subscriber: Subscriber) -> bool:
    return (await carrier.carry(parcel(subscriber.id))).accepted


async def test_a_link_on_which_others_are_confirmed_is_kept(broker: Broker, subscriber: Subscriber) -> None:
    carrier = AmqpCarrier(in_vhost(broker.url, VHOST))
    await carrier.carry(parcel(subscriber.id))
    outgoing, began = await carrier._outgoing(), asyncio.get_running_loop().time()
    await carrier.carry(parcel(subscriber.id))
    carrier._give_up_if_silent(since=began)  # as a parcel does that was sent before, to a queue that does not confirm
    assert await carrier._outgoing() is outgoing
    await carrier.close()


async def test_a_late_confirm_is_not_taken_for_another_parcel(broker: Broker, subscriber: Subscriber) -> None:
    carrier = AmqpCarrier(in_vhost(broker.url, VHOST), seconds=5)
    await carrier.carry(parcel(subscriber.id))
    outgoing = await carrier._outgoing()
    late = asyncio.create_task(carrier.carry(parcel(subscriber.id)))
    await asyncio.sleep(0)
    late.cancel()  # its confirm comes while the next is on its way
    nobody = parcel(uuid.uuid4())
    answers = await asyncio.gather(carrier.carry(nobody), carrier.carry(parcel(subscriber.id)))
    assert list(answers) == [GONE, Answer(200)]
    assert not outgoing._sent
    await carrier.close()


async def test_a_broker_that_is_not_there_or_does_not_answer() -> None:
    nowhere = AmqpCarrier("amqp://guest:guest@127.0.0.1:1/")
    assert set(await asyncio.gather(*(nowhere.carry(parcel(uuid.uuid4())) for _ in range(8)))) == {NO_CONNECTION}
    await nowhere.close()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mute = AmqpCarrier(f"amqp://guest:guest@127.0.0.1:{silent.getsockname()[1]}/", seconds=0.2)
        assert (await mute.carry(parcel(uuid.uuid4()))).error == "no confirm from the queue within 0.2 seconds"
        await mute.close()


async def test_closed_while_it_connects_it_leaves_no_connection(broker: Broker) -> None:
    carrier = AmqpCarrier(broker.url)
    waiting = asyncio.create_task(carrier.carry(parcel(uuid.uuid4())))
    await asyncio.sleep(0)
    opening = carrier._opening
    assert opening is not None
    await carrier.close()
    assert await waiting == NO_CONNECTION
    connection = opening.result().link.connection

    async def gone() -> bool:
        return connection is not None and connection.is_closed

    await until(gone, "closing")


async def test_closing_answers_those_who_wait_and_is_done_once(carrier: AmqpCarrier, subscriber: Subscriber) -> None:
    await carrier.carry(parcel(subscriber.id))
    connection = (await carrier._outgoing()).link.connection
    waiting = asyncio.create_task(carrier.carry(parcel(subscriber.id)))
    await asyncio.sleep(0)
    await carrier.close()
    assert await waiting == BROKE_OFF
    assert connection is not None
    assert connection.is_closed
    await carrier.close()
