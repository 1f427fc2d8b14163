"""Subscriptions: made, read, changed and ended by their owner, and by nobody else."""

import base64
import uuid
from typing import Any

import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_shared.contracts.applications import CaseOpened, CaseSubmitted
from tests.conftest import NewClient
from tests.gateway.conftest import NewWorker, Owner
from tests.support.webhooks import answering, subscribe

pytestmark = pytest.mark.anyio

SINK = "http://127.0.0.1:9/hook"


async def test_a_secret_is_shown_once(platform: Platform, new_client: NewClient, new_worker: NewWorker) -> None:
    api = await new_client()
    body, key = {"sink": SINK, "description": "Case system"}, {"Idempotency-Key": '"make-it"'}
    answer = await api.post("/v1/subscriptions", json=body, headers=key)
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["location"] == f"/v1/subscriptions/{made['id']}"
    assert made["secret"].startswith("whsec_")
    assert len(made["secret"]) == len("whsec_") + 44

    again = await api.post("/v1/subscriptions", json=body, headers=key)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == {**made, "secret": None}
    path = f"/v1/subscriptions/{made['id']}"
    others = [await api.get(path), await api.get("/v1/subscriptions"), await api.get(path + "/deliveries")]
    others.append(await api.patch(path, json={"description": None}, headers={"If-Match": '"1"'}))
    for answer in others:
        assert answer.status_code == 200
        assert "secret" not in answer.text
    async with platform.gateway.database.transaction() as session:
        for table in ("subscriptions", "stored_answers"):
            rows = (await session.execute(text(f"SELECT row_to_json(t)::text FROM {table} t"))).scalars()  # noqa: S608
            kept = " ".join(rows)
            assert made["secret"] not in kept
            assert made["secret"].removeprefix("whsec_").encode().hex() not in kept
            assert base64.b64decode(made["secret"].removeprefix("whsec_")).hex() not in kept


async def test_read_change_and_end(platform: Platform, new_client: NewClient, new_worker: NewWorker) -> None:
    api = await new_client()
    made = await subscribe(api, SINK, types=[CaseSubmitted.TYPE, CaseSubmitted.TYPE])
    path = f"/v1/subscriptions/{made['id']}"
    answer = await api.get(path)
    assert answer.json() == {key: value for key, value in made.items() if key not in ("secret", "queue")}
    assert answer.json()["types"] == [CaseSubmitted.TYPE]
    assert (await api.get(path, headers={"If-None-Match": answer.headers["etag"]})).status_code == 304

    changes = {"sink": SINK + "2", "types": [], "description": "moved", "onSinkChange": "hold"}
    assert (await api.patch(path, json=changes)).status_code == 428
    assert (await api.patch(path, json=changes, headers={"If-Match": '"7"'})).status_code == 412
    changed = await api.patch(path, json=changes, headers={"If-Match": '"1"'})
    assert changed.status_code == 200
    assert changed.headers["etag"] == '"2"'
    assert {key: changed.json()[key] for key in changes} == changes
    assert changed.json()["status"] == "paused"

    assert (await api.delete(path)).status_code == 428
    assert (await api.delete(path, headers={"If-Match": '"1"'})).status_code == 412
    ended = await api.delete(path, headers={"If-Match": '"2"'})
    assert (ended.status_code, ended.content) == (204, b"")
    assert (await api.get(path)).json()["status"] == "ended"
    for refused in (
        await api.delete(path, headers={"If-Match": '"3"'}),
        await api.patch(path, json={"types": []}, headers={"If-Match": '"3"'}),
    ):
        assert refused.status_code == 409
        assert refused.json()["type"].endswith("/problems/subscription-ended")


async def test_the_list_is_paged_newest_first(platform: Platform, new_client: NewClient, new_worker: NewWorker) -> None:
    api = await new_client()
    made = [(await subscribe(api, SINK))["id"] for _ in range(5)]
    await api.delete(f"/v1/subscriptions/{made[0]}", headers={"If-Match": '"1"'})
    listed: list[str] = []
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        after = {"after": page["next"]} if page["next"] else {}
        page = (await api.get("/v1/subscriptions", params={"limit": 2, **after})).json()
        listed += [each["id"] for each in page["items"]]
    assert listed == made[::-1]
    active = (await api.get("/v1/subscriptions", params={"status": "active"})).json()["items"]
    assert [each["id"] for each in active] == made[:0:-1]


