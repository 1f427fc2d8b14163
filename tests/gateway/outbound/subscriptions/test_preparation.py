"""While somebody outside is asked, a request holds no connection to the database, and a client asks few at once."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from sqlalchemy import QueuePool

from rtp_gateway.forms.signals import CONTENT_TYPE
from rtp_gateway.outbound.subscriptions.questions import PER_CLIENT
from rtp_gateway.outbound.transports.sinks import Sinks
from tests.conftest import Api, NewClient
from tests.gateway.conftest import Owner, assert_refused, path_of
from tests.support.waiting import until_true

pytestmark = pytest.mark.anyio

HANDSHAKE = {"protocolsettings": {"handshake": True}}


@dataclass
class SilentSink:
    """Accepts connections, and says nothing until it refuses them all."""

    url: str = ""
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def take(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)

    def refuse(self) -> None:
        for each in self.writers:
            each.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            each.close()
        self.writers.clear()


@pytest.fixture
async def silent() -> AsyncIterator[SilentSink]:
    sink = SilentSink()
    server = await asyncio.start_server(sink.take, "127.0.0.1", 0)
    sink.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    yield sink
    sink.refuse()
    server.close()


@pytest.fixture
def no_names(owner: Owner) -> Iterator[asyncio.Event]:
    """The name server says nothing until the event is set, and then that there is no such name."""
    answered = asyncio.Event()

    async def resolve(_: str, __: int) -> Sequence[str]:
        await answered.wait()
        return []

    state = owner.platform.app.own.state
    deps = state.subscription_deps
    state.subscription_deps = replace(deps, sinks=Sinks(allow_private=True, resolve=resolve))
    yield answered
    state.subscription_deps = deps


def count_connections(owner: Owner) -> int:
    """The connections of the gateway's pool that are in use."""
    pool = owner.platform.gateway.database.engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout()


Ask = Callable[[Owner, str, str], Awaitable[httpx.Response]]
"""Has the sink asked, by way of the owner's subscription at this path."""


async def create(owner: Owner, sink: str, _: str = "") -> httpx.Response:
    return await owner.api.post("/v1/subscriptions", json={"sink": sink, **HANDSHAKE}, headers=new_key())


async def patch(owner: Owner, sink: str, path: str) -> httpx.Response:
    return await owner.api.patch(path, json={"sink": sink, **HANDSHAKE}, headers={"If-Match": "*", **new_key()})


async def put(owner: Owner, sink: str, path: str) -> httpx.Response:
    return await owner.api.put(path, json={"sink": sink, **HANDSHAKE}, headers={"If-Match": "*", **new_key()})


async def resume(owner: Owner, _: str, path: str) -> httpx.Response:
    return await owner.api.post(f"{path}/actions/resume", headers={"If-Match": "*", **new_key()})


async def replace_in_fhir(owner: Owner, sink: str, path: str) -> httpx.Response:
    path = path.replace("/v1/subscriptions", "/fhir/R4/Subscription")
    return await owner.api.put(path, json=build_resource(sink), headers=new_key())


async def make_pending(owner: Owner, sink: SilentSink) -> str:
    """The path of a subscription that waits for its sink's consent: it was asked once, and refused."""
    details = {"types": ["org.righttoprovide.applications.case-submitted.v1"], "payload": "fhir", **HANDSHAKE}
    asked = asyncio.create_task(owner.api.post("/v1/subscriptions", json={"sink": sink.url, **details}))
    await until_true(lambda: sink.writers, "the first question")
    sink.refuse()
    made = (await asked).json()
    assert made["status"] == "pending"
    return path_of(made)


def new_key() -> dict[str, str]:
    return {"Idempotency-Key": f'"{uuid.uuid4()}"'}


def build_resource(endpoint: str) -> dict[str, Any]:
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "Test",
        "criteria": "eventType=rtp-applications-case-submitted-1",
        "channel": {"type": "rest-hook", "endpoint": endpoint, "payload": CONTENT_TYPE},
    }


