"""Subscriptions made, read, changed and ended in FHIR, by their owner and by nobody else."""

import asyncio
import json
import uuid
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from rtp_gateway.outbound.fhir import commands
from rtp_gateway.outbound.fhir.mapping import to_details
from rtp_gateway.outbound.fhir.schemas import SubscriptionResource
from rtp_gateway.outbound.subscriptions.preparation import prepare_new
from rtp_shared.clock import utcnow
from rtp_shared.contracts.applications import CaseOpened, CaseSubmitted
from rtp_shared.identities import Principal
from tests.conftest import Api
from tests.gateway.conftest import Owner, read_all_kept, run_sql
from tests.gateway.forms.test_rendering import SIGNAL
from tests.support.waiting import until

pytestmark = pytest.mark.anyio

PATH = "/fhir/R4/Subscription"
SINK = "http://127.0.0.1:9/hook"
OPENED = "eventType=rtp-applications-case-opened-1"
BEYOND_FHIR: list[dict[str, Any]] = [
    {"types": []},
    {"types": [CaseOpened.TYPE], "filters": [{"prefix": {"region": "E"}}]},
    {"types": [CaseOpened.TYPE], "payload": "thin"},
]
SECRET = "http://rtp.test/fhir/StructureDefinition/webhook-secret"


def body(**changed: Any) -> dict[str, Any]:
    channel = {"type": "rest-hook", "endpoint": SINK, "payload": "application/fhir+json", **changed.pop("channel", {})}
    asked = {"resourceType": "Subscription", "status": "requested", "reason": "Case system", "criteria": OPENED}
    return {**asked, "channel": channel, **changed}


async def subscribe(api: Api, **changed: Any) -> dict[str, Any]:
    answer = await api.post(PATH, json=body(**changed), headers={"Content-Type": "application/fhir+json"})
    assert answer.status_code == 201, answer.text
    resource: dict[str, Any] = answer.json()
    return resource


def find_secret(resource: dict[str, Any]) -> str | None:
    return next((each["valueString"] for each in resource["extension"] if each["url"] == SECRET), None)


def read_issues(answer: Any, status: int) -> list[dict[str, Any]]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert all(issue["severity"] == "error" and issue["diagnostics"] for issue in outcome["issue"])
    found: list[dict[str, Any]] = outcome["issue"]
    return found


async def test_a_subscription_is_made_and_its_secret_shown_once(owner: Owner) -> None:
    asked = body(criteria=f"{OPENED} AND region='E12000007'", end="2028-01-01T00:00:00Z", contact=[{"value": "desk"}])
    key = {"Idempotency-Key": '"once"', "Content-Type": "application/fhir+json"}
    answer = await owner.api.post(PATH, content=json.dumps(asked), headers=key)
    resource = answer.json()
    assert answer.status_code == 201
    expected = {
        "content-type": "application/fhir+json",
        "location": f"http://rtp.test{PATH}/{resource['id']}",
        "etag": 'W/"1"',
        "cache-control": "no-store",
    }
    assert {name: answer.headers[name] for name in expected} == expected
    secret = find_secret(resource)
    assert secret is not None
    assert secret.startswith("whsec_")
    assert resource["status"] == "active"
    for name in ("resourceType", "reason", "channel", "end", "contact"):
        assert resource[name] == asked[name]

    again = await owner.api.post(PATH, content=json.dumps(asked), headers=key)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["content-type"] == "application/fhir+json"
    assert find_secret(again.json()) is None
    read = await owner.api.get(f"{PATH}/{resource['id']}")
    assert read.json() == again.json()
    assert read.headers["etag"] == 'W/"1"'
    assert secret not in await read_all_kept(owner.platform)
    ours = (await owner.api.get(f"/v1/subscriptions/{resource['id']}")).json()
    assert (ours["types"], ours["filters"]) == ([CaseOpened.TYPE], [{"exact": {"region": "E12000007"}}])
    assert (ours["payload"], ours["sink"], ours["description"]) == ("fhir", SINK, "Case system")


async def test_a_signal_arrives_and_passes_the_schema(owner: Owner) -> None:
    resource = await subscribe(owner.api, channel={"endpoint": owner.receiver.url})
    [message] = await owner.publish(uuid.uuid4(), 1)
    assert await owner.new_worker().drain() == 1
    [received] = owner.receiver.received
    assert received.headers["content-type"] == "application/fhir+json"
    secret = find_secret(resource)
    assert secret
    bundle = Webhook(secret).verify(received.body, received.headers)
    SIGNAL.validate(bundle)
    assert bundle["id"] == received.id == str(message.event_id)
    [entry] = bundle["entry"]
    reference = entry["resource"]["parameter"][0]["valueReference"]["reference"]
    assert reference == entry["request"]["url"] == f"http://rtp.test{PATH}/{resource['id']}"
    assert (await owner.api.get(reference.removeprefix("http://rtp.test"))).status_code == 200


