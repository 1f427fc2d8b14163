"""A FHIR channel of type message: a queue of the client's own in a real RabbitMQ."""

import json

import pika
import pytest

from rtp_gateway.outbound.transports.queues import QueueProvisioner
from tests.gateway.conftest import Owner
from tests.gateway.outbound.conftest import ProvisionDue
from tests.gateway.outbound.fhir.test_routes import PATH, body, read_issues

pytestmark = pytest.mark.anyio

ACCESS = "http://rtp.test/fhir/StructureDefinition/queue-access"


async def test_a_queue_is_made_and_its_password_shown_once(
    owner: Owner, offered: QueueProvisioner, provision_queues: ProvisionDue
) -> None:
    asked = body(channel={"type": "message"})
    del asked["channel"]["endpoint"]
    answer = await owner.api.post(PATH, json=asked, headers={"Idempotency-Key": '"queue"'})
    assert answer.status_code == 201, answer.text
    made = answer.json()
    [extension] = made.pop("extension")
    assert extension["url"] == ACCESS
    assert made["status"] == "requested"
    await provision_queues()
    access = {each["url"]: each["valueString"] for each in extension["extension"]}
    assert made["channel"]["endpoint"] == f"{access['url']}#{access['queue']}"
    parameters = pika.URLParameters(access["url"])
    parameters.credentials = pika.PlainCredentials(access["username"], access["password"])
    connection = pika.BlockingConnection(parameters)
    connection.channel().queue_declare(access["queue"], passive=True)
    connection.close()

    again = await owner.api.post(PATH, json=asked, headers={"Idempotency-Key": '"queue"'})
    assert again.json() == made
    read = (await owner.api.get(f"{PATH}/{made['id']}")).json()
    assert read == {**made, "status": "active", "meta": read["meta"]}
    made = read
    assert access["password"] not in json.dumps(again.json())
    assert read_issues(await owner.api.post(PATH, json=asked), 409)[0]["code"] == "duplicate"
    changed = await owner.api.put(f"{PATH}/{made['id']}", json={**made, "reason": "Moved"})
    assert changed.json()["channel"] == made["channel"]
    elsewhere = {**made, "channel": {**made["channel"], "endpoint": "amqp://elsewhere/v#q"}}
    [issue] = read_issues(await owner.api.put(f"{PATH}/{made['id']}", json=elsewhere), 422)
    assert issue["expression"] == ["Subscription.channel.endpoint"]
    assert (await owner.api.delete(f"{PATH}/{made['id']}")).status_code == 204
