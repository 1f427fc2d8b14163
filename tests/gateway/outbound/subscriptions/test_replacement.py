"""The CloudEvents Subscriptions API as its clients use it: what is read, or was made, is written back."""

import uuid
from typing import Any

import httpx
import pytest

from rtp_shared.contracts.applications import CaseOpened
from tests.gateway.conftest import Owner, assert_refused, list_wrong_fields, path_of
from tests.gateway.outbound.conftest import ProvisionDue
from tests.support.webhooks import answering

pytestmark = pytest.mark.anyio

PLAIN = {"credentialtype": "PLAIN", "identifier": "us", "secret": "hush"}
FULL = {
    "types": [CaseOpened.TYPE],
    "source": "http://rtp.test/applications",
    "filters": [{"not": {"prefix": {"region": "E12"}}}],
    "config": {"team": "a"},
    "description": "Case system",
    "payload": "thin",
    "onSinkChange": "hold",
    "concurrency": 2,
    "ratePerMinute": 7,
    "protocolsettings": {"headers": {"X-Department": "mutuals"}},
    "sinkcredential": PLAIN,
}


async def put(owner: Owner, subscription: dict[str, Any], **changes: Any) -> httpx.Response:
    return await owner.api.put(path_of(subscription), json={**subscription, **changes}, headers={"If-Match": "*"})


@pytest.mark.parametrize("proposed", ["mine", "675bc671-81f8-4abf-b828-50fa9e67c1d4", "", 5, None, {"a": []}])
async def test_an_id_that_is_sent_on_create_is_ignored(owner: Owner, proposed: Any) -> None:
    made = await owner.subscribe(id=proposed)
    assert made["id"] != proposed
    assert await owner.show(made)


@pytest.mark.parametrize("details", [{}, FULL], ids=["least", "full"])
async def test_what_is_read_is_written_back_and_nothing_changes(owner: Owner, details: dict[str, Any]) -> None:
    made = await owner.subscribe(**details)
    read = await owner.show(made)
    assert read == {name: value for name, value in made.items() if name != "secret"}
    assert None not in [*made.values(), *read.values()]
    for body in (read, made):
        answer = await put(owner, body)
        assert (answer.status_code, answer.json()) == (200, read), answer.text
        assert answer.headers["etag"] == '"1"'


async def test_the_credential_that_is_held_goes_on_letting_us_in(owner: Owner) -> None:
    read = await owner.show(await owner.subscribe(sinkcredential=PLAIN))
    changed = (await put(owner, read, description="moved")).json()
    assert (changed["version"], changed["sinkcredential"]) == (2, {"credentialtype": "PLAIN"})
    await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    assert owner.receiver.received[0].headers["authorization"].startswith("Basic ")
    without = (await put(owner, changed, sinkcredential=None)).json()
    assert "sinkcredential" not in without
    replaced = (await put(owner, without, sinkcredential={**PLAIN, "secret": "new"})).json()
    assert replaced["sinkcredential"] == {"credentialtype": "PLAIN"}


async def test_a_sink_that_answered_is_not_asked_again_for_what_it_agreed_to(owner: Owner) -> None:
    owner.receiver.answer = answering(200, WebHook_Allowed_Origin="*", WebHook_Allowed_Rate="5")
    read = await owner.show(await owner.subscribe(protocolsettings={"handshake": True}))
    asked = len(owner.receiver.received)
    assert (await put(owner, read)).json() == read
    assert (read["ratePerMinute"], len(owner.receiver.received)) == (5, asked)


async def test_a_queue_is_written_back(owner: Owner, provision_queues: ProvisionDue) -> None:
    made = (await owner.api.post("/v1/subscriptions", json={"protocol": "AMQP"})).json()
    assert made["status"] == "provisioning"
    await provision_queues()
    read = await owner.show(made)
    for body in (made, read, {**read, "sinkcredential": None}):
        answer = await put(owner, body)
        assert (answer.status_code, answer.json()) == (200, read), answer.text
    assert list_wrong_fields(await put(owner, read, sink="https://hooks.example.org/")) == ["/sink"]


async def test_what_was_read_before_it_changed_by_itself_is_taken(owner: Owner) -> None:
    """A client may keep what it read, and change that: counters and times are then behind."""
    read = await owner.show(await owner.subscribe())
    await owner.ask(read, "actions/rotate-secret")
    answer = await put(owner, read, description="kept since", status="provisioning", version=0)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["description"], answer.json()["version"]) == ("kept since", 3)
    assert answer.json()["publicKey"] != read["publicKey"]


@pytest.mark.parametrize(
    ("written", "field", "told"),
    [
        ({"id": str(uuid.uuid4())}, "/id", "the id in the path"),
        ({"id": "mine"}, "/id", "UUID"),
        ({"status": "paused"}, "/status", "actions/pause"),
        ({"status": "ended"}, "/status", "DELETE"),
        ({"status": "asleep"}, "/status", "must be"),
        ({"secret": "whsec_mine"}, "/secret", "rotate-secret"),
        ({"sinkcredential": {"credentialtype": "PLAIN"}}, "/sinkcredential", "give it whole"),
        ({"sinkcredential": {"credentialtype": "ACCESSTOKEN"}}, "/sinkcredential", "give it whole"),
        ({"sinkcredential": {"credentialtype": "REFRESHTOKEN"}}, "/sinkcredential/credentialtype", "must be"),
        ({"sinkcredential": {}}, "/sinkcredential", "credentialtype"),
        ({"sinkcredential": "PLAIN"}, "/sinkcredential", "credentialtype"),
        ({"sinkcredential": {"credentialtype": "PLAIN", "identifier": "a:b", "secret": "c"}},
         "/sinkcredential/identifier", "colon"),
        ({"protocol": "AMQP", "sink": None, "protocolsettings": {}}, "/protocol", "another subscription"),
        ({"nonsense": 1}, "/nonsense", "not a field"),
    ],
)  # fmt: skip
async def test_what_is_an_action_s_to_change_is_refused(
    owner: Owner, written: dict[str, Any], field: str, told: str
) -> None:
    read = await owner.show(await owner.subscribe())
    answer = await put(owner, read, **written)
    assert list_wrong_fields(answer) == [field]
    assert told in answer.json()["errors"][0]["reason"]
    assert await owner.show(read) == read


async def test_a_paused_one_is_not_resumed_by_writing_it(owner: Owner) -> None:
    read = await owner.show(await owner.subscribe())
    await owner.ask(read, "actions/pause")
    assert_refused(await put(owner, read), 422, "not-written")


@pytest.mark.parametrize("body", [None, {}])
async def test_a_secret_is_rotated_without_a_body(owner: Owner, body: Any) -> None:
    subscription = await owner.subscribe()
    path, headers = path_of(subscription) + "/actions/rotate-secret", {"If-Match": '"1"'}
    rotated = await owner.api.post(path, json=body, headers=headers)
    assert rotated.status_code == 200, rotated.text
    assert rotated.json()["formerKeysUntil"]


@pytest.mark.parametrize("content", ["null", "[]", "5"])
async def test_a_rotation_s_body_is_an_object_where_there_is_one(owner: Owner, content: str) -> None:
    path = path_of(await owner.subscribe()) + "/actions/rotate-secret"
    headers = {"If-Match": "*", "Content-Type": "application/json"}
    assert list_wrong_fields(await owner.api.post(path, content=content, headers=headers)) == [""]
