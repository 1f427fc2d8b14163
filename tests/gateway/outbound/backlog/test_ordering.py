"""Whatever happens, the events of a case arrive in their order, and all of them."""

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from tests.gateway.conftest import Owner, path_of, read_pages, run_sql
from tests.support.webhooks import Received, relay

pytestmark = pytest.mark.anyio

_BROKEN = """
    SELECT subscription_id, case_id, position FROM (
        SELECT subscription_id, case_id, position, state, next_attempt_at, under_way,
            row_number() OVER (PARTITION BY subscription_id, case_id ORDER BY position) AS place
        FROM deliveries WHERE state IN ('pending', 'dead')
    ) line
    WHERE (place > 1 AND next_attempt_at IS NOT NULL) OR (place = 1 AND state = 'pending' AND next_attempt_at IS NULL)
        OR (state = 'dead' AND next_attempt_at IS NOT NULL) OR (under_way AND next_attempt_at IS NULL)
"""


class HangUp(web.StreamResponse):
    """No answer: the connection is cut."""

    async def prepare(self, request: web.BaseRequest) -> None:
        assert request.transport is not None
        request.transport.abort()


class World:
    """One subscription, a sink with moods, workers that die, an owner who meddles; luck is seeded."""

    def __init__(self, owner: Owner, luck: random.Random):
        self.owner, self.receiver, self.clock, self.luck = owner, owner.receiver, owner.clock, luck
        self.worker = owner.new_worker(now=self.clock, seconds=0.15)
        self.subscription: dict[str, Any] = {}
        self.made = {uuid.uuid4(): 0 for _ in range(5)}
        self.meddled: set[uuid.UUID] = set()
        """Cases in which the owner replayed or skipped something."""
        self.troubled = 0.5
        self.receiver.answer = self._answer

    async def _answer(self, received: Received) -> web.StreamResponse:
        if self.luck.random() >= self.troubled:
            return web.Response(status=204)
        mood = self.luck.choice(["500", "503", "429", "302", "hang up", "sleep"])
        if mood == "hang up":
            return HangUp()
        if mood == "sleep":
            await asyncio.sleep(0.25)
            return web.Response(status=204)
        headers = {"Retry-After": str(self.luck.choice([0, 7, 90]))} if self.luck.random() < 0.5 else {}
        return web.Response(status=int(mood), headers=headers)

    async def holds(self) -> None:
        """The invariant of ordering keys (deliveries/claims.py), looked up behind the code's back."""
        assert await run_sql(self.owner.platform, _BROKEN) == []

    async def events(self) -> None:
        for case_id in self.luck.sample(list(self.made), 2):
            for _ in range(self.luck.randint(1, 2)):
                self.made[case_id] += 1
                await self.owner.publish(case_id, self.made[case_id])

    async def delivers(self) -> None:
        await self.worker.drain()

    async def delivers_in_parallel(self) -> None:
        await asyncio.gather(
            self.worker.drain(),
            self.owner.new_worker(now=self.clock, seconds=0.15).drain(),
            self.events(),
            self.replays(),
        )

    async def dies(self) -> None:
        """A worker takes deliveries and is never heard of again."""
        await self.owner.new_worker(now=self.clock)._claim()

    async def lingers(self) -> None:
        """A worker takes deliveries, freezes until their lease is over, and goes on as if nothing had happened."""
        frozen = self.owner.new_worker(now=self.clock)
        claimed = await frozen._claim()
        self.clock.forward(seconds=31)
        await self.worker.drain()
        await asyncio.gather(*(frozen._run_attempt(each) for each in claimed))

    async def time_passes(self) -> None:
        self.clock.forward(seconds=self.luck.choice([1, 6, 31, 70, 400]))

    async def three_days_pass(self) -> None:
        self.clock.forward(hours=38)

    async def pauses(self) -> None:
        await self.owner.ask(self.subscription, "actions/pause")

    async def resumes(self) -> None:
        await self.owner.ask(self.subscription, "actions/resume")

    async def rotates(self) -> None:
        await self.owner.change(self.subscription, sink=f"{self.receiver.url}?{self.luck.random()}")

    async def replays(self) -> None:
        case_id = self.luck.choice(list(self.made))
        self.meddled.add(case_id)
        only = self.luck.choice(["all", "unacknowledged"])
        first = self.luck.randint(1, max(self.made[case_id], 1))
        await self.owner.ask(self.subscription, "actions/replay", caseId=str(case_id), fromSequence=first, only=only)

    async def skips(self) -> None:
        for each in await self.dead():
            self.meddled.add(uuid.UUID(each["caseId"]))
            action = self.luck.choice(["skip", "replay"])
            await self.owner.ask(self.subscription, f"dead-letters/{each['eventId']}/actions/{action}")

    async def dead(self) -> list[dict[str, Any]]:
        (items,) = await read_pages(self.owner.api, path_of(self.subscription) + "/dead-letters", limit=200)
        return items

    async def gets_well(self) -> None:
        """And stays so: whatever was given up is asked for once more, and all of it arrives."""
        self.troubled = 0.0
        await self.owner.ask(self.subscription, "actions/resume")
        for case_id in self.meddled:
            await self.owner.ask(self.subscription, "actions/replay", caseId=str(case_id))
        for each in await self.dead():
            await self.owner.ask(self.subscription, f"dead-letters/{each['eventId']}/actions/replay")
        for _ in range(3):
            self.clock.forward(hours=25)
            await self.worker.drain()
            await self.holds()

    def first_receipts(self, case_id: uuid.UUID) -> list[int]:
        return list(dict.fromkeys(self.receiver.sequences(case_id)))


