"""The bus over a real RabbitMQ node: nothing lost, nothing handled twice, order per case, and every outage survived."""

import asyncio
import socket
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import asyncpg
import pika
import pytest

from rtp_shared.bus import BusUnavailable, Message, PublishResult
from rtp_shared.rabbit import RabbitBus, RabbitConsumer, declare_once
from rtp_shared.rabbit.consumer import HANDLER_TRIES
from tests.support.messaging import ANOTHER_TYPE, TYPE, Office, clear_broker, running
from tests.support.rabbitmq import Broker
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

QUEUE = "office"


@pytest.fixture
def url(broker: Broker) -> Iterator[str]:
    clear_broker(broker.url, QUEUE)
    yield broker.url
    clear_broker(broker.url, QUEUE)


def feeder(office: Office, url: str, *, prefetch: int = 32) -> RabbitConsumer:
    return RabbitConsumer(url, QUEUE, office.consumer(), prefetch=prefetch)


async def heard(office: Office, count: int, seconds: float = 20) -> None:
    async def enough() -> bool:
        return len(await office.heard()) >= count

    await until(enough, f"hearing {count} events", seconds)


async def in_queue(broker: Broker, queue: str, count: int) -> None:
    async def there() -> bool:
        return await asyncio.to_thread(broker.depth, queue) == count

    await until(there, f"{count} messages in {queue}")


async def published(office: Office, url: str) -> list[Message]:
    messages = await office.messages()
    bus = RabbitBus(url)
    assert (await bus.publish(messages)).confirmed == {message.event_id for message in messages}
    await bus.close()
    return messages


async def test_from_outbox_to_handler_once_and_in_order(office: Office, url: str) -> None:
    await declare_once(url, QUEUE, [TYPE])
    cases = [uuid.uuid4() for _ in range(10)]
    for sequence in range(1, 6):
        for case in cases:
            await office.publish(case, sequence)
    bus = RabbitBus(url)
    async with running(office.relay(bus).run, feeder(office, url).run):
        await heard(office, 50)
    await bus.close()
    assert [await office.heard(case) for case in cases] == [[1, 2, 3, 4, 5]] * 10
    assert await office.waiting() == 0
    assert {tuple(row[0]) for row in await office.query("SELECT readers FROM heard")} == {("client:one", "system")}


async def test_duplicates_are_dropped(office: Office, url: str) -> None:
    await declare_once(url, QUEUE, [TYPE])
    case = uuid.uuid4()
    await office.publish(case, 1, 2)
    await published(office, url)
    await published(office, url)
    async with running(feeder(office, url, prefetch=1).run):
        await office.publish(case, 3)
        await published(office, url)
        await heard(office, 3)
    assert await office.heard(case) == [1, 2, 3]
    assert len(await office.query("SELECT FROM inbox")) == 3


async def test_what_no_queue_takes_is_refused_not_lost(office: Office, url: str) -> None:
    await declare_once(url, QUEUE, [ANOTHER_TYPE])
    await office.publish(uuid.uuid4(), 1)
    (message,) = await office.messages()
    bus = RabbitBus(url)
    outcome = await bus.publish([message, replace(message, event_id=uuid.uuid4(), type=ANOTHER_TYPE)])
    assert outcome.refused == {message.event_id}
    assert len(outcome.confirmed) == 1
    await bus.close()


