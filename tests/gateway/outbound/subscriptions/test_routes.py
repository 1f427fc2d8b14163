"""Subscriptions: made, read, changed and ended by their owner, and by nobody else."""

import base64
import uuid
from typing import Any

import pytest

from rtp_gateway.outbound.transports.queues import QueueProvisioner
from rtp_shared.contracts.applications import CaseOpened, CaseSubmitted
from tests.conftest import Api, NewClient
from tests.gateway.conftest import Owner, assert_refused, list_wrong_fields, path_of, read_all_kept, read_pages
from tests.support.webhooks import subscribe

pytestmark = pytest.mark.anyio

SINK = "http://127.0.0.1:9/hook"


async def test_a_secret_is_shown_once(owner: Owner) -> None:
    api, body, key = owner.api, {"sink": SINK, "description": "Case system"}, {"Idempotency-Key": '"make-it"'}
    answer = await api.post("/v1/subscriptions", json=body, headers=key)
    subscription = answer.json()
    path = path_of(subscription)
    assert answer.status_code == 201
    expected = {"etag": '"1"', "cache-control": "no-store", "location": path}
    assert {name: answer.headers[name] for name in expected} == expected
    assert subscription["secret"].startswith("whsec_")
    assert len(subscription["secret"]) == len("whsec_") + 44

    again = await api.post("/v1/subscriptions", json=body, headers=key)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == {name: value for name, value in subscription.items() if name != "secret"}
    others = [await api.get(each) for each in (path, "/v1/subscriptions", path + "/deliveries")]
    others.append(await api.patch(path, json={"description": None}, headers={"If-Match": '"1"'}))
    for answer in others:
        assert answer.status_code == 200
        assert "secret" not in answer.text
    kept, secret = await read_all_kept(owner.platform), subscription["secret"].removeprefix("whsec_")
    assert subscription["id"] in kept
    for form in (secret, secret.encode().hex(), base64.b64decode(secret).hex()):
        assert form not in kept


