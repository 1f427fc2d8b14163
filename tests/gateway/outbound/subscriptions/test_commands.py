"""What a subscriber may choose, and what it then gets: keys, forms, filters, consent, pace, and what a change does."""

import asyncio
import base64
import hashlib
import json
import re
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks.webhooks import WebhookVerificationError

from rtp_embedded.platform import Platform
from rtp_shared.clock import utcnow
from rtp_shared.contracts import About
from rtp_shared.contracts.applications import CaseOpened, CaseSubmitted
from rtp_shared.contracts.gateway import SubscriptionTested
from tests.conftest import Api, NewClient
from tests.gateway.conftest import NewWorker, Owner
from tests.support.waiting import until
from tests.support.webhooks import (
    Clock,
    Received,
    Receiver,
    answering,
    ask,
    change,
    health,
    publish,
    receiving,
    relay,
    subscribe,
)

pytestmark = pytest.mark.anyio

HERE = Path(__file__).parents[2]
CLOUDEVENT = jsonschema.Draft7Validator(
    json.loads((HERE.parent / "contracts" / "cloudevents.schema.v1.0.2.json").read_text()),
    format_checker=jsonschema.FormatChecker(),
)
SIGNAL = jsonschema.Draft202012Validator(
    json.loads((HERE / "mns-fhirsignal.schema.json").read_text()), format_checker=jsonschema.FormatChecker()
)


def path_of(subscription: dict[str, Any]) -> str:
    return f"/v1/subscriptions/{subscription['id']}"


async def shown(api: Api, subscription: dict[str, Any]) -> dict[str, Any]:
    answer = await api.get(path_of(subscription))
    assert answer.status_code == 200, answer.text
    view: dict[str, Any] = answer.json()
    return view


# Keys


