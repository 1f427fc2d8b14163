"""The AMQP transport over a real RabbitMQ node: a true result for every request, whatever happens to the broker."""

import asyncio
import json
import socket
import uuid
from dataclasses import replace
from typing import Any

import pika
import pytest

from rtp_gateway.outbound.transports.amqp import APP_ID, BROKE_OFF, GONE, NO_CONNECTION, AmqpTransport
from rtp_gateway.outbound.transports.queues import QueueProvisioner
from rtp_gateway.outbound.transports.requests import DeliveryResult
from rtp_gateway.settings import in_vhost
from tests.support.amqp import EVENT, VHOST, QueueReader, is_accepted, provision, request, taken
from tests.support.rabbitmq import Broker
from tests.support.waiting import until, until_true

pytestmark = pytest.mark.anyio


async def test_an_event_arrives_as_it_is_with_what_a_header_exchange_needs(
    transport: AmqpTransport, subscriber: QueueReader
) -> None:
    sent = request(subscriber.id)
    assert await transport.send(sent) == DeliveryResult(200)
    [(properties, body)] = await asyncio.to_thread(taken, subscriber.url, subscriber.access.queue)
    assert body == sent.body
    assert properties.message_id == sent.message_id
    assert (properties.type, properties.app_id) == (EVENT["type"], APP_ID)
    assert (properties.content_type, properties.delivery_mode) == ("application/cloudevents+json", 2)
    assert properties.timestamp is not None
    assert attributes(properties) == {f"ce-{name}": value for name, value in EVENT.items() if name != "data"}
    assert (properties.headers or {})["webhook-subscription"] == str(subscriber.id)


def attributes(properties: pika.BasicProperties) -> dict[str, Any]:
    """Headers that the event itself gives."""
    return {name: value for name, value in (properties.headers or {}).items() if name.startswith("ce-")}


async def test_what_is_not_a_cloudevent_is_not_read(transport: AmqpTransport, subscriber: QueueReader) -> None:
    sent = request(subscriber.id, content_type="application/fhir+json", body=b"not even JSON")
    assert (await transport.send(sent)).accepted
    [(properties, body)] = await asyncio.to_thread(taken, subscriber.url, subscriber.access.queue)
    assert (properties.content_type, attributes(properties), body) == ("application/fhir+json", {}, b"not even JSON")


async def test_attributes_that_are_not_text_become_text(transport: AmqpTransport, subscriber: QueueReader) -> None:
    body = json.dumps({"specversion": "1.0", "weight": 3, "deprecated": True, "data_base64": "AAAA"}).encode()
    await transport.send(request(subscriber.id, body=body))
    [(properties, _)] = await asyncio.to_thread(taken, subscriber.url, subscriber.access.queue)
    assert attributes(properties) == {"ce-specversion": "1.0", "ce-weight": "3", "ce-deprecated": "true"}


async def test_many_at_once_each_with_its_own_answer(transport: AmqpTransport, queues: QueueProvisioner) -> None:
    subscribers = [await provision(queues) for _ in range(3)]
    requests = [
        request(each.id) for _ in range(100) for each in (*subscribers, replace(subscribers[0], id=uuid.uuid4()))
    ]
    answers = await asyncio.gather(*(transport.send(each) for each in requests))
    there = {each.id for each in subscribers}
    assert all(
        answer == (DeliveryResult(200) if sent.subscription_id in there else GONE)
        for sent, answer in zip(requests, answers, strict=True)
    )
    for each in subscribers:
        received = await asyncio.to_thread(taken, each.url, each.access.queue)
        assert [p.message_id for p, _ in received] == [p.message_id for p in requests if p.subscription_id == each.id]


async def test_the_same_message_to_two_queues_one_of_them_gone(
    transport: AmqpTransport, subscriber: QueueReader
) -> None:
    sent = request(subscriber.id)
    answers = await asyncio.gather(transport.send(sent), transport.send(replace(sent, subscription_id=uuid.uuid4())))
    assert list(answers) == [DeliveryResult(200), GONE]


async def test_it_comes_back_after_the_node_was_killed(
    transport: AmqpTransport, subscriber: QueueReader, broker: Broker
) -> None:
    if not broker.private:
        pytest.skip("the broker given is not ours to kill")
    assert (await transport.send(request(subscriber.id))).accepted
    await asyncio.to_thread(broker.remember_queues)
    await asyncio.to_thread(broker.kill)

    async def noticed() -> bool:
        return await transport.send(request(subscriber.id)) == NO_CONNECTION

    await until(noticed, "noticing")
    await asyncio.to_thread(broker.start)
    await until(lambda: is_accepted(transport, subscriber), "coming back")


