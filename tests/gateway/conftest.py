"""What tests of subscriptions stand on."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_gateway.outbound.deliveries.worker import DeliveryWorker
from tests.support.webhooks import Receiver, new_delivery_worker, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


NewWorker = Callable[..., DeliveryWorker]


@pytest.fixture
async def new_worker(platform: Platform) -> AsyncIterator[NewWorker]:
    """Makes delivery workers: `new_worker(now=clock)`. What is subscribed to in the test ends with it.

    What other tests left in outboxes goes out before, so that no subscription of this test gets it.
    """
    await platform.settle()
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