@pytest.mark.parametrize("ask", [create, patch, put, resume, replace_in_fhir])
async def test_a_silent_sink_holds_no_connection(owner: Owner, silent: SilentSink, ask: Ask) -> None:
    of_its_own = ask in (resume, replace_in_fhir)
    path = await make_pending(owner, silent) if of_its_own else path_of(await owner.subscribe())
    asking = asyncio.ensure_future(ask(owner, silent.url, path))
    await until_true(lambda: silent.writers, "the question")
    await until_true(lambda: count_connections(owner) == 0, "no connection in use", seconds=8)
    silent.refuse()
    answer = await asking
    assert answer.is_success, answer.text


@pytest.mark.parametrize("how", ["create", "fhir", "patch", "token endpoint"])
async def test_a_silent_name_server_holds_no_connection(owner: Owner, no_names: asyncio.Event, how: str) -> None:
    there = path_of(await owner.subscribe())
    sink = "https://sink.example/hook"
    oauth = {"credentialtype": "CLIENTCREDENTIALS", "tokenendpoint": sink, "clientid": "us", "clientsecret": "secret"}
    headers = {"If-Match": "*", **new_key()}
    ways = {
        "create": lambda: owner.api.post("/v1/subscriptions", json={"sink": sink}, headers=headers),
        "fhir": lambda: owner.api.post("/fhir/R4/Subscription", json=build_resource(sink), headers=headers),
        "patch": lambda: owner.api.patch(there, json={"sink": sink}, headers=headers),
        "token endpoint": lambda: owner.api.patch(there, json={"sinkcredential": oauth}, headers=headers),
    }
    asking = asyncio.create_task(ways[how]())
    waits = no_names._waiters
    await until_true(lambda: waits, "the question")
    await until_true(lambda: count_connections(owner) == 0, "no connection in use", seconds=8)
    no_names.set()
    assert (await asking).status_code == 422


async def test_a_client_asks_few_at_once(owner: Owner, silent: SilentSink, new_client: NewClient) -> None:
    other = await new_client()
    asking = [asyncio.create_task(create(owner, silent.url)) for _ in range(PER_CLIENT)]
    await until_true(lambda: len(silent.writers) == PER_CLIENT, "the questions")
    refused = await create(owner, silent.url)
    assert_refused(refused, 429, "too-many-questions")
    assert refused.headers["retry-after"] == "5"
    by_other = asyncio.create_task(ask_as(other, silent))
    await until_true(lambda: len(silent.writers) == PER_CLIENT + 1, "the other client's question")
    silent.refuse()
    assert [each.status_code for each in await asyncio.gather(*asking, by_other)] == [201] * (PER_CLIENT + 1)
    asked_again = asyncio.create_task(create(owner, silent.url))
    await until_true(lambda: silent.writers, "a question when others are over")
    silent.refuse()
    assert (await asked_again).status_code == 201


async def ask_as(api: Api, sink: SilentSink) -> httpx.Response:
    return await api.post("/v1/subscriptions", json={"sink": sink.url, **HANDSHAKE})


async def test_the_same_key_at_once_makes_one_subscription(owner: Owner, silent: SilentSink) -> None:
    headers, body = new_key(), {"sink": silent.url, **HANDSHAKE}
    asking = []
    for number in (1, 2):
        asking.append(asyncio.create_task(owner.api.post("/v1/subscriptions", json=body, headers=headers)))
        await until_true(lambda wanted=number: len(silent.writers) == wanted, "the question")  # type: ignore[misc]
    silent.refuse()
    answers = await asyncio.gather(*asking)
    made = [each for each in answers if each.status_code == 201]
    assert len({each.json()["id"] for each in made}) == 1
    assert all(each.status_code in (201, 409) for each in answers)
    assert len((await owner.api.get("/v1/subscriptions")).json()["items"]) == 1


async def test_what_was_answered_before_asks_nobody(owner: Owner, silent: SilentSink) -> None:
    headers, body = new_key(), {"sink": silent.url, **HANDSHAKE}
    first = asyncio.create_task(owner.api.post("/v1/subscriptions", json=body, headers=headers))
    await until_true(lambda: silent.writers, "the question")
    silent.refuse()
    made = await first
    again = await owner.api.post("/v1/subscriptions", json=body, headers=headers)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert again.json()["id"] == made.json()["id"]
    assert silent.writers == []