async def test_what_is_under_way_when_the_connection_breaks_is_answered(
    transport: AmqpTransport, subscriber: QueueReader
) -> None:
    await transport.send(request(subscriber.id))
    outgoing = await transport._connect()
    under_way = [asyncio.create_task(transport.send(request(subscriber.id))) for _ in range(8)]
    await asyncio.sleep(0)  # all are published, and none can be confirmed yet
    outgoing.link.connection._transport._sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
    answers = await asyncio.gather(*under_way)
    assert set(answers) <= {BROKE_OFF, NO_CONNECTION}
    assert BROKE_OFF in answers
    assert (await transport.send(request(subscriber.id))).accepted


async def test_nobody_waits_longer_than_the_limit_and_what_is_silent_is_given_up(
    broker: Broker, subscriber: QueueReader
) -> None:
    if not broker.private:
        pytest.skip("the broker given is not ours to freeze")
    transport = AmqpTransport(in_vhost(broker.url, VHOST), seconds=0.5)
    await until(lambda: is_accepted(transport, subscriber), "connecting")
    first = await transport._connect()
    broker.freeze()
    try:
        answers = await asyncio.gather(*(transport.send(request(subscriber.id)) for _ in range(8)))
    finally:
        broker.thaw()
    assert set(answers) == {DeliveryResult(error="no confirm from the queue within 0.5 seconds")}
    await until(lambda: is_accepted(transport, subscriber), "connecting again")
    assert await transport._connect() is not first
    await transport.close()
    await first.close()


async def test_a_link_on_which_others_are_confirmed_is_kept(broker: Broker, subscriber: QueueReader) -> None:
    transport = AmqpTransport(in_vhost(broker.url, VHOST))
    await transport.send(request(subscriber.id))
    outgoing, began = await transport._connect(), asyncio.get_running_loop().time()
    await transport.send(request(subscriber.id))
    transport._give_up_if_silent(since=began)  # as a request does that a queue did not confirm
    assert await transport._connect() is outgoing
    await transport.close()


async def test_a_late_confirm_is_not_taken_for_another_request(broker: Broker, subscriber: QueueReader) -> None:
    transport = AmqpTransport(in_vhost(broker.url, VHOST), seconds=5)
    await transport.send(request(subscriber.id))
    outgoing = await transport._connect()
    late = asyncio.create_task(transport.send(request(subscriber.id)))
    await asyncio.sleep(0)
    late.cancel()  # its confirm comes while the next is on its way
    nobody = request(uuid.uuid4())
    answers = await asyncio.gather(transport.send(nobody), transport.send(request(subscriber.id)))
    assert list(answers) == [GONE, DeliveryResult(200)]
    assert not outgoing._sent
    await transport.close()


async def test_a_broker_that_is_not_there_or_does_not_answer() -> None:
    nowhere = AmqpTransport("amqp://guest:guest@127.0.0.1:1/")
    assert set(await asyncio.gather(*(nowhere.send(request(uuid.uuid4())) for _ in range(8)))) == {NO_CONNECTION}
    await nowhere.close()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mute = AmqpTransport(f"amqp://guest:guest@127.0.0.1:{silent.getsockname()[1]}/", seconds=0.2)
        assert (await mute.send(request(uuid.uuid4()))).error == "no confirm from the queue within 0.2 seconds"
        await mute.close()


async def test_closed_while_it_connects_it_leaves_no_connection(broker: Broker) -> None:
    transport = AmqpTransport(broker.url)
    waiting = asyncio.create_task(transport.send(request(uuid.uuid4())))
    await asyncio.sleep(0)
    opening = transport._opening
    assert opening is not None
    await transport.close()
    assert await waiting == NO_CONNECTION
    connection = opening.result().link.connection
    await until_true(lambda: connection is not None and connection.is_closed, "closing")


async def test_closing_answers_those_who_wait_and_is_done_once(
    transport: AmqpTransport, subscriber: QueueReader
) -> None:
    await transport.send(request(subscriber.id))
    connection = (await transport._connect()).link.connection
    waiting = asyncio.create_task(transport.send(request(subscriber.id)))
    await asyncio.sleep(0)
    await transport.close()
    assert await waiting == BROKE_OFF
    assert connection is not None
    assert connection.is_closed
    await transport.close()
