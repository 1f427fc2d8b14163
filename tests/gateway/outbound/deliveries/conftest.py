"""A subscription whose sink was down for three days."""

import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest

from rtp_gateway.outbound.deliveries.retries import GIVE_UP_AFTER
from tests.gateway.conftest import Owner
from tests.support.webhooks import answering, relay


@dataclass
class Outage(Owner):
    """The owner of a subscription that failed for three days: disabled, one dead letter, and more that waits."""

    cases: list[uuid.UUID] = field(default_factory=list)
    subscription: dict[str, Any] = field(default_factory=dict)

    async def happen(self, **details: Any) -> None:
        self.subscription = await self.subscribe(**details)
        self.receiver.answer = answering(500)
        self.cases = await self.publish_cases(3, 1, 2, 3)
        await self.worker.drain()
        self.clock.forward(seconds=GIVE_UP_AFTER.total_seconds() - 60)
        await self.worker.drain()
        assert (await self.show_health())["status"] == "active"
        await self.pass_hours(1)
        await relay(self.platform)
        self.receiver.received.clear()

    async def pass_hours(self, hours: float) -> None:
        self.clock.forward(hours=hours)
        await self.worker.drain()

    async def show_health(self) -> dict[str, Any]:
        return await self.health(self.subscription)

    def has_received_all(self) -> bool:
        """In order, each once."""
        return all(self.receiver.sequences(case_id) == [1, 2, 3] for case_id in self.cases)


@pytest.fixture
def outage(owner: Owner) -> Outage:
    """It has yet to happen."""
    return Outage(owner.platform, owner.new_client, owner.new_worker, owner.receiver, owner.api)