async def test_a_late_confirm_is_not_taken_for_another_batch(
    office: Office, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await declare_once(url, QUEUE, [TYPE])
    await office.publish(uuid.uuid4(), 1)
    (message,) = await office.messages()
    nobody_hears = replace(message, event_id=uuid.uuid4(), type=ANOTHER_TYPE)
    bus = RabbitBus(url)
    with monkeypatch.context() as impatient:
        impatient.setattr("rtp_shared.rabbit.bus.CONFIRM_SECONDS", 0)
        assert not (await bus.publish([message])).confirmed  # its confirm comes while the next batch is on its way
    outcome = await bus.publish([nobody_hears])
    assert (outcome.confirmed, outcome.refused) == (set(), {nobody_hears.event_id})
    await bus.close()


async def test_no_more_wait_for_their_confirms_at_once_than_may(
    office: Office, url: str, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    await declare_once(url, QUEUE, [TYPE])
    monkeypatch.setattr("rtp_shared.rabbit.bus.OUTSTANDING", 3)
    await office.publish(uuid.uuid4(), *range(1, 21))
    messages, at_once = await office.messages(), []
    bus = RabbitBus(url)
    assert await bus.publish([]) == PublishResult(set(), set())
    outgoing = bus._outgoing
    assert outgoing is not None
    publish = outgoing.link.channel.basic_publish

    def noting(*arguments: Any, **named: Any) -> None:
        at_once.append(len(outgoing._outstanding))
        publish(*arguments, **named)

    monkeypatch.setattr(outgoing.link.channel, "basic_publish", noting)
    assert (await bus.publish(messages)).confirmed == {message.event_id for message in messages}
    assert max(at_once) == 3
    assert len(at_once) == 20
    await bus.close()
    await in_queue(broker, QUEUE, 20)


async def test_a_batch_that_was_given_up_is_not_sent_on(
    office: Office, url: str, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    await declare_once(url, QUEUE, [TYPE])
    monkeypatch.setattr("rtp_shared.rabbit.bus.OUTSTANDING", 2)
    await office.publish(uuid.uuid4(), *range(1, 11))
    messages = await office.messages()
    bus = RabbitBus(url)
    await bus.publish([])
    given_up = asyncio.ensure_future(bus.publish(messages))
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait({given_up})
    outgoing = bus._outgoing
    assert outgoing is not None
    await until(lambda: _usable(outgoing), "confirming what was sent")
    assert (await bus.publish(messages[-1:])).confirmed == {messages[-1].event_id}
    await bus.close()
    await in_queue(broker, QUEUE, 3)


async def _usable(outgoing: Any) -> bool:
    return bool(outgoing.usable)


async def test_what_is_written_to_a_connection_that_is_lost_is_not_known_to_be_safe(
    office: Office, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    await declare_once(url, QUEUE, [TYPE])
    await office.publish(uuid.uuid4(), 1)
    messages, bus = await office.messages(), RabbitBus(url)
    await bus.publish([])
    publishing = asyncio.ensure_future(bus.publish(messages))
    assert bus._outgoing is not None
    connection: Any = bus._outgoing.link.connection
    connection._terminate_stream(ConnectionResetError("gone"))  # comes between writing and sending
    assert await publishing == PublishResult(set(), set())
    assert not [record for record in caplog.records if record.name == "asyncio"]
    assert (await bus.publish(messages)).confirmed == {messages[0].event_id}
    await bus.close()


async def test_a_handler_that_fails_is_tried_again_then_dead_lettered(office: Office, url: str, broker: Broker) -> None:
    await declare_once(url, QUEUE, [TYPE])
    poisoned, sound = uuid.uuid4(), uuid.uuid4()
    office.failing[poisoned] = RuntimeError("never")
    await office.publish(poisoned, 1)
    await office.publish(sound, 1, 2)
    await published(office, url)
    async with running(feeder(office, url).run):
        await heard(office, 2)
        await in_queue(broker, f"{QUEUE}.dead", 1)
    assert await office.heard(sound) == [1, 2]
    assert await office.heard(poisoned) == []
    assert office.tries[poisoned] == HANDLER_TRIES + 1  # the first one together with the others


@pytest.mark.parametrize("away", [ConnectionRefusedError(), asyncpg.CannotConnectNowError("starting up")], ids=repr)
async def test_a_database_that_is_away_is_waited_for(
    office: Office, url: str, broker: Broker, monkeypatch: pytest.MonkeyPatch, away: Exception
) -> None:
    await declare_once(url, QUEUE, [TYPE])
    monkeypatch.setattr("rtp_shared.rabbit.consumer.PAUSE_SECONDS", 0.001)
    case = uuid.uuid4()
    office.failing[case] = away
    await office.publish(case, 1)
    await published(office, url)
    async with running(feeder(office, url).run):
        await until(lambda: _tried(office, HANDLER_TRIES + 1), "trying")
        office.failing.clear()
        await heard(office, 1)
    assert broker.depth(f"{QUEUE}.dead") == 0


async def _tried(office: Office, times: int) -> bool:
    return office.tries.total() >= times


async def test_what_is_not_ours_goes_to_the_dead_letter_queue(office: Office, url: str, broker: Broker) -> None:
    await declare_once(url, QUEUE, [TYPE])
    await office.publish(uuid.uuid4(), 1)
    (message,) = await office.messages()
    bus = RabbitBus(url)
    await bus.publish([replace(message, event_id=uuid.uuid4(), body=b"{}"), message])
    await bus.close()
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        connection.channel().basic_publish("", QUEUE, b"hello")
    async with running(feeder(office, url).run):
        await heard(office, 1)
        await in_queue(broker, f"{QUEUE}.dead", 2)
    assert office.tries.total() == 1  # no second try for what can never be read


async def test_what_has_come_is_handled_together(office: Office, url: str) -> None:
    await declare_once(url, QUEUE, [TYPE])
    case = uuid.uuid4()
    for other in range(10):
        await office.publish(uuid.UUID(int=other), 1)
        await office.publish(case, other + 1)
    await published(office, url)
    async with running(feeder(office, url).run):
        await heard(office, 20)
    assert await office.heard(case) == list(range(1, 11))
    transactions = await office.query("SELECT DISTINCT xmin::text FROM heard")
    assert len(transactions) < 20


async def test_what_fails_among_others_undoes_nothing_of_them_and_holds_up_its_case(office: Office, url: str) -> None:
    await declare_once(url, QUEUE, [TYPE])
    failing, sound = uuid.uuid4(), uuid.uuid4()
    office.failing[failing] = ConnectionRefusedError()  # for however long
    for sequence in (1, 2, 3):
        await office.publish(sound, sequence)
        await office.publish(failing, sequence)
    await published(office, url)
    async with running(feeder(office, url).run):
        await heard(office, 3)
        assert await office.heard(sound) == [1, 2, 3]
        await office.publish(failing, 4)
        await office.publish(sound, 4)
        messages = (await office.messages())[-2:]
        bus = RabbitBus(url)
        await bus.publish(messages)
        await bus.close()
        await heard(office, 4)
        assert await office.heard(failing) == []
        office.failing.clear()
        await heard(office, 8)
    assert await office.heard(failing) == [1, 2, 3, 4]
    assert await office.heard(sound) == [1, 2, 3, 4]


async def test_one_consumer_is_active_and_another_takes_over(office: Office, url: str) -> None:
    await declare_once(url, QUEUE, [TYPE])
    first, second, case = feeder(office, url), feeder(office, url), uuid.uuid4()
    async with running(second.run):
        async with running(first.run):
            await until(lambda: _connected(first, second), "connecting")
            await office.publish(case, 1, 2, 3)
            await published(office, url)
            await heard(office, 3)
        await office.publish(case, 4)
        await published(office, url)
        await heard(office, 4)
    assert await office.heard(case) == [1, 2, 3, 4]


async def _connected(*feeders: RabbitConsumer) -> bool:
    return all(each.connected for each in feeders)


async def test_both_ends_come_back_after_the_node_was_killed(office: Office, url: str, broker: Broker) -> None:
    await declare_once(url, QUEUE, [TYPE])
    case, bus, consumer = uuid.uuid4(), RabbitBus(url), feeder(office, url)
    async with running(office.relay(bus).run, consumer.run):
        await office.publish(case, 1, 2)
        await heard(office, 2)
        await asyncio.to_thread(broker.remember_queues)
        await asyncio.to_thread(broker.kill)
        await office.publish(case, 3)
        await until(lambda: _disconnected(consumer), "noticing")
        await asyncio.to_thread(broker.start)
        await office.publish(case, 4)
        await heard(office, 4)
    await bus.close()
    assert await office.heard(case) == [1, 2, 3, 4]


async def _disconnected(consumer: RabbitConsumer) -> bool:
    return not consumer.connected


async def test_a_broker_that_is_not_there_or_does_not_answer(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await office.publish(uuid.uuid4(), 1)
    messages = await office.messages()
    with pytest.raises(BusUnavailable, match="Connection refused"):
        await RabbitBus("amqp://guest:guest@127.0.0.1:1/").publish(messages)
    monkeypatch.setattr("rtp_shared.rabbit.link.CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(BusUnavailable):
        await RabbitBus(f"amqp://guest:guest@127.0.0.1:{silent.getsockname()[1]}/").publish(messages)
