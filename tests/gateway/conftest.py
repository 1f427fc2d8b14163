"""What tests of subscriptions stand on."""

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx
import pytest
from aiohttp import web
from sqlalchemy import CursorResult, text

from rtp_embedded.platform import Platform
from rtp_gateway.outbound.deliveries.worker import DeliveryWorker
from rtp_shared.bus import Message
from tests.conftest import Api, NewClient
from tests.support import webhooks
from tests.support.tables import open_as
from tests.support.webhooks import Clock, Receiver, new_delivery_worker, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


def path_of(subscription: dict[str, Any]) -> str:
    return f"/v1/subscriptions/{subscription['id']}"


def assert_refused(answer: httpx.Response, status: int, problem: str) -> None:
    """The answer is a refusal with this status, of this type of problem."""
    assert answer.status_code == status, answer.text
    assert answer.json()["type"].endswith(f"/problems/{problem}")


def list_wrong_fields(answer: httpx.Response) -> list[str]:
    """The fields that an answer with status 422 names."""
    assert answer.status_code == 422, answer.text
    return [each["field"] for each in answer.json()["errors"]]


async def run_sql(platform: Platform, statement: str, **values: Any) -> Sequence[Any]:
    """Do this in the gateway's database, behind the code's back, as its owner; return the rows that it gives."""
    async with open_as(platform.gateway, "owner") as session:
        result = await session.execute(text(statement), values)
        return result.all() if isinstance(result, CursorResult) and result.returns_rows else []


async def read_all_kept(platform: Platform) -> str:
    """All that is kept of subscriptions and of the answers to requests that may be repeated."""
    rows = [
        *await run_sql(platform, "SELECT row_to_json(t)::text FROM subscriptions t"),
        *await run_sql(platform, "SELECT row_to_json(t)::text FROM stored_answers t"),
    ]
    return " ".join(row[0] for row in rows)


async def read_pages(api: Api, path: str, **params: Any) -> list[list[dict[str, Any]]]:
    """The items of a list, page by page, as whoever follows `next` is given them."""
    pages: list[list[dict[str, Any]]] = []
    while True:
        answer = await api.get(path, params=params)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()["items"])
        if answer.json()["next"] is None:
            return pages
        params["after"] = answer.json()["next"]


NewWorker = Callable[..., DeliveryWorker]


@dataclass
class Owner:
    """A subscription's owner: its API, its sink, a clock that stands still and a delivery worker that goes by it."""

    platform: Platform
    new_client: NewClient
    new_worker: NewWorker
    receiver: Receiver
    api: Api
    clock: Clock = field(default_factory=Clock)

    @cached_property
    def worker(self) -> DeliveryWorker:
        return self.new_worker(now=self.clock)

    async def subscribe(self, **details: Any) -> dict[str, Any]:
        return await webhooks.subscribe(self.api, self.receiver.url, **details)

    async def publish(self, case_id: uuid.UUID, *sequences: int, **how: Any) -> list[Message]:
        return await webhooks.publish(self.platform, self.api, case_id, *sequences, **how)

    async def publish_cases(self, count: int, *sequences: int) -> list[uuid.UUID]:
        """Publish the first event, or these, of so many new cases."""
        cases = [uuid.uuid4() for _ in range(count)]
        for case_id in cases:
            await self.publish(case_id, *(sequences or (1,)))
        return cases

    async def deliveries(self, subscription: dict[str, Any]) -> list[dict[str, Any]]:
        return await webhooks.deliveries(self.api, subscription)

    async def ask(self, subscription: dict[str, Any], action: str, **body: Any) -> Any:
        return await webhooks.ask(self.api, subscription, action, **body)

    async def change(self, subscription: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return await webhooks.change(self.api, subscription, **changes)

    def move_sink_meanwhile(self, subscription: dict[str, Any], sink: str, *, status: int, **headers: str) -> None:
        """While the next request is under way, the subscription gets this sink; then the former one answers so."""

        async def move(received: webhooks.Received) -> web.StreamResponse:
            await self.change(subscription, sink=sink)
            answer = webhooks.answering(status, **headers)(received)
            assert isinstance(answer, web.StreamResponse)
            return answer

        self.receiver.answer = move

    async def health(self, subscription: dict[str, Any]) -> dict[str, Any]:
        return await webhooks.health(self.api, subscription)

    async def show(self, subscription: dict[str, Any]) -> dict[str, Any]:
        answer = await self.api.get(path_of(subscription))
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    async def end(self, subscription: dict[str, Any]) -> None:
        answer = await self.api.delete(path_of(subscription), headers={"If-Match": "*"})
        assert (answer.status_code, answer.content) == (204, b"")

    async def let_die(self) -> None:
        """What its sink chokes on becomes a dead letter, while the sink takes other cases."""
        await self.worker.drain()
        self.clock.forward(hours=75)
        await self.publish(uuid.uuid4(), 1)
        await self.worker.drain()
        self.clock.forward(hours=1)
        await self.worker.drain()

    async def attempts(self, subscription: dict[str, Any], event_id: Any) -> list[dict[str, Any]]:
        answer = await self.api.get(f"{path_of(subscription)}/deliveries/{event_id}/attempts")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


@pytest.fixture
async def api(new_client: NewClient) -> Api:
    """An ordinary client of a new body."""
    return await new_client()


@pytest.fixture
async def owner(
    platform: Platform, new_client: NewClient, new_worker: NewWorker, receiver: Receiver, api: Api
) -> Owner:
    return Owner(platform, new_client, new_worker, receiver, api)


@pytest.fixture
async def new_worker(platform: Platform) -> AsyncIterator[NewWorker]:
    """Makes delivery workers: `new_worker(now=clock)`. What is subscribed to in the test ends with it.

    What other tests left in outboxes goes out before, so that no subscription of this test gets it.
    """
    await platform.drain_events()
    workers: list[DeliveryWorker] = []

    def make(**settings: Any) -> DeliveryWorker:
        workers.append(new_delivery_worker(platform, **settings))
        return workers[-1]

    yield make
    for each in workers:
        await each.close()
    await run_sql(platform, "UPDATE subscriptions SET status = 'ended' WHERE status <> 'ended'")
    await run_sql(platform, "DELETE FROM queue_requests")
