"""What an attempt sends: every form of an event, valid and signed, and the subscriber's own headers."""

import hashlib
import json
import uuid

import pytest

from rtp_shared.contracts import About
from tests.gateway.conftest import Owner
from tests.gateway.forms.test_rendering import CLOUDEVENT, SIGNAL

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