async def test_the_same_twice_is_a_conflict(owner: Owner) -> None:
    other = await owner.new_client()
    criteria = f"{OPENED} AND sector=youth AND region=E12000007"
    resource = await subscribe(owner.api, criteria=criteria)
    same = body(
        criteria=f"region='E12000007' AND {OPENED} AND sector='youth'", reason="again", end="2029-01-01T00:00:00Z"
    )
    [issue] = read_issues(await owner.api.post(PATH, json=same), 409)
    assert issue["code"] == "duplicate"
    assert issue["diagnostics"].endswith(resource["id"])
    for different in ({"criteria": OPENED}, {"criteria": criteria, "channel": {"endpoint": SINK + "2"}}):
        await subscribe(owner.api, **different)
    await subscribe(other, criteria=criteria)
    assert (await owner.api.delete(f"{PATH}/{resource['id']}")).status_code == 204
    await subscribe(owner.api, criteria=criteria)


WAITING = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


async def test_of_two_at_once_one_is_made(owner: Owner) -> None:
    first = Principal(owner.api.client_id, owner.api.organisation, frozenset())
    details = to_details(SubscriptionResource.model_validate(body()))
    deps, now = owner.platform.app.own.state.subscription_deps, utcnow()
    prepared = await prepare_new(details, client_id=first.client_id, deps=deps, now=now)

    async def waits() -> bool:
        return bool(await run_sql(owner.platform, WAITING))

    async with owner.platform.gateway.database.transaction(first.identities) as session:
        resource = await commands.subscribe(session, details, prepared, subscriber=first, deps=deps, now=now)
        second = asyncio.create_task(owner.api.post(PATH, json=body()))
        await until(waits, "the second one's wait for the first")
    [issue] = read_issues(await second, 409)
    assert issue["diagnostics"].endswith(str(resource.subscription.id))


async def test_lists_are_search_sets(owner: Owner) -> None:
    other = await owner.new_client()
    empty = (await owner.api.get(PATH)).json()
    assert empty == {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [{"relation": "self", "url": f"http://rtp.test{PATH}?_count=50"}],
    }
    resource = [await subscribe(owner.api, channel={"endpoint": f"{SINK}/{number}"}) for number in range(5)]
    await subscribe(other)
    for details in BEYOND_FHIR:
        answer = await owner.api.post("/v1/subscriptions", json={"sink": SINK, **details})
        assert answer.status_code == 201
        [issue] = read_issues(await owner.api.get(f"{PATH}/{answer.json()['id']}"), 404)
        assert issue["code"] == "not-found"
        assert answer.json()["id"] in issue["diagnostics"]
        read_issues(await owner.api.put(f"{PATH}/{answer.json()['id']}", json=body()), 404)
    seen, url = [], f"{PATH}?_count=2"
    while url:
        page = (await owner.api.get(url)).json()
        assert len(page.get("entry", ())) <= 2
        seen += page.get("entry", ())
        links = {link["relation"]: link["url"] for link in page["link"]}
        assert links["self"].endswith(url)
        url = links.get("next", "").removeprefix("http://rtp.test")
    assert [each["resource"]["id"] for each in seen] == [each["id"] for each in reversed(resource)]
    for each in seen:
        assert each["search"] == {"mode": "match"}
        assert (await owner.api.get(each["fullUrl"])).json() == each["resource"]
    [issue] = read_issues(await owner.api.get(f"{PATH}?continue_from=nonsense"), 422)
    assert issue["location"] == ["http.continue_from"]


async def test_replace_pause_and_go_on(owner: Owner) -> None:
    resource = await subscribe(owner.api, end="2028-01-01T00:00:00Z")
    path = f"{PATH}/{resource['id']}"
    criteria = "eventType=rtp-applications-case-submitted-1 AND sector=youth"
    answer = await owner.api.put(
        path, json=body(criteria=criteria, reason="", id=resource["id"], channel={"endpoint": SINK + "2"})
    )
    assert answer.status_code == 200
    changed = answer.json()
    assert answer.headers["etag"] == f'W/"{changed["meta"]["versionId"]}"'
    assert (changed["criteria"], changed["reason"], changed["status"]) == (criteria, "Not given", "active")
    assert changed["channel"]["endpoint"] == SINK + "2"
    assert "end" not in changed
    assert find_secret(changed) is None
    ours = (await owner.api.get(f"/v1/subscriptions/{resource['id']}")).json()
    assert (ours["types"], ours["filters"]) == ([CaseSubmitted.TYPE], [{"exact": {"sector": "youth"}}])

    assert (await owner.api.put(path, json={**changed, "status": "off"})).json()["status"] == "off"
    assert (await owner.api.get(f"/v1/subscriptions/{resource['id']}")).json()["status"] == "paused"
    off = (await owner.api.get(path)).json()
    assert (await owner.api.put(path, json=off)).json()["status"] == "off"
    assert (await owner.api.put(path, json={**off, "status": "requested"})).json()["status"] == "active"
    current = (await owner.api.get(path)).headers["etag"]
    [issue] = read_issues(await owner.api.put(path, json=body(), headers={"If-Match": 'W/"1"'}), 412)
    assert issue["location"] == ["http.If-Match"]
    assert (await owner.api.put(path, json=body(), headers={"If-Match": current})).status_code == 200
    [issue] = read_issues(await owner.api.put(path, json=body(id=str(uuid.uuid4()))), 422)
    assert issue["expression"] == ["Subscription.id"]