def verify_v1a(received: Received, public_key: str) -> None:
    """By the public key alone, as Standard Webhooks describe it; raise InvalidSignature if none of them holds."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key.removeprefix("whpk_")))
    signed = f"{received.id}.{received.headers['webhook-timestamp']}.".encode() + received.body
    for each in received.headers["webhook-signature"].split(" "):
        version, _, signature = each.partition(",")
        if version == "v1a":
            try:
                return key.verify(base64.b64decode(signature), signed)
            except InvalidSignature:
                continue
    raise InvalidSignature


async def test_both_generations_of_keys_sign_until_the_overlap_is_over(owner: Owner) -> None:
    subscription = await owner.subscribe()
    rotated = await owner.ask(subscription, "actions/rotate-secret", overlapHours=2)
    assert rotated["secret"] != subscription["secret"]
    assert rotated["publicKey"] != subscription["publicKey"]
    until = datetime.fromisoformat(rotated["formerKeysUntil"])
    assert abs(until - utcnow() - timedelta(hours=2)) < timedelta(minutes=1)
    view = await shown(owner.api, subscription)
    assert (view["publicKey"], view["formerKeysUntil"]) == (rotated["publicKey"], rotated["formerKeysUntil"])

    await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    (received,) = owner.receiver.received
    for generation in (subscription, rotated):
        received.verified(generation["secret"])
        verify_v1a(received, generation["publicKey"])

    await owner.publish(uuid.uuid4(), 1)
    owner.clock.at = until
    await owner.new_worker(now=owner.clock).drain()
    received = owner.receiver.received[1]
    received.verified_at_its_time(rotated["secret"])
    verify_v1a(received, rotated["publicKey"])
    with pytest.raises(WebhookVerificationError):
        received.verified_at_its_time(subscription["secret"])
    with pytest.raises(InvalidSignature):
        verify_v1a(received, subscription["publicKey"])


async def test_without_an_overlap_the_former_keys_sign_no_more(owner: Owner) -> None:
    subscription = await owner.subscribe()
    between = await owner.ask(subscription, "actions/rotate-secret", overlapHours=24)
    rotated = await owner.ask(subscription, "actions/rotate-secret", overlapHours=0)
    assert rotated["formerKeysUntil"] is None
    await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    (received,) = owner.receiver.received
    received.verified(rotated["secret"])
    verify_v1a(received, rotated["publicKey"])
    for former in (subscription, between):
        with pytest.raises(WebhookVerificationError):
            received.verified(former["secret"])
        with pytest.raises(InvalidSignature):
            verify_v1a(received, former["publicKey"])


async def test_what_waits_is_signed_with_the_keys_of_when_it_is_sent(owner: Owner) -> None:
    subscription = await owner.subscribe()
    await owner.publish(uuid.uuid4(), 1)
    rotated = await owner.ask(subscription, "actions/rotate-secret", overlapHours=0)
    await owner.new_worker().drain()
    owner.receiver.received[0].verified(rotated["secret"])


async def test_a_repeated_rotation_rotates_once_and_shows_no_secret(owner: Owner) -> None:
    subscription = await owner.subscribe()
    path, headers = path_of(subscription) + "/actions/rotate-secret", {"If-Match": '"1"', "Idempotency-Key": '"turn"'}
    first = await owner.api.post(path, json={}, headers=headers)
    again = await owner.api.post(path, json={}, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.headers["cache-control"] == "no-store"
    assert again.json() == {**first.json(), "secret": None}
    assert (await shown(owner.api, subscription))["version"] == 2


@pytest.mark.parametrize("hours", [-1, 169, 1.5, "2", None])
async def test_an_overlap_has_its_bounds(owner: Owner, hours: Any) -> None:
    subscription = await owner.subscribe()
    path = path_of(subscription) + "/actions/rotate-secret"
    answer = await owner.api.post(path, json={"overlapHours": hours}, headers={"If-Match": "*"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "/overlapHours"


# Forms


@pytest.mark.parametrize("payload", ["full", "thin", "fhir"])
async def test_every_form_arrives_valid_and_signed(owner: Owner, payload: str) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe(payload=payload)
    (sent,) = await owner.publish(case_id, 1, about=About(route="right-to-provide", region="E12000001"))
    await owner.new_worker().drain()
    (received,) = owner.receiver.received
    event = received.verified(subscription["secret"])
    assert received.id == str(sent.event_id)
    if payload == "fhir":
        SIGNAL.validate(event)
        assert received.headers["content-type"].startswith("application/fhir+json")
        assert subscription["id"] in received.body.decode()
        return
    CLOUDEVENT.validate(event)
    assert received.headers["content-type"] == "application/cloudevents+json"
    if payload == "full":
        assert received.body == sent.body
    else:
        whole = json.loads(sent.body)
        del whole["data"]
        assert event == {**whole, "eventhash": hashlib.sha256(sent.body).hexdigest()}


async def test_headers_of_ones_own_come_along(owner: Owner) -> None:
    await owner.subscribe(protocolsettings={"headers": {"X-Department": "commissioning"}})
    await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    assert owner.receiver.received[0].headers["x-department"] == "commissioning"


# Which events


WEST = uuid.UUID(int=7)
PLACE = About(route="right-to-provide", sector="adult-social-care", region="E12000009", employer=WEST)


@pytest.mark.parametrize(
    ("details", "wanted"),
    [
        ({"filters": [{"exact": {"region": "E12000009"}}]}, True),
        ({"filters": [{"exact": {"region": "E12000001"}}]}, False),
        ({"filters": [{"prefix": {"region": "E12"}}, {"exact": {"sector": "adult-social-care"}}]}, True),
        ({"filters": [{"exact": {"sector": "health"}}]}, False),
        ({"filters": [{"any": [{"exact": {"sector": "health"}}, {"exact": {"route": "right-to-provide"}}]}]}, True),
        ({"filters": [{"not": {"exact": {"route": "right-to-provide"}}}]}, False),
        ({"filters": [{"exact": {"employer": str(WEST)}}]}, True),
        ({"filters": [{"exact": {"employer": str(uuid.UUID(int=8))}}]}, False),
        ({"filters": [{"exact": {"commissioner": str(WEST)}}]}, False),
        ({"filters": [{"suffix": {"type": ".case-opened.v1"}}]}, True),
        ({"filters": [{"exact": {"data.route": "right-to-provide"}}]}, True),
        ({"filters": [{"exact": {"data.route": "employee-ownership"}}]}, False),
        ({"types": [CaseOpened.TYPE, CaseSubmitted.TYPE]}, True),
        ({"types": [CaseSubmitted.TYPE]}, False),
        ({"source": "http://rtp.test/applications"}, True),
        ({"source": "http://rtp.test/finance-directory"}, False),
        ({"types": [CaseOpened.TYPE], "filters": [{"exact": {"region": "E12000001"}}]}, False),
        ({"source": "http://rtp.test/gateway", "filters": [{"exact": {"region": "E12000009"}}]}, False),
    ],
)
async def test_only_events_that_are_wanted_are_offered(owner: Owner, details: dict[str, Any], wanted: bool) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe(**details)
    await owner.publish(case_id, 1, about=PLACE)
    await owner.new_worker().drain()
    assert owner.receiver.sequences(case_id) == ([1] if wanted else [])
    assert len(await owner.deliveries(subscription)) == int(wanted)


async def test_what_is_wanted_is_decided_when_an_event_is_recorded(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, receiver: Receiver
) -> None:
    api, before, after = await new_client(), uuid.uuid4(), uuid.uuid4()
    subscription = await subscribe(api, receiver.url, filters=[{"exact": {"region": "E12000009"}}])
    await publish(platform, api, before, 1, about=PLACE)
    await change(api, subscription, filters=[{"exact": {"region": "E12000001"}}])
    await publish(platform, api, after, 1, about=PLACE)
    await new_worker().drain()
    assert (receiver.sequences(before), receiver.sequences(after)) == ([1], [])


async def test_a_later_event_that_is_filtered_out_holds_nothing_up(owner: Owner) -> None:
    case_id = uuid.uuid4()
    await owner.subscribe(filters=[{"not": {"exact": {"sequence": f"{2:010d}"}}}])
    await owner.publish(case_id, 1, 2, 3)
    await owner.new_worker().drain()
    assert owner.receiver.sequences(case_id) == [1, 3]


async def test_only_what_the_client_may_see_is_offered(owner: Owner) -> None:
    case_id = uuid.uuid4()
    await owner.subscribe()
    await owner.publish(case_id, 1, readers=["client:somebody-else", "system"])
    await owner.publish(case_id, 2, readers=[f"org:{owner.api.organisation}", "system"])
    await owner.publish(case_id, 3, readers=["system"])
    await owner.new_worker().drain()
    assert owner.receiver.sequences(case_id) == [2]


async def test_a_publisher_that_is_not_there_is_refused_with_those_that_are(
    platform: Platform, new_client: NewClient, new_worker: NewWorker
) -> None:
    api = await new_client()
    answer = await api.post(
        "/v1/subscriptions", json={"sink": "http://127.0.0.1:9/", "source": "http://rtp.test/application"}
    )
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["/source"]
    assert "http://rtp.test/applications" in answer.text


async def test_a_test_event_goes_to_its_subscription_alone_whatever_that_takes(owner: Owner) -> None:
    picky = {"types": [CaseOpened.TYPE], "source": "http://rtp.test/applications"}
    tested = await owner.subscribe(filters=[{"exact": {"region": "nowhere"}}], **picky)
    async with receiving() as elsewhere:
        await subscribe(owner.api, elsewhere.url)
        told = await owner.ask(tested, "actions/test")
        await relay(owner.platform)
        await owner.new_worker().drain()
        assert elsewhere.received == []
    (received,) = owner.receiver.received
    event = received.verified(tested["secret"])
    assert (event["id"], event["type"]) == (told["eventId"], SubscriptionTested.TYPE)
    assert event["subject"] == f"subscriptions/{tested['id']}"
    (delivery,) = await owner.deliveries(tested)
    assert (delivery["eventId"], delivery["state"]) == (told["eventId"], "delivered")


async def test_events_about_a_subscription_make_a_chain(owner: Owner) -> None:
    subscription = await owner.subscribe()
    for _ in range(3):
        await owner.ask(subscription, "actions/test")
    await relay(owner.platform)
    await owner.new_worker().drain()
    first, second, third = owner.receiver.received
    assert [each.sequence for each in owner.receiver.received] == [1, 2, 3]
    assert "previoushash" not in first.verified(subscription["secret"])
    for before, after in ((first, second), (second, third)):
        assert json.loads(after.body)["previoushash"] == hashlib.sha256(before.body).hexdigest()


# Consent

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


async def test_a_sink_that_consents_is_sent_events(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, sink: ConsentingSink
) -> None:
    api = await new_client()
    subscription = await subscribe(api, sink.receiver.url, **HANDSHAKE)
    assert (subscription["status"], subscription["ratePerMinute"]) == ("active", None)
    (asked,) = sink.asked()
    assert asked.headers["webhook-request-origin"] == "rtp.test"
    await publish(platform, api, uuid.uuid4(), 1)
    await new_worker().drain()
    (event,) = sink.events()
    assert event.headers["webhook-request-origin"] == "rtp.test"
    event.verified(subscription["secret"])


async def test_without_a_handshake_nobody_is_asked(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, sink: ConsentingSink
) -> None:
    await subscribe(await new_client(), sink.receiver.url)
    assert sink.asked() == []


async def test_what_the_sink_allows_a_minute_is_obeyed(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, sink: ConsentingSink
) -> None:
    api, clock = await new_client(), Clock()
    sink.said["WebHook-Allowed-Rate"] = "6"
    subscription = await subscribe(api, sink.receiver.url, ratePerMinute=600, **HANDSHAKE)
    assert sink.asked()[0].headers["webhook-request-rate"] == "600"
    assert subscription["ratePerMinute"] == 6
    await paced(platform, api, new_worker, sink, clock, every=10)


async def paced(
    platform: Platform, api: Api, new_worker: NewWorker, sink: ConsentingSink, clock: Clock, *, every: int
) -> None:
    for _ in range(4):
        await publish(platform, api, uuid.uuid4(), 1)
    worker = new_worker(now=clock)
    for number in range(1, 5):
        await worker.drain()
        assert len(sink.events()) == number
        clock.forward(seconds=every - 0.1)
        assert await worker.drain() == 0
        clock.forward(seconds=0.1)


async def test_a_rate_of_ones_own_is_obeyed(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, sink: ConsentingSink
) -> None:
    api, clock = await new_client(), Clock()
    await subscribe(api, sink.receiver.url, ratePerMinute=2)
    await paced(platform, api, new_worker, sink, clock, every=30)


async def test_a_higher_rate_needs_a_new_consent(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, sink: ConsentingSink
) -> None:
    api = await new_client()
    sink.said["WebHook-Allowed-Rate"] = "6"
    subscription = await subscribe(api, sink.receiver.url, ratePerMinute=6, **HANDSHAKE)
    changed = await change(api, subscription, ratePerMinute=1000)
    assert [each.headers["webhook-request-rate"] for each in sink.asked()] == ["6", "1000"]
    assert (changed["status"], changed["ratePerMinute"]) == ("active", 6)


@pytest.mark.parametrize("said", [{}, {"WebHook-Allowed-Origin": "elsewhere.test"}])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_consent_nothing_is_sent_until_it_comes_by_the_callback(
    platform: Platform,
    new_client: NewClient,
    new_worker: NewWorker,
    sink: ConsentingSink,
    said: dict[str, str],
    method: str,
) -> None:
    api, anybody = await new_client(), await new_client(scopes="")
    del anybody.headers["Authorization"]
    sink.said = said
    subscription = await subscribe(api, sink.receiver.url, **HANDSHAKE)
    assert subscription["status"] == "pending"
    case_id = uuid.uuid4()
    await publish(platform, api, case_id, 1, 2)
    assert await new_worker().drain() == 0
    assert sink.events() == []
    callback = sink.callback()
    for wrong in (callback[:-1] + ("A" if callback[-1] != "A" else "B"), re.sub("[^/]+$", "x" * 43, callback)):
        refused = await anybody.request(method, wrong)
        assert refused.status_code == 404
        assert refused.json()["type"].endswith("/problems/no-such-consent")
    answer = await anybody.request(method, callback, headers={"WebHook-Allowed-Rate": "60"})
    assert (answer.status_code, answer.content) == (204, b"")
    view = await shown(api, subscription)
    assert (view["status"], view["ratePerMinute"]) == ("active", 60)
    assert (await anybody.request(method, callback)).status_code == 404  # it serves once
    clock = Clock()
    await new_worker(now=clock).drain()
    clock.forward(seconds=1)
    await new_worker(now=clock).drain()
    assert [each.sequence for each in sink.events()] == [1, 2]


async def test_a_rate_that_cannot_be_read_is_refused_and_consent_may_still_come(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, sink: ConsentingSink
) -> None:
    api = await new_client()
    sink.said = {}
    subscription = await subscribe(api, sink.receiver.url, **HANDSHAKE)
    refused = await api.post(sink.callback(), headers={"WebHook-Allowed-Rate": "many"})
    assert refused.status_code == 400
    assert (await shown(api, subscription))["status"] == "pending"
    assert (await api.post(sink.callback(), headers={"WebHook-Allowed-Rate": "*"})).status_code == 204
    view = await shown(api, subscription)
    assert (view["status"], view["ratePerMinute"]) == ("active", None)


async def test_resuming_a_pending_one_asks_again(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, sink: ConsentingSink
) -> None:
    api = await new_client()
    sink.said = {}
    subscription = await subscribe(api, sink.receiver.url, **HANDSHAKE)
    former = sink.callback()
    assert (await api.post(path_of(subscription) + "/actions/pause", headers={"If-Match": "*"})).status_code == 409
    assert (await ask(api, subscription, "actions/resume"))["status"] == "pending"
    assert (await api.post(former)).status_code == 404  # only the newest address holds
    sink.said = {"WebHook-Allowed-Origin": "*"}
    assert (await ask(api, subscription, "actions/resume"))["status"] == "active"
    assert len(sink.asked()) == 3


async def test_a_new_sink_is_asked_anew(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, sink: ConsentingSink
) -> None:
    api, case_id = await new_client(), uuid.uuid4()
    subscription = await subscribe(api, sink.receiver.url, **HANDSHAKE)
    async with receiving() as elsewhere:
        unwilling = ConsentingSink(elsewhere)
        unwilling.said = {}
        changed = await change(api, subscription, sink=elsewhere.url)
        assert changed["status"] == "pending"
        await publish(platform, api, case_id, 1)
        assert await new_worker().drain() == 0
        assert (await api.get(unwilling.callback())).status_code == 204
        await new_worker().drain()
        assert [each.case_id for each in unwilling.events()] == [case_id]
    assert sink.events() == []


async def test_a_description_may_change_without_asking(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, sink: ConsentingSink
) -> None:
    api = await new_client()
    subscription = await subscribe(api, sink.receiver.url, **HANDSHAKE)
    await change(api, subscription, description="ours")
    await change(api, subscription, sink=subscription["sink"])
    assert len(sink.asked()) == 1


async def test_a_pending_one_that_gives_up_its_handshake_is_sent_events(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, sink: ConsentingSink
) -> None:
    api = await new_client()
    sink.said = {}
    subscription = await subscribe(api, sink.receiver.url, **HANDSHAKE)
    callback = sink.callback()
    changed = await change(api, subscription, protocolsettings={"handshake": False})
    assert changed["status"] == "active"
    assert (await api.get(callback)).status_code == 404


@pytest.mark.parametrize("consents", [True, False])
async def test_consent_does_not_undo_a_pause(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, sink: ConsentingSink, consents: bool
) -> None:
    """Neither one's own, nor that of `hold`."""
    api = await new_client()
    paused = await subscribe(api, sink.receiver.url, **HANDSHAKE)
    await ask(api, paused, "actions/pause")
    held = await subscribe(api, sink.receiver.url, onSinkChange="hold", **HANDSHAKE)
    if not consents:
        sink.said = {}
    for subscription in (paused, held):
        assert (await change(api, subscription, sink=sink.receiver.url + "?new"))["status"] == "paused"
        if not consents:
            assert (await api.get(sink.callback())).status_code == 204
            assert (await shown(api, subscription))["status"] == "paused"
    await publish(platform, api, uuid.uuid4(), 1)
    assert await new_worker().drain() == 0
    for subscription in (paused, held):
        assert (await ask(api, subscription, "actions/resume"))["status"] == "active"
    assert await new_worker().drain() == 2