Step = Callable[[World], Awaitable[None]]

WEATHER: list[Step] = [
    *[World.events] * 5,
    *[World.delivers] * 6,
    *[World.time_passes] * 6,
    World.delivers_in_parallel,
    World.dies,
    World.lingers,
    World.pauses,
    World.resumes,
    World.rotates,
    World.three_days_pass,
]
MEDDLING: list[Step] = [*WEATHER, World.replays, World.replays, World.skips]


async def live(world: World, steps: list[Step], count: int) -> None:
    world.subscription = await world.owner.subscribe(concurrency=world.luck.choice([1, 3, 8]))
    for _ in range(count):
        await world.luck.choice(steps)(world)
        await world.holds()
    await world.gets_well()
    health = await world.owner.health(world.subscription)
    assert (health["status"], health["waiting"], health["deadLetters"], health["circuit"]) == ("active", 0, 0, "closed")


@pytest.mark.parametrize("seed", range(6))
async def test_order_holds_whatever_the_sink_and_the_workers_do(owner: Owner, seed: int) -> None:
    luck = random.Random(seed)  # noqa: S311 - a test that can be repeated
    world = World(owner, luck)
    await live(world, [each for each in WEATHER if each is not World.delivers_in_parallel], 60)
    for case_id, count in world.made.items():
        assert world.first_receipts(case_id) == list(range(1, count + 1))


@pytest.mark.parametrize("seed", range(6))
async def test_nothing_is_lost_and_each_case_stays_in_order_whatever_the_owner_does_too(
    owner: Owner, seed: int
) -> None:
    luck = random.Random(1000 + seed)  # noqa: S311 - a test that can be repeated
    world = World(owner, luck)
    await live(world, MEDDLING, 60)
    for case_id, count in world.made.items():
        receipts = world.first_receipts(case_id)
        assert set(receipts) == set(range(1, count + 1))
        if case_id not in world.meddled:
            assert receipts == sorted(receipts)


async def test_tests_of_a_subscription_keep_their_order_too(owner: Owner) -> None:
    subscription = await owner.subscribe()
    owner.receiver.answer = lambda _: web.Response(status=500 if len(owner.receiver.received) == 1 else 204)
    for _ in range(2):
        await owner.ask(subscription, "actions/test")
        await relay(owner.platform)
    await owner.worker.drain()
    owner.clock.forward(seconds=6)
    await owner.worker.drain()
    assert owner.receiver.sequences(uuid.UUID(subscription["id"])) == [1, 1, 2]
