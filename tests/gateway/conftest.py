"""What tests of subscriptions stand on."""

import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_gateway.outbound.deliveries.worker import DeliveryWorker
from rtp_shared.bus import Message
from tests.conftest import Api, NewClient
from tests.support import webhooks
from tests.support.webhooks import Clock, Receiver, new_delivery_worker, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


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

    async def deliveries(self, subscription: dict[str, Any]) -> list[dict[str, Any]]:
        return await webhooks.deliveries(self.api, subscription)

    async def ask(self, subscription: dict[str, Any], action: str, **body: Any) -> Any:
        return await webhooks.ask(self.api, subscription, action, **body)

    async def change(self, subscription: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return await webhooks.change(self.api, subscription, **changes)

    async def health(self, subscription: dict[str, Any]) -> dict[str, Any]:
        return await webhooks.health(self.api, subscription)


@pytest.fixture
async def owner(platform: Platform, new_client: NewClient, new_worker: NewWorker, receiver: Receiver) -> Owner:
    return Owner(platform, new_client, new_worker, receiver, await new_client())


@pytest.fixture
async def new_worker(platform: Platform) -> AsyncIterator[NewWorker]:
    """Makes delivery workers: `new_worker(now=clock)`. What is subscribed to in the test ends with it.

    What other tests left in outboxes goes out before, so that no subscription of this test gets it.
    """
    await platform.drain_events()
    made: list[DeliveryWorker] = []

    def make(**settings: Any) -> DeliveryWorker:
        made.append(new_delivery_worker(platform, **settings))
        return made[-1]

    yield make
    for each in made:
        await each.close()
    async with platform.gateway.database.transaction() as session:
        await session.execute(text("UPDATE subscriptions SET status = 'ended' WHERE status <> 'ended'"))
        await session.execute(text("DELETE FROM queue_requests"))