async def test_a_paused_one_whose_sink_has_not_consented_is_pending_when_resumed(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, sink: ConsentingSink
) -> None:
    api = await new_client()
    subscription = await subscribe(api, sink.receiver.url, onSinkChange="hold", **HANDSHAKE)
    sink.said = {}
    await change(api, subscription, sink=sink.receiver.url + "?new")
    assert (await ask(api, subscription, "actions/resume"))["status"] == "pending"
    assert (await api.get(sink.callback())).status_code == 204
    assert (await shown(api, subscription))["status"] == "active"


async def test_a_sink_that_takes_its_time_over_consent_holds_up_no_deliveries(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, sink: ConsentingSink
) -> None:
    """Nobody may hold the locks that workers need for as long as a stranger's server likes."""
    api, clock = await new_client(), Clock()
    subscription = await subscribe(api, sink.receiver.url, **HANDSHAKE)
    sink.receiver.answer = answering(500)
    await publish(platform, api, uuid.uuid4(), 1)
    worker = new_worker(now=clock)
    await worker.drain()
    sink.receiver.answer = sink.answer
    clock.forward(seconds=10)
    release = asyncio.Event()
    async with receiving() as slow:

        async def thinks(_: Received) -> web.StreamResponse:
            await release.wait()
            return web.Response(headers={"WebHook-Allowed-Origin": "*"})

        slow.answer = thinks
        changing = asyncio.create_task(change(api, subscription, sink=slow.url))

        async def asked() -> bool:
            return bool(slow.received)

        await until(asked, "the question for consent")
        async with asyncio.timeout(5):
            assert await worker.drain() == 1  # a success after failures: it closes the circuit, so it takes the lock
        release.set()
        assert (await changing)["sink"] == slow.url