async def test_read_change_and_end(owner: Owner) -> None:
    api = owner.api
    subscription = await subscribe(api, SINK, types=[CaseSubmitted.TYPE, CaseSubmitted.TYPE])
    path = path_of(subscription)
    answer = await api.get(path)
    assert answer.json() == {key: value for key, value in subscription.items() if key not in ("secret", "queue")}
    assert answer.json()["types"] == [CaseSubmitted.TYPE]
    assert (await api.get(path, headers={"If-None-Match": answer.headers["etag"]})).status_code == 304

    changes = {"sink": SINK + "2", "types": [], "description": "moved", "onSinkChange": "hold"}
    assert (await api.patch(path, json=changes)).status_code == 428
    assert (await api.patch(path, json=changes, headers={"If-Match": '"7"'})).status_code == 412
    changed = await api.patch(path, json=changes, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json().items() >= {**changes, "status": "paused"}.items()

    assert (await api.delete(path)).status_code == 428
    assert (await api.delete(path, headers={"If-Match": '"1"'})).status_code == 412
    ended = await api.delete(path, headers={"If-Match": '"2"'})
    assert (ended.status_code, ended.content) == (204, b"")
    assert (await owner.show(subscription))["status"] == "ended"
    assert_refused(await api.delete(path, headers={"If-Match": '"3"'}), 409, "subscription-ended")
    refused = await api.patch(path, json={"types": []}, headers={"If-Match": '"3"'})
    assert_refused(refused, 409, "subscription-ended")


async def test_put_replaces_all_but_the_secret(owner: Owner) -> None:
    subscription = await owner.subscribe(
        types=[CaseOpened.TYPE],
        description="old",
        payload="thin",
        concurrency=2,
        ratePerMinute=7,
        config={"team": "a"},
        sinkcredential={"credentialtype": "PLAIN", "identifier": "us", "secret": "hush"},
    )
    body = {"sink": owner.receiver.url + "?2", "onSinkChange": "hold"}
    answer = await owner.api.put(path_of(subscription), json=body, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"2"'
    expected = {
        **body,
        "types": [],
        "description": None,
        "payload": "full",
        "concurrency": 8,
        "ratePerMinute": None,
        "config": {},
        "sinkcredential": None,
        "publicKey": subscription["publicKey"],
        "status": "paused",
    }
    replaced = answer.json()
    assert {name: replaced.get(name) for name in expected} == expected
    assert (await owner.api.put(path_of(subscription), json={"sink": owner.receiver.url})).status_code == 428
    stale = await owner.api.put(path_of(subscription), json={"sink": owner.receiver.url}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412


async def test_a_subscription_keeps_its_protocol(owner: Owner) -> None:
    subscription = await owner.subscribe()
    for method, body, field in (
        ("PATCH", {"protocol": "AMQP"}, ""),
        ("PATCH", {"protocolsettings": {"maxmessages": 5}}, "/protocolsettings"),
        ("PUT", {"protocol": "AMQP"}, ""),
    ):
        answer = await owner.api.request(method, path_of(subscription), json=body, headers={"If-Match": "*"})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"].startswith(field)
    assert (await owner.show(subscription))["version"] == 1


async def test_the_list_is_paged_newest_first(owner: Owner) -> None:
    subscription = [await subscribe(owner.api, SINK) for _ in range(5)]
    await owner.end(subscription[0])
    ids = [each["id"] for each in subscription]
    pages = await read_pages(owner.api, "/v1/subscriptions", limit=2)
    assert [each["id"] for page in pages for each in page] == ids[::-1]
    active = (await owner.api.get("/v1/subscriptions", params={"status": "active"})).json()["items"]
    assert [each["id"] for each in active] == ids[:0:-1]


async def test_options_say_what_can_be_done(owner: Owner) -> None:
    subscription = await owner.subscribe()
    for path, methods, status in (
        ("/v1/subscriptions", {"GET", "POST", "OPTIONS"}, 200),
        (path_of(subscription), {"GET", "PUT", "PATCH", "DELETE", "OPTIONS"}, 204),
    ):
        answer = await owner.api.options(path)
        assert answer.status_code == status
        assert set(answer.headers["allow"].split(", ")) == methods


async def read_offer(owner: Owner) -> dict[str, Any]:
    offer: dict[str, Any] = (await owner.api.options("/v1/subscriptions", headers={"Authorization": ""})).json()
    return offer


async def test_what_is_offered_is_said_before_it_is_tried(owner: Owner) -> None:
    offer = await read_offer(owner)
    ways = {way["name"]: way["offered"] for way in offer["ways"]}
    assert ways == {"webhook": True, "queue": False, "feed": True, "fhir": True}
    assert offer["protocol"] == ["HTTP"]
    assert "message" not in offer["ways"][3]["description"]
    for dialect in offer["filters"]:
        answer = await owner.api.post("/v1/subscriptions", json={"sink": SINK, "filters": [{dialect: None}]})
        assert "not offered" not in answer.text
    for kind in offer["credentialtype"]:
        answer = await owner.api.post(
            "/v1/subscriptions", json={"sink": SINK, "sinkcredential": {"credentialtype": kind}}
        )
        assert "is missing" in answer.text
    for payload in offer["payload"]:
        assert (await owner.subscribe(payload=payload))["payload"] == payload


async def test_a_queue_is_offered_where_there_is_a_broker(owner: Owner, offered: QueueProvisioner) -> None:
    offer = await read_offer(owner)
    assert all(way["offered"] for way in offer["ways"])
    assert offer["protocol"] == ["HTTP", "AMQP"]


# What is refused


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sink": ...}, "/sink"),
        ({"sink": None}, "/sink"),
        ({"sink": 5}, "/sink"),
        ({"sink": "ftp://127.0.0.1/"}, "/sink"),
        ({"sink": "http://user:secret@127.0.0.1/"}, "/sink"),
        ({"sink": "http://" + "a" * 2000}, "/sink"),
        ({"types": ["no.such.event"]}, "/types/0"),
        ({"types": [CaseOpened.TYPE, "x"]}, "/types/1"),
        ({"types": None}, "/types"),
        ({"types": [CaseOpened.TYPE] * 101}, "/types"),
        ({"description": "two\nlines"}, "/description"),
        ({"secret": "whsec_mine"}, "/secret"),
        ({"status": "ended"}, "/status"),
        ({"concurrency": 0}, "/concurrency"),
        ({"concurrency": 17}, "/concurrency"),
        ({"concurrency": "8"}, "/concurrency"),
        ({"ratePerMinute": 0}, "/ratePerMinute"),
        ({"ratePerMinute": 1.5}, "/ratePerMinute"),
        ({"payload": "half"}, "/payload"),
        ({"onSinkChange": "panic"}, "/onSinkChange"),
        ({"protocol": "MQTT"}, "/protocol"),
        ({"config": {"note": 5}}, "/config/note"),
        ({"config": {f"note{number}": "" for number in range(21)}}, "/config"),
    ],
)
async def test_what_is_wrong_is_named(api: Api, body: dict[str, Any], field: str) -> None:
    asked = {name: value for name, value in {"sink": SINK, **body}.items() if value is not ...}
    answer = await api.post("/v1/subscriptions", json=asked)
    assert list_wrong_fields(answer) == [field]
    assert answer.json()["errors"][0]["in"] == "body"


@pytest.mark.parametrize(
    "body", [{"sink": None}, {"types": None}, {"status": "paused"}, {"payload": "pdf"}, {"sink": "x" * 9}]
)
async def test_a_change_that_is_wrong_is_named(owner: Owner, body: dict[str, Any]) -> None:
    subscription = await subscribe(owner.api, SINK)
    answer = await owner.api.patch(path_of(subscription), json=body, headers={"If-Match": '"1"'})
    assert list_wrong_fields(answer) == ["/" + next(iter(body))]


async def test_a_publisher_that_is_not_there_is_refused_with_those_that_are(api: Api) -> None:
    answer = await api.post("/v1/subscriptions", json={"sink": SINK, "source": "http://rtp.test/application"})
    assert list_wrong_fields(answer) == ["/source"]
    assert "http://rtp.test/applications" in answer.text


async def test_amqp_is_refused_clearly_where_it_is_not_offered(api: Api) -> None:
    answer = await api.post("/v1/subscriptions", json={"protocol": "AMQP"})
    assert_refused(answer, 422, "amqp-not-offered")
    assert list_wrong_fields(answer) == ["/protocol"]
    for name in ("webhook (/v1/subscriptions)", "feed (/v1/events)", "fhir (/fhir/R4/Subscription)"):
        assert name in answer.json()["errors"][0]["reason"]
    assert (await api.get("/v1/subscriptions")).json()["items"] == []


@pytest.mark.parametrize(
    ("sink", "words"),
    [
        ("https://127.0.0.1/", ["127.0.0.1"]),
        ("https://localhost:8443/hook", ["localhost"]),
        ("http://[::1]:9/", ["::1", "in the clear"]),
        ("https://10.1.2.3/", ["10.1.2.3"]),
        ("https://192.168.0.7/", ["192.168.0.7"]),
        ("https://169.254.1.1/", ["169.254.1.1"]),
        ("http://93.184.216.34/", ["in the clear"]),
        ("https://93.184.216.34/", []),
    ],
)
async def test_a_sink_for_trials_alone_is_taken_with_a_warning(owner: Owner, sink: str, words: list[str]) -> None:
    made = await subscribe(owner.api, sink)
    read = await owner.show(made)
    assert made.get("warnings", []) == read.get("warnings", [])
    assert len(read.get("warnings", [])) == len(words)
    assert all(word in warning for word, warning in zip(words, read.get("warnings", []), strict=True))
    moved = await owner.change(read, sink="https://93.184.216.34/elsewhere")
    assert "warnings" not in moved


async def test_scopes_are_needed(new_client: NewClient) -> None:
    reader = await new_client(scopes="subscriptions:read")
    assert (await reader.get("/v1/subscriptions")).status_code == 200
    assert (await reader.post("/v1/subscriptions", json={"sink": SINK})).status_code == 403
    writer = await new_client(scopes="subscriptions:write")
    assert (await writer.get("/v1/subscriptions")).status_code == 403


@pytest.mark.parametrize("of_the_same_organisation", [False, True])
async def test_what_is_another_clients_is_not_there_for_anything(owner: Owner, of_the_same_organisation: bool) -> None:
    stranger = await owner.new_client(organisation=owner.api.organisation if of_the_same_organisation else None)
    subscription = await owner.subscribe()
    (sent,) = await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    before = await owner.show(subscription)
    assert (await stranger.get("/v1/subscriptions")).json()["items"] == []
    tried = [
        ("GET", "", None),
        ("PUT", "", {"sink": owner.receiver.url}),
        ("PATCH", "", {"description": "mine"}),
        ("DELETE", "", None),
        ("POST", "/actions/pause", None),
        ("POST", "/actions/resume", None),
        ("POST", "/actions/rotate-secret", {}),
        ("POST", "/actions/test", None),
        ("POST", "/actions/replay", {"eventIds": [str(sent.event_id)]}),
        ("POST", "/actions/replay", {"caseId": str(sent.subject_id)}),
        ("GET", "/deliveries", None),
        ("GET", f"/deliveries/{sent.event_id}/attempts", None),
        ("GET", "/dead-letters", None),
        ("POST", f"/dead-letters/{sent.event_id}/actions/replay", None),
        ("POST", f"/dead-letters/{sent.event_id}/actions/skip", None),
        ("GET", "/gaps", None),
        ("GET", f"/gaps?caseId={sent.subject_id}", None),
        ("GET", "/health", None),
        ("GET", "/keys", None),
    ]
    for method, rest, body in tried:
        answers = []
        for subscription_id in (subscription["id"], str(uuid.uuid4())):
            path = f"/v1/subscriptions/{subscription_id}{rest}"
            answer = await stranger.request(method, path, json=body, headers={"If-Match": "*"})
            assert answer.status_code == 404, (method, rest, answer.text)
            answers.append({**answer.json(), "instance": ""})
        assert answers[0] == answers[1]
    assert await owner.show(subscription) == before
    assert await owner.health(subscription)
    assert len(owner.receiver.received) == 1
