"""A sink that is to be asked is sent nothing before it consents, and no faster than it allows."""

import asyncio
import re
import uuid
from typing import Any

import pytest
from aiohttp import web

from tests.conftest import NewClient
from tests.gateway.conftest import Owner, assert_refused, path_of
from tests.support.waiting import until_true
from tests.support.webhooks import Received, Receiver, answering, receiving

pytestmark = pytest.mark.anyio

HANDSHAKE = {"protocolsettings": {"handshake": True}}


class ConsentingSink:
    """Answers OPTIONS as it is told to, and takes events."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver, self.said = receiver, {"WebHook-Allowed-Origin": "rtp.test"}
        receiver.answer = self.answer

    def answer(self, received: Received) -> web.StreamResponse:
        if received.method == "OPTIONS":
            return web.Response(status=200, headers=self.said)
        return web.Response(status=204)

    def asked(self) -> list[Received]:
        return [each for each in self.receiver.received if each.method == "OPTIONS"]

    def callback(self) -> str:
        """The path of the newest callback."""
        address = self.asked()[-1].headers["webhook-request-callback"]
        assert address.startswith("http://rtp.test/v1/subscriptions/consents/")
        return address.removeprefix("http://rtp.test")

    def events(self) -> list[Received]:
        return [each for each in self.receiver.received if each.method == "POST"]


@pytest.fixture
def sink(receiver: Receiver) -> ConsentingSink:
    return ConsentingSink(receiver)


@pytest.fixture
async def pending(owner: Owner, sink: ConsentingSink) -> dict[str, Any]:
    """A subscription whose sink was asked and says nothing."""
    sink.said = {}
    subscription = await owner.subscribe(**HANDSHAKE)
    assert subscription["status"] == "pending"
    return subscription


async def status_and_rate(owner: Owner, subscription: dict[str, Any]) -> tuple[str, int | None]:
    view = await owner.show(subscription)
    return view["status"], view.get("ratePerMinute")


async def test_a_sink_that_consents_is_sent_events(owner: Owner, sink: ConsentingSink) -> None:
    subscription = await owner.subscribe(**HANDSHAKE)
    assert (subscription["status"], subscription.get("ratePerMinute")) == ("active", None)
    (asked,) = sink.asked()
    assert asked.headers["webhook-request-origin"] == "rtp.test"
    await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    (event,) = sink.events()
    assert event.headers["webhook-request-origin"] == "rtp.test"
    event.verified(subscription["secret"])


async def test_without_a_handshake_nobody_is_asked(owner: Owner, sink: ConsentingSink) -> None:
    await owner.subscribe()
    assert sink.asked() == []


@pytest.mark.parametrize(
    ("details", "asked", "rate"),
    [({"ratePerMinute": 600, **HANDSHAKE}, ["600"], 6), ({"ratePerMinute": 2}, [], 2)],
    ids=["what the sink allows", "what its owner chose"],
)
async def test_a_rate_is_obeyed(
    owner: Owner, sink: ConsentingSink, details: dict[str, Any], asked: list[str], rate: int
) -> None:
    sink.said["WebHook-Allowed-Rate"] = "6"
    subscription = await owner.subscribe(**details)
    assert [each.headers["webhook-request-rate"] for each in sink.asked()] == asked
    assert subscription["ratePerMinute"] == rate
    for _ in range(4):
        await owner.publish(uuid.uuid4(), 1)
    for number in range(1, 5):
        await owner.worker.drain()
        assert len(sink.events()) == number
        owner.clock.forward(seconds=60 / rate - 0.1)
        assert await owner.worker.drain() == 0
        owner.clock.forward(seconds=0.1)


async def test_a_higher_rate_needs_a_new_consent(owner: Owner, sink: ConsentingSink) -> None:
    sink.said["WebHook-Allowed-Rate"] = "6"
    subscription = await owner.subscribe(ratePerMinute=6, **HANDSHAKE)
    changed = await owner.change(subscription, ratePerMinute=1000)
    assert [each.headers["webhook-request-rate"] for each in sink.asked()] == ["6", "1000"]
    assert (changed["status"], changed["ratePerMinute"]) == ("active", 6)


@pytest.mark.parametrize("said", [{}, {"WebHook-Allowed-Origin": "elsewhere.test"}])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_consent_nothing_is_sent_until_it_comes_by_the_callback(
    owner: Owner, sink: ConsentingSink, new_client: NewClient, said: dict[str, str], method: str
) -> None:
    anybody = await new_client(scopes="")
    del anybody.headers["Authorization"]
    sink.said = said
    subscription = await owner.subscribe(**HANDSHAKE)
    assert subscription["status"] == "pending"
    await owner.publish(uuid.uuid4(), 1, 2)
    assert await owner.new_worker().drain() == 0
    assert sink.events() == []
    callback = sink.callback()
    for wrong in (callback[:-1] + ("A" if callback[-1] != "A" else "B"), re.sub("[^/]+$", "x" * 43, callback)):
        assert_refused(await anybody.request(method, wrong), 404, "no-such-consent")
    answer = await anybody.request(method, callback, headers={"WebHook-Allowed-Rate": "60"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert await status_and_rate(owner, subscription) == ("active", 60)
    assert (await anybody.request(method, callback)).status_code == 404  # it serves once
    owner.clock.catch_up()
    await owner.worker.drain()
    owner.clock.forward(seconds=1)
    await owner.worker.drain()
    assert [each.sequence for each in sink.events()] == [1, 2]


async def test_a_rate_that_cannot_be_read_is_refused_and_consent_may_still_come(
    owner: Owner, sink: ConsentingSink, pending: dict[str, Any]
) -> None:
    for rate, status, shown in (("many", 400, "pending"), ("*", 204, "active")):
        answer = await owner.api.post(sink.callback(), headers={"WebHook-Allowed-Rate": rate})
        assert answer.status_code == status
        assert await status_and_rate(owner, pending) == (shown, None)


async def test_resuming_a_pending_one_asks_again(owner: Owner, sink: ConsentingSink, pending: dict[str, Any]) -> None:
    former = sink.callback()
    refused = await owner.api.post(path_of(pending) + "/actions/pause", headers={"If-Match": "*"})
    assert refused.status_code == 409
    assert (await owner.ask(pending, "actions/resume"))["status"] == "pending"
    assert (await owner.api.post(former)).status_code == 404  # only the newest address holds
    sink.said = {"WebHook-Allowed-Origin": "*"}
    assert (await owner.ask(pending, "actions/resume"))["status"] == "active"
    assert len(sink.asked()) == 3


async def test_a_new_sink_is_asked_anew(owner: Owner, sink: ConsentingSink) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe(**HANDSHAKE)
    async with receiving() as elsewhere:
        unwilling = ConsentingSink(elsewhere)
        unwilling.said = {}
        changed = await owner.change(subscription, sink=elsewhere.url)
        assert changed["status"] == "pending"
        await owner.publish(case_id, 1)
        assert await owner.new_worker().drain() == 0
        assert (await owner.api.get(unwilling.callback())).status_code == 204
        await owner.new_worker().drain()
        assert [each.case_id for each in unwilling.events()] == [case_id]
    assert sink.events() == []


async def test_a_description_may_change_without_asking(owner: Owner, sink: ConsentingSink) -> None:
    subscription = await owner.subscribe(**HANDSHAKE)
    await owner.change(subscription, description="ours")
    await owner.change(subscription, sink=subscription["sink"])
    assert len(sink.asked()) == 1


async def test_a_pending_one_that_gives_up_its_handshake_is_sent_events(
    owner: Owner, sink: ConsentingSink, pending: dict[str, Any]
) -> None:
    changed = await owner.change(pending, protocolsettings={"handshake": False})
    assert changed["status"] == "active"
    assert (await owner.api.get(sink.callback())).status_code == 404


@pytest.mark.parametrize("consents", [True, False])
async def test_consent_does_not_undo_a_pause(owner: Owner, sink: ConsentingSink, consents: bool) -> None:
    """Neither one's own, nor that of `hold`."""
    paused = await owner.subscribe(**HANDSHAKE)
    await owner.ask(paused, "actions/pause")
    held = await owner.subscribe(onSinkChange="hold", **HANDSHAKE)
    if not consents:
        sink.said = {}
    for subscription in (paused, held):
        assert (await owner.change(subscription, sink=owner.receiver.url + "?new"))["status"] == "paused"
        if not consents:
            assert (await owner.api.get(sink.callback())).status_code == 204
            assert (await owner.show(subscription))["status"] == "paused"
    await owner.publish(uuid.uuid4(), 1)
    assert await owner.new_worker().drain() == 0
    for subscription in (paused, held):
        assert (await owner.ask(subscription, "actions/resume"))["status"] == "active"
    assert await owner.new_worker().drain() == 2