# A change of sink


@pytest.mark.parametrize(
    ("policy", "status", "sent"), [("follow", "active", [1, 2]), ("hold", "paused", []), ("cancel", "active", [])]
)
async def test_what_waits_does_as_its_owner_chose_when_the_sink_changes(
    owner: Owner, policy: str, status: str, sent: list[int]
) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe(onSinkChange=policy)
    owner.receiver.answer = answering(500)
    await owner.publish(case_id, 1, 2)
    await owner.worker.drain()
    async with receiving() as moved:
        changed = await owner.change(subscription, sink=moved.url)
        assert changed["status"] == status
        await owner.worker.drain()
        assert moved.sequences(case_id) == sent
        await owner.publish(case_id, 3)
        if policy == "hold":
            assert await owner.worker.drain() == 0
            await owner.ask(subscription, "actions/resume")
        await owner.worker.drain()
        assert moved.sequences(case_id) == ([3] if policy == "cancel" else [1, 2, 3])
    assert owner.receiver.sequences(case_id) == [1]


@pytest.mark.parametrize("policy", ["hold", "cancel"])
@pytest.mark.parametrize(
    "changes",
    [
        {"protocolsettings": {"headers": {"X-Team": "new"}}},
        {"sinkcredential": {"credentialtype": "PLAIN", "identifier": "us", "secret": "hush"}},
        {"description": "new", "types": [CaseOpened.TYPE]},
    ],
)
async def test_another_key_to_the_same_sink_cancels_and_holds_nothing(
    owner: Owner, policy: str, changes: dict[str, Any]
) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe(onSinkChange=policy)
    await owner.publish(case_id, 1, 2)
    await owner.change(subscription, **changes)
    await owner.new_worker().drain()
    assert owner.receiver.sequences(case_id) == [1, 2]


