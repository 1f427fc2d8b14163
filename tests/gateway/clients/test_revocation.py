"""What a client may no longer do it cannot do two seconds later, whatever its token says and wherever it is at."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from rtp_embedded.platform import Platform
from rtp_gateway.app import build_gateway, build_runtime
from rtp_gateway.inbound.proxy.forward import OverHttp
from rtp_gateway.routing import ForwardingLimits
from rtp_gateway.settings import GatewayWebSettings
from tests.conftest import Api
from tests.gateway.conftest import run_sql
from tests.support.revocation import ACTIVATE, DEACTIVATE, PROMISED_SECONDS, Call, change_of_client, wait_for_refusal
from tests.support.serving import serving

pytestmark = pytest.mark.anyio


@change_of_client
async def test_its_token_holds_no_more_in_the_gateway_and_in_the_services(
    platform: Platform, api: Api, change: str
) -> None:
    calls: list[Call] = [
        lambda: api.post("/v1/cases", json={"serviceName": "Home care"}),
        lambda: api.get("/v1/advisers"),
        lambda: api.get("/v1/subscriptions"),
        lambda: api.get("/v1/events"),
        lambda: api.get("/metrics"),
    ]
    assert {(await call()).status_code for call in calls} <= {200, 201}
    await run_sql(platform, change, id=api.client_id)
    await asyncio.gather(*map(wait_for_refusal, calls))


@change_of_client
async def test_a_token_of_what_it_has_now_holds(platform: Platform, api: Api, change: str) -> None:
    await run_sql(platform, change, id=api.client_id)
    await wait_for_refusal(lambda: api.get("/v1/events"))
    await run_sql(platform, "UPDATE clients SET active = true WHERE client_id = :id", id=api.client_id)
    await api.sign_in()
    assert (await api.get("/v1/events")).status_code == 200


@pytest.mark.parametrize("path", ["/v1/cases", "/v1/subscriptions"])
async def test_whoever_is_deactivated_while_it_sends_writes_nothing(platform: Platform, api: Api, path: str) -> None:
    body = b'{"serviceName": "Slow"}'

    async def send_slowly() -> AsyncIterator[bytes]:
        yield body[:5]
        await run_sql(platform, DEACTIVATE, id=api.client_id)
        await wait_for_refusal(lambda: api.get("/v1/events"))
        yield body[5:]

    answer = await api.post(path, content=send_slowly(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 401


class Service:
    """A service behind the gateway, which counts what reaches it and can stream without an end."""

    def __init__(self) -> None:
        self.started = self.finished = 0
        self.is_over = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.started += 1
        while (message := await receive()).get("more_body"):
            pass
        if message["type"] == "http.disconnect":
            return
        self.finished += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["method"] == "GET" and scope["path"].endswith("/content"):
            await self._stream(send)
        await send({"type": "http.response.body", "body": b"done"})

    async def _stream(self, send: Send) -> None:
        part: Message = {"type": "http.response.body", "body": b"part", "more_body": True}
        while not self.is_over:
            await send(part)
            await asyncio.sleep(0.01)


DOCUMENT = f"/v1/cases/{uuid.uuid4()}/documents/{uuid.uuid4()}/content"


@pytest.fixture
async def service() -> Service:
    return Service()


@pytest.fixture
async def remote(platform: Platform, api: Api, service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """The client at a gateway that reaches its services over HTTP, as in many-process mode."""
    async with contextlib.AsyncExitStack() as stack:
        address = await stack.enter_async_context(serving(service))
        upstreams = OverHttp({"applications": address}, public_url=platform.public_url, limits=ForwardingLimits())
        stack.push_async_callback(upstreams.close)
        settings = platform.gateway.settings
        assert isinstance(settings, GatewayWebSettings)
        runtime, key = build_runtime(settings)
        stack.push_async_callback(runtime.database.close)
        front = build_gateway(runtime, key, upstreams)
        stack.push_async_callback(front.close)
        url = await stack.enter_async_context(serving(front))
        headers = {"Authorization": api.headers["Authorization"]}
        yield await stack.enter_async_context(httpx.AsyncClient(base_url=url, headers=headers))
        service.is_over = True


async def test_a_client_that_is_active_again_uses_no_token_of_the_time_before(platform: Platform, api: Api) -> None:
    """At once, in the same second: it goes by the client's generation, and by no clock."""
    former = {"Authorization": api.headers["Authorization"]}
    for _ in range(2):
        await run_sql(platform, DEACTIVATE, id=api.client_id)
        await run_sql(platform, ACTIVATE, id=api.client_id)
        await wait_for_refusal(lambda: api.get("/v1/events", headers=former))
        await api.sign_in()
        for path in ("/v1/events", "/v1/cases"):
            assert (await api.get(path)).status_code == 200
            assert (await api.get(path, headers=former)).status_code == 401


async def test_what_no_longer_holds_is_not_forwarded(
    platform: Platform, api: Api, remote: httpx.AsyncClient, service: Service
) -> None:
    assert (await remote.post("/v1/cases", json={})).status_code == 200
    await run_sql(platform, DEACTIVATE, id=api.client_id)
    await wait_for_refusal(lambda: remote.get("/v1/cases"))
    reached = service.started
    refused = await remote.post("/v1/cases", json={})
    assert (refused.status_code, service.started) == (401, reached)
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["correlation-id"]


async def test_a_document_on_its_way_to_a_service_does_not_arrive(
    platform: Platform, api: Api, remote: httpx.AsyncClient, service: Service
) -> None:
    async def send_slowly() -> AsyncIterator[bytes]:
        yield b"first"
        await run_sql(platform, DEACTIVATE, id=api.client_id)
        await wait_for_refusal(lambda: remote.get("/v1/events"))
        yield b"second"

    answer = await remote.put(DOCUMENT, content=send_slowly())
    assert (answer.status_code, service.finished) == (401, 0)


async def test_a_document_on_its_way_out_is_cut_off(platform: Platform, api: Api, remote: httpx.AsyncClient) -> None:
    async with asyncio.timeout(10), remote.stream("GET", DOCUMENT) as answer:
        parts = answer.aiter_raw()
        await anext(parts)
        await run_sql(platform, DEACTIVATE, id=api.client_id)
        began = time.monotonic()
        with pytest.raises(httpx.RemoteProtocolError):
            async for _ in parts:
                pass
        assert time.monotonic() - began < PROMISED_SECONDS
