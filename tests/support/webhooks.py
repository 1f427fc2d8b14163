"""A subscriber's side: a real HTTP receiver, and shorthand for events and subscriptions."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from aiohttp import web
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from rtp_embedded.platform import Platform
from rtp_gateway.outbound.deliveries.metrics import DeliveryMetrics
from rtp_gateway.outbound.deliveries.worker import DeliveryWorker
from rtp_gateway.outbound.secret_box import SecretBox
from rtp_gateway.outbound.transports.http import HttpTransport
from rtp_gateway.outbound.transports.sinks import Sinks
from rtp_shared.bus import Message
from rtp_shared.clock import utcnow
from rtp_shared.contracts import ABOUT_NOTHING, About, EventData, events
from rtp_shared.contracts.applications import CaseOpened
from rtp_shared.metrics import Metrics
from rtp_shared.run import build_consumer
from tests.conftest import Api


@dataclass(frozen=True)
class Received:
    """One request that arrived."""

    headers: dict[str, str]
    body: bytes
    method: str = "POST"
    target: str = "/hook"

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def sequence(self) -> int:
        return events.read(self.body).sequence

    @property
    def case_id(self) -> uuid.UUID:
        return events.read(self.body).subject_id

    def verified(self, secret: str) -> Any:
        """What the reference library makes of it; it raises where the signature does not hold."""
        return Webhook(secret).verify(self.body, self.headers)

    def verified_at_its_time(self, secret: str) -> Any:
        """The same for a delivery worker's clock that runs ahead of ours, which the library would refuse."""
        at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        if Webhook(secret).sign(self.id, at, self.body.decode()) not in self.headers["webhook-signature"].split(" "):
            raise WebhookVerificationError("no signature by this secret")
        return json.loads(self.body)


Answering = Callable[[Received], Awaitable[web.StreamResponse] | web.StreamResponse]


def no_content(_: Received) -> web.StreamResponse:
    return web.Response(status=204)


@dataclass
class Receiver:
    """A subscriber's endpoint. `answer` may be changed at any time."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answer: Answering = no_content

    async def _take(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        received = Received(headers, await request.read(), request.method, request.raw_path)
        self.received.append(received)
        answer = self.answer(received)
        return answer if isinstance(answer, web.StreamResponse) else await answer

    def sequences(self, case_id: uuid.UUID) -> list[int]:
        return [each.sequence for each in self.received if each.case_id == case_id]


@asynccontextmanager
async def receiving(host: str = "127.0.0.1", **site: Any) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver._take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, host, 0, **site).start()
    receiver.url = f"http://{host}:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@asynccontextmanager
async def answering_raw(raw: bytes) -> AsyncIterator[str]:
    """A sink that answers each request with these bytes, and then closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(2)
        writer.write(raw)
        with suppress(ConnectionError):  # our side closes when it has read enough
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


def answering(status: int, **headers: str) -> Answering:
    return lambda _: web.Response(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def choking_on(*case_ids: uuid.UUID, status: int = 500) -> Answering:
    """Fail for these cases and take all others."""
    return lambda received: web.Response(status=status if received.case_id in case_ids else 204)


async def subscribe(api: Api, sink: str, **details: Any) -> dict[str, Any]:
    answer = await api.post("/v1/subscriptions", json={"sink": sink, **details})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def deliveries(api: Api, subscription: dict[str, Any]) -> list[dict[str, Any]]:
    """Newest first."""
    answer = await api.get(f"/v1/subscriptions/{subscription['id']}/deliveries")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def ask(api: Api, subscription: dict[str, Any], action: str, **body: Any) -> Any:
    """Have an action done to the subscription, whatever its version; its answer, where it has one."""
    path = f"/v1/subscriptions/{subscription['id']}/{action}"
    answer = await api.post(path, json=body or None, headers={"If-Match": "*"})
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def change(api: Api, subscription: dict[str, Any], **changes: Any) -> dict[str, Any]:
    path = f"/v1/subscriptions/{subscription['id']}"
    answer = await api.patch(path, json=changes, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


async def health(api: Api, subscription: dict[str, Any]) -> dict[str, Any]:
    answer = await api.get(f"/v1/subscriptions/{subscription['id']}/health")
    assert answer.status_code == 200, answer.text
    view: dict[str, Any] = answer.json()
    return view


def message(
    case_id: uuid.UUID,
    sequence: int = 1,
    *,
    readers: Sequence[str],
    data: EventData | None = None,
    service: str = "applications",
    previous: str | None = None,
    about: About = ABOUT_NOTHING,
) -> Message:
    """An event as the bus brings it."""
    data = data or CaseOpened(case_id=case_id, route="right-to-provide")
    event_id, body = events.write(
        data,
        base_url="http://rtp.test",
        service=service,
        subject_id=case_id,
        sequence=sequence,
        dataref="/v1",
        previous=previous,
        about=about,
    )
    return Message(event_id, data.TYPE, case_id, tuple(readers), body)


async def publish(
    platform: Platform, api: Api, case_id: uuid.UUID, *sequences: int, readers: Sequence[str] = (), **how: Any
) -> list[Message]:
    """Events of a case that `api` may see, or only `readers`, as if a service had published them."""
    readers = readers or [f"client:{api.client_id}", "system"]
    made = [message(case_id, sequence, readers=readers, **how) for sequence in sequences]
    for each in made:
        await build_consumer(platform.background["gateway"]).receive(each)
    return made


async def relay(platform: Platform) -> None:
    """Have what the gateway itself published recorded, with nothing delivered."""
    connection = await asyncpg.connect(platform.background["gateway"].settings.database_url.get_secret_value())
    try:
        while await platform.relays["gateway"].drain(connection):
            pass
    finally:
        await connection.close()


async def feed(api: Api, type_: str | None = None) -> list[dict[str, Any]]:
    """What the client's feed holds, oldest first."""
    answer = await api.get("/v1/events", params={"limit": 200, **({"type": type_} if type_ else {})})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


class Clock:
    """A clock that goes on only when it is told to."""

    def __init__(self) -> None:
        self.at = utcnow() + timedelta(seconds=1)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)

    def catch_up(self) -> None:
        """Go on to the present, so that what was recorded until now is due."""
        self.at = max(self.at, utcnow() + timedelta(seconds=1))


def new_delivery_worker(platform: Platform, *, now: Callable[[], datetime] = utcnow, **settings: Any) -> DeliveryWorker:
    """Delivers over HTTP, unless `transports` are given."""
    seconds = settings.pop("seconds", 15.0)
    by_http = {"HTTP": HttpTransport(Sinks(allow_private=True), origin="rtp.test", seconds=seconds)}
    return DeliveryWorker(
        database=platform.background["gateway"].database,
        transports=settings.pop("transports", by_http),
        outbox=platform.gateway.outbox,
        secret_box=SecretBox(platform.gateway.settings.secrets_key.get_secret_value()),  # type: ignore[attr-defined]
        metrics=DeliveryMetrics(Metrics("test")),
        now=now,
        **settings,
    )