async def test_what_is_under_way_to_a_former_sink_is_not_sent_again_to_the_new_one_if_it_is_cancelled(
    owner: Owner,
) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe(onSinkChange="cancel")
    async with receiving() as moved:

        async def moves(_: Received) -> web.StreamResponse:
            await owner.change(subscription, sink=moved.url)
            return web.Response(status=500)

        owner.receiver.answer = moves
        await owner.publish(case_id, 1, 2)
        await owner.new_worker().drain()
        assert {each["state"] for each in await owner.deliveries(subscription)} == {"cancelled"}
        await owner.publish(case_id, 3)
        await owner.new_worker().drain()
        assert moved.sequences(case_id) == [3]


# Bounds


async def test_no_more_at_once_than_asked_for(owner: Owner) -> None:
    await owner.subscribe(concurrency=2)
    for _ in range(6):
        await owner.publish(uuid.uuid4(), 1)
    assert len(await owner.new_worker()._claim()) == 2


async def test_at_most_fifty_subscriptions_that_have_not_ended(
    platform: Platform, new_client: NewClient, new_worker: NewWorker
) -> None:
    api = await new_client()
    made = [await subscribe(api, "http://127.0.0.1:9/") for _ in range(50)]
    refused = await api.post("/v1/subscriptions", json={"sink": "http://127.0.0.1:9/"})
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/problems/too-many-subscriptions")
    await subscribe(await new_client(organisation=api.organisation), "http://127.0.0.1:9/")  # each client has its own
    await api.delete(path_of(made[0]), headers={"If-Match": "*"})
    await subscribe(api, "http://127.0.0.1:9/")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("concurrency", 0),
        ("concurrency", 17),
        ("concurrency", "8"),
        ("ratePerMinute", 0),
        ("ratePerMinute", 1.5),
        ("payload", "half"),
        ("onSinkChange", "panic"),
        ("protocol", "MQTT"),
        ("config", {"note": 5}),
        ("config", {f"note{number}": "" for number in range(21)}),
    ],
)
async def test_what_is_out_of_bounds_is_named(new_client: NewClient, field: str, value: Any) -> None:
    api = await new_client()
    answer = await api.post("/v1/subscriptions", json={"sink": "http://127.0.0.1:9/", field: value})
    assert answer.status_code == 422
    assert {each["field"].split("/")[1] for each in answer.json()["errors"]} == {field}