async def test_a_paused_one_whose_sink_has_not_consented_is_pending_when_resumed(
    owner: Owner, sink: ConsentingSink
) -> None:
    subscription = await owner.subscribe(onSinkChange="hold", **HANDSHAKE)
    sink.said = {}
    await owner.change(subscription, sink=owner.receiver.url + "?new")
    assert (await owner.ask(subscription, "actions/resume"))["status"] == "pending"
    assert (await owner.api.get(sink.callback())).status_code == 204
    assert (await owner.show(subscription))["status"] == "active"


async def test_a_sink_that_takes_its_time_over_consent_holds_up_no_deliveries(
    owner: Owner, sink: ConsentingSink
) -> None:
    """Nobody may hold the locks that workers need for as long as a stranger's server likes."""
    subscription = await owner.subscribe(**HANDSHAKE)
    owner.receiver.answer = answering(500)
    await owner.publish(uuid.uuid4(), 1)
    await owner.worker.drain()
    owner.receiver.answer = sink.answer
    owner.clock.forward(seconds=10)
    release = asyncio.Event()
    async with receiving() as slow:

        async def think(_: Received) -> web.StreamResponse:
            await release.wait()
            return web.Response(headers={"WebHook-Allowed-Origin": "*"})

        slow.answer = think
        changing = asyncio.create_task(owner.change(subscription, sink=slow.url))
        await until_true(lambda: slow.received, "the question for consent")
        async with asyncio.timeout(8):
            assert await owner.worker.drain() == 1  # a success after failures closes the circuit, and takes the lock
        release.set()
        assert (await changing)["sink"] == slow.url