async def test_what_ended_is_no_longer_there(owner: Owner) -> None:
    resource = await subscribe(owner.api)
    path = f"{PATH}/{resource['id']}"
    read_issues(await owner.api.delete(path, headers={"If-Match": 'W/"7"'}), 412)
    answer = await owner.api.delete(path, headers={"If-Match": 'W/"1"'})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers.get("content-length", "0") == "0"
    for answer in (await owner.api.get(path), await owner.api.put(path, json=body()), await owner.api.delete(path)):
        assert read_issues(answer, 404)[0]["code"] == "not-found"
    assert "entry" not in (await owner.api.get(PATH)).json()
    assert (await owner.api.get(f"/v1/subscriptions/{resource['id']}")).json()["status"] == "ended"


async def test_another_client_knows_nothing_of_it(owner: Owner) -> None:
    other = await owner.new_client(organisation=owner.api.organisation)
    resource, path = await subscribe(owner.api), f"{PATH}/{uuid.uuid4()}"
    theirs = f"{PATH}/{resource['id']}"
    for method, content in (("GET", None), ("PUT", body()), ("DELETE", None)):
        answer, unknown = [await other.request(method, each, json=content) for each in (theirs, path)]
        assert read_issues(answer, 404) == read_issues(unknown, 404)
    assert "entry" not in (await other.get(PATH)).json()
    assert (await owner.api.get(theirs)).status_code == 200


@pytest.mark.parametrize(
    ("changed", "expression"),
    [
        ({"criteria": f"{OPENED} AND colour=red"}, "Subscription.criteria"),
        ({"channel": {"endpoint": "http://[::1"}}, "Subscription.channel.endpoint"),
        ({"channel": {"endpoint": "gopher://x.example/"}}, "Subscription.channel.endpoint"),
        ({"channel": {"payload": "text/plain"}}, "Subscription.channel.payload"),
        ({"channel": {"header": ["X: y"]}}, "Subscription.channel.header"),
        ({"channel": {"type": "message", "endpoint": "q"}}, "Subscription.channel.endpoint"),
        ({"contact": [{}, {"use": "never"}]}, "Subscription.contact[1].use"),
        ({"modifierExtension": []}, "Subscription.modifierExtension"),
        ({"reason": 7}, "Subscription.reason"),
        ({"status": "active"}, "Subscription.status"),
    ],
)
async def test_what_is_wrong_is_named_in_fhir(owner: Owner, changed: dict[str, Any], expression: str) -> None:
    [issue] = read_issues(await owner.api.post(PATH, json=body(**changed)), 422)
    assert (issue["code"], issue["expression"]) == ("value", [expression])
    assert "entry" not in (await owner.api.get(PATH)).json()


async def test_every_refusal_is_an_outcome(owner: Owner) -> None:
    reader = await owner.new_client(scopes="subscriptions:read")
    broken = await owner.api.post(PATH, content=b"{", headers={"Content-Type": "application/json"})
    assert read_issues(broken, 400)[0]["code"] == "structure"
    missing = body()
    del missing["channel"]["payload"]
    [issue] = read_issues(await owner.api.post(PATH, json=missing), 422)
    assert (issue["code"], issue["expression"]) == ("required", ["Subscription.channel.payload"])
    answer = await owner.api.post(PATH, content=b"<Subscription/>", headers={"Content-Type": "application/fhir+xml"})
    assert read_issues(answer, 415)[0]["code"] == "not-supported"
    assert read_issues(await reader.post(PATH, json=body()), 403)[0]["code"] == "forbidden"
    nobody = await owner.api.get(PATH, headers={"Authorization": ""})
    assert read_issues(nobody, 401)[0]["code"] == "login"
    assert nobody.headers["www-authenticate"].startswith("Bearer")
    assert read_issues(await owner.api.get(f"{PATH}/7"), 422)[0]["location"] == ["http.subscription_id"]
    assert read_issues(await owner.api.get(f"{PATH}?_count=x"), 422)[0]["location"] == ["http._count"]


async def test_without_a_broker_there_are_no_queues(owner: Owner) -> None:
    asked = body(channel={"type": "message"})
    del asked["channel"]["endpoint"]
    [issue] = read_issues(await owner.api.post(PATH, json=asked), 422)
    assert issue["expression"] == ["Subscription.channel.type"]


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"\xff\xfe", 400), (b"\xef\xbf\xbd", 400), (b"[" * 100_000, 413)]
)
async def test_a_body_that_is_no_json_is_refused_in_fhir(api: Api, body: bytes, status: int) -> None:
    answer = await api.post(PATH, content=body, headers={"Content-Type": "application/fhir+json"})
    assert read_issues(answer, status)[0]["severity"] == "error"
