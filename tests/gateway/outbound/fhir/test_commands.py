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
    resource = answer.json()
    [extension] = resource.pop("extension")
    assert extension["url"] == ACCESS
    assert resource["status"] == "requested"
    await provision_queues()
    access = {each["url"]: each["valueString"] for each in extension["extension"]}
    assert resource["channel"]["endpoint"] == f"{access['url']}#{access['queue']}"
    parameters = pika.URLParameters(access["url"])
    parameters.credentials = pika.PlainCredentials(access["username"], access["password"])
    connection = pika.BlockingConnection(parameters)
    connection.channel().queue_declare(access["queue"], passive=True)
    connection.close()

    again = await owner.api.post(PATH, json=asked, headers={"Idempotency-Key": '"queue"'})
    assert again.json() == resource
    read = (await owner.api.get(f"{PATH}/{resource['id']}")).json()
    assert read == {**resource, "status": "active", "meta": read["meta"]}
    resource = read
    assert access["password"] not in json.dumps(again.json())
    assert read_issues(await owner.api.post(PATH, json=asked), 409)[0]["code"] == "duplicate"
    changed = await owner.api.put(f"{PATH}/{resource['id']}", json={**resource, "reason": "Moved"})
    assert changed.json()["channel"] == resource["channel"]
    elsewhere = {**resource, "channel": {**resource["channel"], "endpoint": "amqp://elsewhere/v#q"}}
    [issue] = read_issues(await owner.api.put(f"{PATH}/{resource['id']}", json=elsewhere), 422)
    assert issue["expression"] == ["Subscription.channel.endpoint"]
    assert (await owner.api.delete(f"{PATH}/{resource['id']}")).status_code == 204
