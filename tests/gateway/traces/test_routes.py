"""Traces: from a call to what came of it, and nothing of anybody else's."""

import uuid
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import pytest
from aiohttp import web

from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_gateway.app import service as gateway
from rtp_gateway.inbound.calls.log import BATCH, CallLog, RecordedCall
from rtp_gateway.inbound.identity.keys import SigningKey
from rtp_shared.clock import utcnow
from rtp_shared.contracts.applications import CaseSubmitted
from rtp_shared.db import Database
from rtp_shared.metrics import Metrics
from tests.conftest import PUBLIC_URL, Api, NewClient
from tests.gateway.conftest import Owner, run_sql
from tests.support.cases import READY, employer_id, open_case
from tests.support.waiting import until
from tests.support.webhooks import subscribe

pytestmark = pytest.mark.anyio


def new_id() -> str:
    return f"trace-{uuid.uuid4()}"


@pytest.fixture
def correlation_id() -> str:
    return new_id()


async def trace(platform: Platform, api: Api, correlation_id: str) -> dict[str, Any]:
    await platform.drain_events()
    answer = await api.get(f"/v1/traces/{correlation_id}")
    assert answer.status_code == 200, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def list_calls(platform: Platform, correlation_id: str) -> list[Any]:
    """All that are stored, whoever made them."""
    await platform.drain_events()
    query = "SELECT client_id, method, path, status FROM calls WHERE correlation_id = :id ORDER BY at, id"
    return list(await run_sql(platform, query, id=correlation_id))


async def submit(api: Api, case: dict[str, Any], correlation_id: str) -> None:
    answer = await api.post(
        f"/v1/cases/{case['id']}/actions/submit", headers={"If-Match": '"1"', "Correlation-Id": correlation_id}
    )
    assert answer.status_code == 200, answer.text


async def test_a_call_is_followed_to_the_subscribers_answer(owner: Owner, correlation_id: str) -> None:
    owner.receiver.answer = lambda _: web.Response(status=202, text="thank you")
    subscription = await owner.subscribe()
    case = await open_case(owner.api)
    await owner.platform.drain_events()
    await submit(owner.api, case, correlation_id)

    view = await trace(owner.platform, owner.api, correlation_id)
    assert (view["correlationId"], view["complete"]) == (correlation_id, True)
    (call,) = view["calls"]
    assert (call["method"], call["path"]) == ("POST", f"/v1/cases/{case['id']}/actions/submit")
    assert (call["status"], call["clientId"]) == (200, owner.api.client_id)
    assert call["ms"] > 0
    (submitted,) = [event for event in view["events"] if event["type"] == CaseSubmitted.TYPE]
    assert (submitted["caseId"], submitted["causationId"]) == (case["id"], None)
    assert call["at"] <= submitted["occurredAt"] <= submitted["recordedAt"]
    (delivery,) = submitted["deliveries"]
    assert (delivery["subscriptionId"], delivery["state"]) == (subscription["id"], "delivered")
    (attempt,) = delivery["attempts"]
    assert (attempt["attempt"], attempt["status"], attempt["answer"]) == (1, 202, "thank you")
    feed = (await owner.api.get("/v1/events", params={"limit": 200})).json()["items"]
    assert [event["id"] for event in view["events"]] == [
        event["id"] for event in feed if event["correlationid"] == correlation_id
    ]


async def test_events_that_followed_from_events_are_told_with_their_cause(
    platform: Platform, api: Api, correlation_id: str
) -> None:
    await submit(api, await open_case(api), correlation_id)
    events = (await trace(platform, api, correlation_id))["events"]
    by_id = {event["id"]: event for event in events}
    caused = [event for event in events if event["causationId"]]
    assert caused, [event["type"] for event in events]
    for event in caused:
        assert by_id[event["causationId"]]["recordedAt"] <= event["recordedAt"]


