"""One-process mode makes the same promises as RabbitMQ: nothing lost, handled once, order per case."""

from uuid import uuid4

import pytest

from rtp_embedded.bus import InProcessBus
from tests.support.messaging import ANOTHER_TYPE, Office, running
from tests.support.waiting import until

pytestmark = pytest.mark.anyio


async def test_each_event_is_handled_once_and_in_order(office: Office) -> None:
    bus, cases = InProcessBus({"office": office.consumer()}), [uuid4() for _ in range(3)]
    for sequence in (1, 2, 3):
        for case in cases:
            await office.publish(case, sequence)
    async with running(office.relay(bus).run):
        await until(lambda: _all_out(office), "publishing")
    assert [await office.heard(case) for case in cases] == [[1, 2, 3]] * 3


async def _all_out(office: Office) -> bool:
    return not await office.waiting()


async def test_a_second_hand_over_does_nothing(office: Office) -> None:
    bus, case = InProcessBus({"office": office.consumer()}), uuid4()
    await office.publish(case, 1)
    messages = await office.messages()
    for _ in range(2):
        outcome = await bus.publish(messages)
        assert outcome.confirmed == {messages[0].event_id}
    assert await office.heard() == [1]


async def test_a_failing_handler_leaves_no_trace_and_the_event_in_the_outbox(office: Office) -> None:
    bus, case, sound = InProcessBus({"office": office.consumer()}), uuid4(), uuid4()
    office.failing[case] = RuntimeError("not today")
    await office.publish(case, 1, 2)
    await office.publish(sound, 1)
    async with running(office.relay(bus).run):
        await until(lambda: _tried(office, 3), "trying")
        assert await office.heard(case) == []
        assert await office.heard(sound) == [1]
        office.failing.clear()
        await office.query("UPDATE outbox SET retry_at = now()")
        await until(lambda: _all_out(office), "publishing")
    assert await office.heard(case) == [1, 2]


async def _tried(office: Office, times: int) -> bool:
    return office.tries.total() >= times


async def test_one_receiver_that_fails_does_not_make_another_handle_twice(office: Office) -> None:
    class Broken:
        def accepts(self, event_type: str) -> bool:
            return True

        async def receive(self, message: object) -> None:
            raise RuntimeError("broken")

    bus = InProcessBus({"office": office.consumer(), "broken": Broken()})
    await office.publish(uuid4(), 1)
    messages = await office.messages()
    for _ in range(2):
        assert (await bus.publish(messages)).refused == {messages[0].event_id}
    assert await office.heard() == [1]


async def test_what_nobody_hears_is_safe_and_forgotten(office: Office) -> None:
    bus = InProcessBus({"office": office.consumer(ANOTHER_TYPE)})
    await office.publish(uuid4(), 1)
    messages = await office.messages()
    assert (await bus.publish(messages)).confirmed == {messages[0].event_id}
    assert await office.heard() == []
