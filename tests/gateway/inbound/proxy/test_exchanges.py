"""One client cannot take the places of others: documents, slow bodies and waiting requests through the gateway."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request

from rtp_gateway.inbound.admission import AdmittedOnly
from rtp_gateway.inbound.front import Gateway
from rtp_gateway.inbound.identity.keys import SigningKey
from rtp_gateway.inbound.proxy import exchanges
from rtp_gateway.inbound.proxy.exchanges import OF_CLIENT, TRANSFERS, TRANSFERS_OF_CLIENT, TRANSFERS_OF_ORGANISATION
from rtp_gateway.inbound.proxy.forward import PER_SERVICE, OverHttp
from rtp_gateway.routing import ForwardingLimits
from rtp_shared.auth import FixedKeys, TokenVerifier
from rtp_shared.clock import utcnow
from rtp_shared.metrics import Metrics
from tests.support.serving import serving
from tests.support.waiting import until, until_true

pytestmark = pytest.mark.anyio
CONTENT = "/v1/cases/1/documents/2/content"


class Upstream:
    """A service that waits with its answers to /v1/cases/waits, and takes any content."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.release, self.waiting = asyncio.Event(), 0
        self.app.add_api_route("/v1/cases/waits", self.wait)
        self.app.add_api_route("/v1/cases", self.take, methods=["GET", "POST"])
        self.app.add_api_route(CONTENT, self.take, methods=["PUT"])

    async def wait(self) -> None:
        self.waiting += 1
        await self.release.wait()

    async def take(self, request: Request) -> int:
        return len(await request.body())


class Caller:
    """A client with a token of its own; its slow requests stay open until the test ends."""

    def __init__(self, http: httpx.AsyncClient, key: SigningKey, organisation: uuid.UUID) -> None:
        self.token = key.sign_access_token(
            issuer="http://rtp.test",
            client_id=str(uuid.uuid4()),
            organisation=organisation,
            scopes=[],
            seconds=600,
            now=utcnow(),
        )
        self.http = http
        self._begun: list[asyncio.StreamWriter] = []
        self.headers = {"Authorization": f"Bearer {self.token}"}

    async def begin(self, method: str, path: str) -> None:
        """Send the head of a request and the first of its bytes, and no more."""
        url = urlsplit(str(self.http.base_url))
        _, writer = await asyncio.open_connection(url.hostname, url.port)
        self._begun.append(writer)
        bearer = [f"Authorization: Bearer {self.token}"] if self.token else []
        lines = [f"{method} {path} HTTP/1.1", "Host: x", *bearer, "Content-Length: 5000"]
        writer.write("\r\n".join([*lines, "", "{"]).encode())
        await writer.drain()

    def hang_up(self) -> None:
        for writer in self._begun:
            writer.close()
        self._begun.clear()

    async def get(self, path: str = "/v1/cases") -> int:
        return (await self.http.get(path, headers=self.headers)).status_code

    async def put(self) -> httpx.Response:
        return await self.http.put(CONTENT, content=b"x", headers=self.headers)


NewCaller = Callable[..., Caller]


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
def new_caller(key: SigningKey, http: httpx.AsyncClient) -> Iterator[NewCaller]:
    callers = []

    def make(organisation: uuid.UUID | None = None) -> Caller:
        callers.append(Caller(http, key, organisation or uuid.uuid4()))
        return callers[-1]

    yield make
    for caller in callers:
        caller.hang_up()


@pytest.fixture
def key() -> SigningKey:
    return SigningKey(SigningKey.generate())


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def http(upstream: Upstream, key: SigningKey, stack: AsyncExitStack) -> httpx.AsyncClient:
    address = await stack.enter_async_context(serving(upstream.app))
    upstreams = OverHttp({"applications": address}, public_url="http://rtp.test", limits=ForwardingLimits())
    stack.push_async_callback(upstreams.close)
    verifier = TokenVerifier(issuer="http://rtp.test", keys=FixedKeys(key.public_keys))
    admitted = AdmittedOnly(upstreams, verifier, public_url="http://rtp.test")
    front = Gateway(FastAPI(), admitted, Metrics("gateway"))
    url = await stack.enter_async_context(serving(front))
    limits = httpx.Limits(max_connections=None)
    client = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=20, limits=limits))
    stack.callback(upstream.release.set)
    return client


async def test_slow_uploads_of_one_client_leave_room_for_others(new_caller: NewCaller) -> None:
    attacker, other = new_caller(), new_caller()
    for _ in range(PER_SERVICE + 20):
        await attacker.begin("PUT", CONTENT)
    await until(lambda: is_refused(attacker), "the attacker being refused")
    assert (await attacker.put()).headers["retry-after"] == "5"
    assert (await other.put()).status_code == 200
    assert await other.get() == await attacker.get() == 200


async def test_an_organisation_has_no_more_than_its_share_however_many_clients(new_caller: NewCaller) -> None:
    organisation = uuid.uuid4()
    attackers = [new_caller(organisation) for _ in range(1 + TRANSFERS_OF_ORGANISATION // TRANSFERS_OF_CLIENT)]
    for attacker in attackers[:-1]:
        for _ in range(TRANSFERS_OF_CLIENT):
            await attacker.begin("PUT", CONTENT)
    await until(lambda: is_refused(attackers[-1]), "the organisation being refused")
    assert (await new_caller().put()).status_code == 200


async def test_of_all_there_is_a_bound_and_a_place_is_free_again(
    new_caller: NewCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchanges, "TRANSFERS", 2)
    slow, late = [new_caller(), new_caller()], new_caller()
    for caller in slow:
        await caller.begin("PUT", CONTENT)
    await until(lambda: has_status(late, 503), "all places being taken")
    assert await late.get() == 200
    slow[0].hang_up()
    await until(lambda: has_status(late, 200), "a place being free")


async def test_bodies_that_do_not_come_hold_no_connection_to_the_service(new_caller: NewCaller) -> None:
    attacker, other = new_caller(), new_caller()
    for _ in range(PER_SERVICE + 20):
        await attacker.begin("POST", "/v1/cases")
    assert await other.get() == 200


async def test_bodies_that_do_not_come_from_nobody_in_particular_leave_room_for_the_public(
    new_caller: NewCaller, http: httpx.AsyncClient
) -> None:
    attacker = new_caller()
    attacker.token = ""
    for _ in range(OF_CLIENT + 20):
        await attacker.begin("POST", "/v1/cases")
    async with asyncio.timeout(10):
        assert (await http.get("/v1/cases")).status_code == 200


async def test_requests_of_one_client_that_the_service_does_not_answer_leave_room_for_others(
    new_caller: NewCaller, upstream: Upstream
) -> None:
    attacker, other = new_caller(), new_caller()
    asked = [asyncio.ensure_future(attacker.get("/v1/cases/waits")) for _ in range(PER_SERVICE + 20)]
    await until_true(lambda: upstream.waiting == OF_CLIENT, "the client's turns being taken")
    assert await other.get() == 200
    assert upstream.waiting == OF_CLIENT
    upstream.release.set()
    assert set(await asyncio.gather(*asked)) == {200}


def test_a_client_and_an_organisation_have_a_part_of_all() -> None:
    assert TRANSFERS_OF_CLIENT < TRANSFERS_OF_ORGANISATION < TRANSFERS <= PER_SERVICE
    assert 2 * OF_CLIENT < PER_SERVICE


async def is_refused(caller: Caller) -> bool:
    return await has_status(caller, 429)


async def has_status(caller: Caller, status: int) -> bool:
    return (await caller.put()).status_code == status