async def test_another_clients_subscription_is_not_there(
    platform: Platform, new_client: NewClient, new_worker: NewWorker
) -> None:
    owner = await new_client()
    made = await subscribe(owner, SINK)
    path = f"/v1/subscriptions/{made['id']}"
    colleague = await new_client(organisation=owner.organisation)
    assert (await colleague.get("/v1/subscriptions")).json()["items"] == []
    for missing, known in (
        (await colleague.get(path), await colleague.get(f"/v1/subscriptions/{uuid.uuid4()}")),
        (
            await colleague.get(path + "/deliveries"),
            await colleague.get(f"/v1/subscriptions/{uuid.uuid4()}/deliveries"),
        ),
        (await colleague.patch(path, json={"types": []}, headers={"If-Match": '"1"'}), None),
        (await colleague.delete(path, headers={"If-Match": '"1"'}), None),
    ):
        assert missing.status_code == 404
        if known is not None:
            assert {**missing.json(), "instance": ""} == {**known.json(), "instance": ""}
    assert (await owner.get(path)).json()["status"] == "active"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "/sink"),
        ({"sink": None}, "/sink"),
        ({"sink": 5}, "/sink"),
        ({"sink": "ftp://127.0.0.1/"}, "/sink"),
        ({"sink": "http://user:secret@127.0.0.1/"}, "/sink"),
        ({"sink": "http://" + "a" * 2000}, "/sink"),
        ({"sink": SINK, "types": ["no.such.event"]}, "/types/0"),
        ({"sink": SINK, "types": [CaseOpened.TYPE, "x"]}, "/types/1"),
        ({"sink": SINK, "types": None}, "/types"),
        ({"sink": SINK, "types": [CaseOpened.TYPE] * 101}, "/types"),
        ({"sink": SINK, "description": "two\nlines"}, "/description"),
        ({"sink": SINK, "secret": "whsec_mine"}, "/secret"),
        ({"sink": SINK, "status": "ended"}, "/status"),
    ],
)
async def test_what_is_wrong_is_named(new_client: NewClient, body: dict[str, Any], field: str) -> None:
    api = await new_client()
    answer = await api.post("/v1/subscriptions", json=body)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert answer.json()["errors"][0]["in"] == "body"


@pytest.mark.parametrize(
    "body", [{"sink": None}, {"types": None}, {"status": "paused"}, {"payload": "pdf"}, {"sink": "x" * 9}]
)
async def test_a_change_that_is_wrong_is_named(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, body: dict[str, Any]
) -> None:
    api = await new_client()
    made = await subscribe(api, SINK)
    answer = await api.patch(f"/v1/subscriptions/{made['id']}", json=body, headers={"If-Match": '"1"'})
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == ["/" + next(iter(body))]


async def test_scopes_are_needed(new_client: NewClient) -> None:
    reader = await new_client(scopes="subscriptions:read")
    assert (await reader.get("/v1/subscriptions")).status_code == 200
    assert (await reader.post("/v1/subscriptions", json={"sink": SINK})).status_code == 403
    writer = await new_client(scopes="subscriptions:write")
    assert (await writer.get("/v1/subscriptions")).status_code == 403


async def test_deliveries_tell_what_happened(owner: Owner) -> None:
    case_id = uuid.uuid4()
    subscription = await owner.subscribe()
    sent = await owner.publish(case_id, 1)
    await owner.new_worker().drain()
    owner.receiver.answer = answering(418)
    sent += await owner.publish(case_id, 2, 3)
    await owner.new_worker().drain()
    newest, tried, done = await owner.deliveries(subscription)
    assert [each["eventId"] for each in (done, tried, newest)] == [str(each.event_id) for each in sent]
    assert (done["state"], done["attempts"], done["lastStatus"], done["nextAttemptAt"]) == ("delivered", 1, 204, None)
    assert (tried["state"], tried["attempts"], tried["lastStatus"]) == ("pending", 1, 418)
    assert tried["nextAttemptAt"] > tried["attemptedAt"]
    assert (newest["state"], newest["attempts"], newest["nextAttemptAt"]) == ("pending", 0, None)
    path = f"/v1/subscriptions/{subscription['id']}/deliveries"
    page = (await owner.api.get(path, params={"limit": 1, "state": "pending"})).json()
    assert [each["eventId"] for each in page["items"]] == [newest["eventId"]]
    page = (await owner.api.get(path, params={"limit": 1, "state": "pending", "after": page["next"]})).json()
    assert ([each["eventId"] for each in page["items"]], page["next"]) == ([tried["eventId"]], None)
    assert (await owner.api.get(path, params={"after": "nonsense"})).status_code == 422


async def test_only_the_types_asked_for(owner: Owner) -> None:
    picky = await owner.subscribe(types=[CaseSubmitted.TYPE])
    everything = await owner.subscribe()
    await owner.publish(uuid.uuid4(), 1)  # a case was opened
    assert await owner.deliveries(picky) == []
    assert len(await owner.deliveries(everything)) == 1


async def test_what_waits_for_an_ended_subscription_is_cancelled(owner: Owner) -> None:
    subscription = await owner.subscribe()
    await owner.publish(uuid.uuid4(), 1, 2)
    await owner.api.delete(f"/v1/subscriptions/{subscription['id']}", headers={"If-Match": '"1"'})
    assert await owner.new_worker().drain() == 0
    assert owner.receiver.received == []
    assert {each["state"] for each in await owner.deliveries(subscription)} == {"cancelled"}
