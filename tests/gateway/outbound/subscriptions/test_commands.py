"""What an owner's commands do to a subscription and to what waits for it: keys, tests of it, a change of sink."""

import asyncio
import base64
import hashlib
import json
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks.webhooks import WebhookVerificationError

from rtp_gateway.outbound.subscriptions import commands
from rtp_gateway.outbound.subscriptions.preparation import prepare_new
from rtp_gateway.outbound.subscriptions.schemas import NewSubscription
from rtp_shared.clock import utcnow
from rtp_shared.contracts.applications import CaseOpened
from rtp_shared.contracts.gateway import SubscriptionTested
from rtp_shared.identities import Principal
from tests.gateway.conftest import Owner, assert_refused, list_wrong_fields, path_of, run_sql
from tests.support.waiting import until
from tests.support.webhooks import Received, answering, receiving, relay, subscribe

pytestmark = pytest.mark.anyio

# Making and ending


async def test_at_most_fifty_subscriptions_that_have_not_ended(owner: Owner) -> None:
    first, *_ = [await owner.subscribe() for _ in range(50)]
    refused = await owner.api.post("/v1/subscriptions", json={"sink": owner.receiver.url})
    assert_refused(refused, 409, "too-many-subscriptions")
    colleague = await owner.new_client(organisation=owner.api.organisation)
    await subscribe(colleague, owner.receiver.url)  # each client has its own
    await owner.end(first)
    await owner.subscribe()


async def test_what_waits_for_an_ended_subscription_is_cancelled(owner: Owner) -> None:
    subscription = await owner.subscribe()
    await owner.publish(uuid.uuid4(), 1, 2)
    await owner.end(subscription)
    assert await owner.new_worker().drain() == 0
    assert owner.receiver.received == []
    assert {each["state"] for each in await owner.deliveries(subscription)} == {"cancelled"}


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


def assert_signed(received: Received, *, by: list[dict[str, Any]], not_by: list[dict[str, Any]]) -> None:
    """By the secret and by the public key of each generation of keys."""
    for keys in by:
        received.verified_at_its_time(keys["secret"])
        verify_v1a(received, keys["publicKey"])
    for keys in not_by:
        with pytest.raises(WebhookVerificationError):
            received.verified_at_its_time(keys["secret"])
        with pytest.raises(InvalidSignature):
            verify_v1a(received, keys["publicKey"])


async def test_both_generations_of_keys_sign_until_the_overlap_is_over(owner: Owner) -> None:
    subscription = await owner.subscribe()
    rotated = await owner.ask(subscription, "actions/rotate-secret", overlapHours=2)
    assert rotated["secret"] != subscription["secret"]
    assert rotated["publicKey"] != subscription["publicKey"]
    until = datetime.fromisoformat(rotated["formerKeysUntil"])
    assert abs(until - utcnow() - timedelta(hours=2)) < timedelta(minutes=1)
    view = await owner.show(subscription)
    assert (view["publicKey"], view["formerKeysUntil"]) == (rotated["publicKey"], rotated["formerKeysUntil"])

    await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    (received,) = owner.receiver.received
    assert_signed(received, by=[subscription, rotated], not_by=[])
    for keys in (subscription, rotated):
        received.verified(keys["secret"])

    await owner.publish(uuid.uuid4(), 1)
    owner.clock.at = until
    await owner.worker.drain()
    assert_signed(owner.receiver.received[1], by=[rotated], not_by=[subscription])


async def test_without_an_overlap_the_former_keys_sign_no_more(owner: Owner) -> None:
    """What waits, too, is signed with the keys of when it is sent."""
    subscription = await owner.subscribe()
    between = await owner.ask(subscription, "actions/rotate-secret", overlapHours=24)
    await owner.publish(uuid.uuid4(), 1)
    rotated = await owner.ask(subscription, "actions/rotate-secret", overlapHours=0)
    assert "formerKeysUntil" not in rotated
    await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    assert len(owner.receiver.received) == 2
    for received in owner.receiver.received:
        received.verified(rotated["secret"])
        assert_signed(received, by=[rotated], not_by=[subscription, between])


async def test_a_repeated_rotation_rotates_once_and_shows_no_secret(owner: Owner) -> None:
    subscription = await owner.subscribe()
    path, headers = path_of(subscription) + "/actions/rotate-secret", {"If-Match": '"1"', "Idempotency-Key": '"turn"'}
    first, again = [await owner.api.post(path, json={}, headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.headers["cache-control"] == "no-store"
    assert again.json() == {name: value for name, value in first.json().items() if name != "secret"}
    assert (await owner.show(subscription))["version"] == 2


@pytest.mark.parametrize("hours", [-1, 169, 1.5, "2", None])
async def test_an_overlap_has_its_bounds(owner: Owner, hours: Any) -> None:
    path = path_of(await owner.subscribe()) + "/actions/rotate-secret"
    answer = await owner.api.post(path, json={"overlapHours": hours}, headers={"If-Match": "*"})
    assert list_wrong_fields(answer)[0] == "/overlapHours"


# Tests


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
        owner.move_sink_meanwhile(subscription, moved.url, status=500)
        await owner.publish(case_id, 1, 2)
        await owner.new_worker().drain()
        assert {each["state"] for each in await owner.deliveries(subscription)} == {"cancelled"}
        await owner.publish(case_id, 3)
        await owner.new_worker().drain()
        assert moved.sequences(case_id) == [3]


async def test_two_at_once_do_not_pass_the_limit(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST", 1)
    first = Principal(owner.api.client_id, owner.api.organisation, frozenset())
    deps, now = owner.platform.app.own.state.subscription_deps, utcnow()
    details = NewSubscription(sink=owner.receiver.url)
    prepared = await prepare_new(details, client_id=first.client_id, deps=deps, now=now)
    waiting = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

    async def waits() -> bool:
        return bool(await run_sql(owner.platform, waiting))

    async with owner.platform.gateway.database.transaction(first.identities) as session:
        await commands.create_subscription(
            session, prepared, protocol=details.protocol, subscriber=first, deps=deps, now=now
        )
        second = asyncio.create_task(owner.api.post("/v1/subscriptions", json={"sink": owner.receiver.url}))
        await until(waits, "the second one's wait for the first")
    assert_refused(await second, 409, "too-many-subscriptions")
