"""What tests of subscriptions stand on."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_gateway.deliveries.courier import Courier
from tests.support.webhooks import Receiver, new_courier, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


NewCourier = Callable[..., Courier]


@pytest.fixture
async def courier(platform: Platform) -> AsyncIterator[NewCourier]:
    """Makes couriers: `courier(now=clock, each=8)`. What is subscribed to in the test ends with it.

    What other tests left in outboxes goes out before, so that no subscription of this test gets it.
    """
    await platform.drain_events()
    made: list[Courier] = []

    def make(**settings: Any) -> Courier:
        made.append(new_courier(platform, **settings))
        return made[-1]

    yield make
    for each in made:
        await each.close()
    async with platform.gateway.database.transaction() as session:
        await session.execute(text("UPDATE subscriptions SET status = 'ended' WHERE status <> 'ended'"))