async def test_of_others_only_what_the_feed_shows(owner: Owner) -> None:
    council, stranger = await owner.new_client(organisation=employer_id()), await owner.new_client()
    mine, theirs = [await subscribe(each, owner.receiver.url) for each in (owner.api, council)]
    of_draft, correlation_id = new_id(), new_id()
    opened = await owner.api.post("/v1/cases", json=READY, headers={"Correlation-Id": of_draft})
    await owner.platform.drain_events()
    assert (await trace(owner.platform, owner.api, of_draft))["calls"][0]["status"] == 201
    for other in (council, stranger):
        assert (await other.get(f"/v1/traces/{of_draft}")).status_code == 404

    await submit(owner.api, opened.json(), correlation_id)
    for each, subscription, calls in ((owner.api, mine, 1), (council, theirs, 0)):
        view = await trace(owner.platform, each, correlation_id)
        assert len(view["calls"]) == calls
        assert CaseSubmitted.TYPE in {event["type"] for event in view["events"]}
        sent_to = {delivery["subscriptionId"] for event in view["events"] for delivery in event["deliveries"]}
        assert sent_to == {subscription["id"]}
    unknown, known = [await stranger.get(f"/v1/traces/{each}") for each in (new_id(), correlation_id)]
    assert (unknown.status_code, known.status_code) == (404, 404)
    assert {**unknown.json(), "instance": ""} == {**known.json(), "instance": ""}


async def test_every_write_is_noted_whatever_came_of_it_and_no_read(
    platform: Platform, api: Api, correlation_id: str
) -> None:
    headers = {"Correlation-Id": correlation_id}
    await api.get("/v1/cases", headers=headers)
    await api.get("/v1/subscriptions", headers=headers)
    await api.post("/v1/cases?name=somebody", json={"no": "case"}, headers=headers)
    await api.post("/v1/subscriptions", json={"sink": "no address"}, headers=headers)
    await api.delete(f"/v1/subscriptions/{uuid.UUID(int=7)}", headers=headers)
    await api.patch("/v1/nothing/%00%C3%A9/" + "x" * 500, headers=headers)
    view = (await trace(platform, api, correlation_id))["calls"]
    assert [(call["method"], call["status"]) for call in view] == [
        ("POST", 422), ("POST", 422), ("DELETE", 428), ("PATCH", 404),
    ]  # fmt: skip
    assert [call["path"] for call in view[:2]] == ["/v1/cases", "/v1/subscriptions"]
    assert view[3]["path"].startswith("/v1/nothing/%00")
    assert len(view[3]["path"]) == 300


async def test_a_correlation_id_that_we_made_can_be_followed(platform: Platform, api: Api) -> None:
    for path in ("/v1/cases", "/v1/subscriptions"):
        answer = await api.post(path, json={})
        assert len((await trace(platform, api, answer.headers["correlation-id"]))["calls"]) == 1


@pytest.mark.parametrize("wild", ["a/b", "50%", "a b?c#d", "£", "..", "x" * 128])
async def test_any_correlation_id_that_is_taken_can_be_asked_for(platform: Platform, api: Api, wild: str) -> None:
    correlation_id = f"{wild}{uuid.uuid4()}"[-128:]
    answer = await api.post("/v1/cases", json={}, headers={b"Correlation-Id": correlation_id.encode()})
    taken = answer.headers["correlation-id"]
    assert (taken == correlation_id) == correlation_id.isascii()
    await platform.drain_events()
    url = httpx.URL(PUBLIC_URL).copy_with(raw_path=b"/v1/traces/" + quote(taken, safe="").encode())
    assert (await api.get(url)).json()["correlationId"] == taken