# The API


async def test_put_replaces_all_but_the_secret(owner: Owner) -> None:
    made = await subscribe(
        owner.api,
        owner.receiver.url,
        types=[CaseOpened.TYPE],
        description="old",
        payload="thin",
        concurrency=2,
        ratePerMinute=7,
        config={"team": "a"},
        sinkcredential={"credentialtype": "PLAIN", "identifier": "us", "secret": "hush"},
    )
    answer = await owner.api.put(
        path_of(made), json={"sink": owner.receiver.url + "?2", "onSinkChange": "hold"}, headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"2"'
    replaced = answer.json()
    expected = {
        "sink": owner.receiver.url + "?2",
        "types": [],
        "description": None,
        "payload": "full",
        "concurrency": 8,
        "ratePerMinute": None,
        "config": {},
        "sinkcredential": None,
        "onSinkChange": "hold",
        "publicKey": made["publicKey"],
        "status": "paused",
    }
    assert {name: replaced[name] for name in expected} == expected
    assert (await owner.api.put(path_of(made), json={"sink": owner.receiver.url})).status_code == 428
    stale = await owner.api.put(path_of(made), json={"sink": owner.receiver.url}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412


async def test_a_subscription_keeps_its_protocol(owner: Owner) -> None:
    made = await owner.subscribe()
    answer = await owner.api.patch(path_of(made), json={"protocol": "AMQP"}, headers={"If-Match": "*"})
    assert answer.status_code == 422
    answer = await owner.api.patch(
        path_of(made), json={"protocolsettings": {"maxmessages": 5}}, headers={"If-Match": "*"}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("/protocolsettings")
    answer = await owner.api.put(path_of(made), json={"protocol": "AMQP"}, headers={"If-Match": "*"})
    assert answer.status_code == 422
    assert (await shown(owner.api, made))["version"] == 1


async def test_amqp_is_refused_clearly_where_it_is_not_offered(
    platform: Platform, new_client: NewClient, new_worker: NewWorker
) -> None:
    api = await new_client()
    answer = await api.post("/v1/subscriptions", json={"protocol": "AMQP"})
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/problems/amqp-not-offered")
    assert [each["field"] for each in answer.json()["errors"]] == ["/protocol"]
    assert (await api.get("/v1/subscriptions")).json()["items"] == []


async def test_options_say_what_can_be_done(owner: Owner) -> None:
    made = await owner.subscribe()
    for path, methods in (
        ("/v1/subscriptions", {"GET", "POST", "OPTIONS"}),
        (path_of(made), {"GET", "PUT", "PATCH", "DELETE", "OPTIONS"}),
    ):
        answer = await owner.api.options(path)
        assert (answer.status_code, answer.content) == (204, b"")
        assert set(answer.headers["allow"].split(", ")) == methods


async def test_what_is_another_clients_is_not_there_for_anything(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, receiver: Receiver
) -> None:
    owner, stranger = await new_client(), await new_client()
    made = await subscribe(owner, receiver.url)
    (sent,) = await publish(platform, owner, uuid.uuid4(), 1)
    await new_worker().drain()
    before = await shown(owner, made)
    tried = [
        ("GET", "", None),
        ("PUT", "", {"sink": receiver.url}),
        ("PATCH", "", {"description": "mine"}),
        ("DELETE", "", None),
        ("POST", "/actions/pause", None),
        ("POST", "/actions/resume", None),
        ("POST", "/actions/rotate-secret", {}),
        ("POST", "/actions/test", None),
        ("POST", "/actions/replay", {"eventIds": [str(sent.event_id)]}),
        ("GET", "/deliveries", None),
        ("GET", f"/deliveries/{sent.event_id}/attempts", None),
        ("GET", "/dead-letters", None),
        ("POST", f"/dead-letters/{sent.event_id}/actions/replay", None),
        ("POST", f"/dead-letters/{sent.event_id}/actions/skip", None),
        ("GET", "/gaps", None),
        ("GET", f"/gaps?caseId={sent.subject_id}", None),
        ("GET", "/health", None),
    ]
    for method, rest, body in tried:
        answers = []
        for subscription_id in (made["id"], str(uuid.uuid4())):
            answer = await stranger.request(
                method, f"/v1/subscriptions/{subscription_id}{rest}", json=body, headers={"If-Match": "*"}
            )
            assert answer.status_code == 404, (method, rest, answer.text)
            answers.append({**answer.json(), "instance": ""})
        assert answers[0] == answers[1]
    assert await shown(owner, made) == before
    assert await health(owner, made)
    assert len(receiver.received) == 1
