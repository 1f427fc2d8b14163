"""One attempt: what it sends, valid and signed, and what becomes of a delivery by what the sink answers."""

import asyncio
import hashlib
import json
import uuid

import pytest
from aiohttp import web

from rtp_shared.contracts import About
from tests.gateway.conftest import Owner, path_of, run_sql
from tests.gateway.forms.test_rendering import CLOUDEVENT, SIGNAL
from tests.support.webhooks import Received, answering, answering_raw, receiving, subscribe

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("payload", ["full", "thin", "fhir"])
async def test_every_form_arrives_valid_and_signed(owner: Owner, payload: str) -> None:
    subscription = await owner.subscribe(payload=payload)
    (sent,) = await owner.publish(uuid.uuid4(), 1, about=About(route="right-to-provide", region="E12000001"))
    await owner.new_worker().drain()
    (received,) = owner.receiver.received
    event = received.verified(subscription["secret"])
    assert received.id == str(sent.event_id)
    if payload == "fhir":
        SIGNAL.validate(event)
        assert received.headers["content-type"].startswith("application/fhir+json")
        assert subscription["id"] in received.body.decode()
    else:
        CLOUDEVENT.validate(event)
        assert received.headers["content-type"] == "application/cloudevents+json"
    if payload == "full":
        assert received.body == sent.body
    if payload == "thin":
        whole = json.loads(sent.body)
        del whole["data"]
        assert event == {**whole, "eventhash": hashlib.sha256(sent.body).hexdigest()}


async def test_headers_of_ones_own_come_along(owner: Owner) -> None:
    await owner.subscribe(protocolsettings={"headers": {"X-Department": "commissioning"}})
    await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    assert owner.receiver.received[0].headers["x-department"] == "commissioning"


async def test_what_was_odd_about_a_success_is_told_and_costs_nothing(owner: Owner) -> None:
    async with answering_raw(b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello") as url:
        subscription = await subscribe(owner.api, url)
        await owner.publish(uuid.uuid4(), 1)
        assert await owner.worker.drain() == 1
    (delivery,) = await owner.deliveries(subscription)
    assert (delivery["state"], delivery["lastStatus"], delivery["lastError"]) == ("delivered", 204, None)
    (attempt,) = await owner.attempts(subscription, delivery["eventId"])
    assert (attempt["outcome"], attempt["status"]) == ("delivered", 204)
    assert attempt["error"] == "accepted; but more came than an answer that has no body has"


async def test_gone_ends_the_subscription(owner: Owner) -> None:
    subscription = await owner.subscribe()
    owner.receiver.answer = answering(410)
    case_id = uuid.uuid4()
    await owner.publish(case_id, 1, 2)
    assert [await owner.worker.drain() for _ in range(2)] == [1, 0]
    assert [each["state"] for each in await owner.deliveries(subscription)] == ["cancelled", "cancelled"]
    shown = await owner.api.get(path_of(subscription))
    assert shown.json()["status"] == "ended"
    assert shown.headers["etag"] == '"2"'
    await owner.publish(case_id, 3)
    assert len(await owner.deliveries(subscription)) == 2


async def test_a_redirect_is_a_failure_and_not_followed(owner: Owner) -> None:
    async with receiving() as elsewhere:
        owner.receiver.answer = answering(307, Location=elsewhere.url)
        subscription = await owner.subscribe()
        await owner.publish(uuid.uuid4(), 1)
        assert await owner.new_worker().drain() == 1
        (shown,) = await owner.deliveries(subscription)
        assert (shown["state"], shown["lastStatus"]) == ("pending", 307)
        assert elsewhere.received == []


@pytest.mark.parametrize(
    ("is_there", "error"), [(True, "no answer within 0.2 seconds"), (False, "no connection")], ids=["silent", "away"]
)
async def test_a_sink_that_gives_no_answer_is_tried_again(owner: Owner, is_there: bool, error: str) -> None:
    async def hang(_: Received) -> web.StreamResponse:
        await asyncio.sleep(5)
        return web.Response(status=204)

    owner.receiver.answer = hang
    async with receiving() as gone:
        pass
    subscription = await subscribe(owner.api, owner.receiver.url if is_there else gone.url)
    (sent,) = await owner.publish(uuid.uuid4(), 1)
    assert await owner.new_worker(seconds=0.2).drain() == 1
    (shown,) = await owner.deliveries(subscription)
    assert (shown["state"], shown["lastStatus"], shown["lastError"]) == ("pending", None, error)
    (attempt,) = await owner.attempts(subscription, sent.event_id)
    assert (attempt["status"], attempt["error"], attempt["answer"]) == (None, error, None)


async def test_what_cannot_be_sent_by_a_mistake_of_ours_fails_as_other_attempts_do(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    await run_sql(owner.platform, "UPDATE subscriptions SET payload = 'stone' WHERE id = :id", id=subscription["id"])
    await owner.publish(case_id, 1)
    assert await owner.new_worker().drain() == 1
    find = "SELECT state, failures, under_way, last_error FROM deliveries WHERE case_id = :id"
    (row,) = await run_sql(owner.platform, find, id=case_id)
    assert tuple(row) == ("pending", 1, False, "it could not be sent, by a mistake of ours")
    assert owner.receiver.received == []