async def test_nothing_is_noted_in_anybody_elses_name(platform: Platform, api: Api, correlation_id: str) -> None:
    who: dict[str, Any] = {
        "issuer": PUBLIC_URL,
        "client_id": api.client_id,
        "organisation": api.organisation,
        "now": utcnow(),
    }
    forged = SigningKey(SigningKey.generate()).sign_access_token(**who, scopes=["cases:write"], seconds=60)
    good = api.headers["Authorization"]
    head, _, signature = good.rpartition(".")
    expired = platform.app.own.state.signing_key.sign_access_token(**who, scopes=[], seconds=-1)
    cut = f"{head}.{signature[:-8]}AAAAAAAA"
    for path in ("/v1/cases", "/v1/subscriptions"):
        for authorization in (f"Bearer {forged}", f"Bearer {expired}", cut, "Bearer x", "Basic eDp5", None):
            headers = {"Correlation-Id": correlation_id} | ({"Authorization": authorization} if authorization else {})
            async with Api(transport=httpx.ASGITransport(platform.app), base_url=PUBLIC_URL) as nobody:
                answer = await nobody.post(path, json={}, headers=headers)
            assert answer.status_code == 401
    assert await list_calls(platform, correlation_id) == []
    await api.post("/v1/cases", json={}, headers={"Correlation-Id": correlation_id})
    assert [call.client_id for call in await list_calls(platform, correlation_id)] == [api.client_id]


async def test_one_correlation_id_of_two_clients_shows_each_its_own_calls(
    platform: Platform, new_client: NewClient
) -> None:
    apis, correlation_id = [await new_client() for _ in range(2)], new_id()
    for api in apis:
        await api.post("/v1/cases", json={}, headers={"Correlation-Id": correlation_id})
    for api in apis:
        view = await trace(platform, api, correlation_id)
        assert [call["clientId"] for call in view["calls"]] == [api.client_id]


async def test_row_level_security_stands_behind_calls(
    platform: Platform, database_server: Postgres, api: Api, correlation_id: str
) -> None:
    await api.post("/v1/cases", json={}, headers={"Correlation-Id": correlation_id})
    assert len(await list_calls(platform, correlation_id)) == 1
    connection = await asyncpg.connect(database_server.url(gateway.database, gateway.get_role("web")))
    count = "SELECT count(*) FROM calls WHERE correlation_id = $1"
    try:
        for readers, seen in ((f"client:{api.client_id}", 1), (f"org:{api.organisation}", 0), ("public", 0)):
            async with connection.transaction():
                await connection.execute("SELECT set_config('rtp.readers', $1, true)", readers)
                assert await connection.fetchval(count, correlation_id) == seen, readers
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("UPDATE calls SET status = 200")
    finally:
        await connection.close()


async def test_more_than_is_shown_is_said(platform: Platform, api: Api, correlation_id: str) -> None:
    log = platform.app.recorder
    assert log is not None
    for number in range(BATCH * 2 + 1):
        log.calls.note(make_call(correlation_id, api.client_id, number))
    view = await trace(platform, api, correlation_id)
    assert (len(view["calls"]), view["complete"]) == (200, False)
    assert [call["status"] for call in view["calls"]] == list(range(200))


def make_call(correlation_id: str, client_id: str, number: int = 0) -> RecordedCall:
    return RecordedCall(correlation_id, client_id, "POST", "/v1/cases", number, utcnow(), 1.0)


@pytest.fixture
async def away() -> AsyncIterator[Database]:
    """A database that cannot be reached."""
    database = Database("postgresql://nobody@127.0.0.1:9/none", pool_size=1)
    yield database
    await database.close()


async def test_calls_wait_for_a_database_that_is_away_up_to_so_many(platform: Platform, away: Database) -> None:
    metrics, correlation_id = Metrics("gateway"), new_id()
    log = CallLog(away, metrics, kept=250)
    for number in range(300):
        log.note(make_call(correlation_id, "somebody", number))
    await log.flush()
    assert b'rtp_calls_not_kept_total{service="gateway"} 50.0' in metrics.render()
    log._database = platform.gateway.database
    await log.close()
    assert [call.status for call in await list_calls(platform, correlation_id)] == list(range(50, 300))


async def test_calls_are_stored_without_being_asked_for(platform: Platform, api: Api, correlation_id: str) -> None:
    await api.post("/v1/cases", json={}, headers={"Correlation-Id": correlation_id})

    async def view() -> bool:
        return (await api.get(f"/v1/traces/{correlation_id}")).status_code == 200

    await until(view)


async def test_the_scope_is_needed(new_client: NewClient) -> None:
    api = await new_client(scopes="cases:write")
    assert (await api.get(f"/v1/traces/{new_id()}")).status_code == 403
