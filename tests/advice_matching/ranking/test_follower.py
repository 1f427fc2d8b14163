"""An index follows the advisers of a database: whatever is committed is seen, in whatever order, and nothing else."""

import random
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.facets import ProfileStatus
from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.directory.queries import list_candidates
from rtp_advice_matching.load import load_examples
from rtp_advice_matching.matching import Candidate, MatchingRules
from rtp_advice_matching.ranking.follower import AdviserFollower
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio
Known = dict[UUID, Candidate]
RULES = MatchingRules(hours_each=3)


async def look(advice: Runtime, follower: AdviserFollower, *, later: timedelta = timedelta(0)) -> Known:
    """What the follower knows, which must be what stands in the database."""
    now = advice.clock() + later
    async with advice.database.transaction(read_only=True) as session:
        known = {each.id: each for each in (await follower.look(session, now=now)).list_all()}
        assert known == {each.id: each for each in await list_candidates(session, RULES, now=now)}
    return known


async def take_place(session: AsyncSession, adviser: Adviser) -> None:
    taking = update(Adviser).where(Adviser.id == adviser.id).values(engaged=Adviser.engaged + 1)
    await session.execute(taking)


async def test_every_change_is_seen(advice: Runtime, new_adviser: NewAdviser) -> None:
    follower = AdviserFollower(RULES)
    before = await look(advice, follower)
    adviser = await new_adviser()
    assert (await look(advice, follower)).keys() - before.keys() == {adviser.id}
    async with advice.database.transaction() as session:
        await take_place(session, adviser)
    assert (await look(advice, follower))[adviser.id].engaged == 1
    hiding: Mapping[str, Any] = {"status": ProfileStatus.SUSPENDED, "network_published": False, "active": False}
    showing: Mapping[str, Any] = {"status": ProfileStatus.PUBLISHED, "network_published": True, "active": True}
    for column in hiding:
        for values, seen in (({column: hiding[column]}, False), ({column: showing[column]}, True)):
            async with open_as(advice, "operator") as session:
                await session.execute(update(Adviser).where(Adviser.id == adviser.id).values(values))
            assert (adviser.id in await look(advice, follower)) is seen
    async with open_as(advice, "operator") as session:
        await load_examples(session)
    await look(advice, follower)


async def test_where_nothing_changed_nothing_is_made_anew(advice: Runtime) -> None:
    follower = AdviserFollower(RULES)
    async with advice.database.transaction(read_only=True) as session:
        first = await follower.look(session, now=advice.clock())
        assert await follower.look(session, now=advice.clock()) is first
    async with advice.database.transaction(read_only=True) as session:
        assert await follower.look(session, now=advice.clock()) is first


async def test_hours_go_by_the_day_of_the_platform(advice: Runtime, new_adviser: NewAdviser) -> None:
    """Nothing changes in the database, and still everybody is read again: away from the fortieth day on."""
    today = advice.clock().date()
    span = {"starts_on": str(today + timedelta(days=40)), "ends_on": str(today + timedelta(days=400))}
    away = await new_adviser(hours_per_month=20, calendar=[{**span, "hours_per_month": 0}])
    follower = AdviserFollower(RULES)
    hours = [(await look(advice, follower, later=timedelta(days=days)))[away.id].hours for days in (0, 25, 50, 0)]
    assert hours == [20, 10, 0, 20]
    assert (await look(advice, follower))[away.id].hours_each == RULES.hours_each


async def test_who_changed_before_and_is_committed_after_is_seen(advice: Runtime, new_adviser: NewAdviser) -> None:
    """The trap of every number that is given before the commit: a later one is read first."""
    follower, early, late = AdviserFollower(RULES), await new_adviser(), await new_adviser()
    async with advice.database.transaction() as session:
        await take_place(session, early)
        async with advice.database.transaction() as other:
            await take_place(other, late)
        known = await look(advice, follower)
        assert (known[early.id].engaged, known[late.id].engaged) == (0, 1)
    assert (await look(advice, follower))[early.id].engaged == 1


async def test_what_was_undone_is_known_to_nobody(advice: Runtime, new_adviser: NewAdviser) -> None:
    follower, adviser, other = AdviserFollower(RULES), await new_adviser(), await new_adviser()
    await look(advice, follower)
    async with advice.database.transaction() as session:
        await take_place(session, other)
    async with advice.database.transaction() as session:
        await take_place(session, adviser)
        known_inside = (await follower.look(session, now=advice.clock())).find(adviser.id)
        await session.rollback()
    assert known_inside is not None
    assert known_inside.engaged == 1, "it sees its own change"
    known = await look(advice, follower)
    assert (known[adviser.id].engaged, known[other.id].engaged) == (0, 1)


async def test_transactions_that_end_in_any_order_are_followed(advice: Runtime, new_adviser: NewAdviser) -> None:
    follower, advisers = AdviserFollower(RULES), [await new_adviser() for _ in range(4)]
    for seed in range(12):
        chance = random.Random(seed)  # noqa: S311 - the same course each time
        running: list[AsyncExitStack] = []
        for adviser in chance.sample(advisers, 4):
            stack = AsyncExitStack()
            await take_place(await stack.enter_async_context(advice.database.transaction()), adviser)
            running.append(stack)
            if chance.random() < 0.5:
                await look(advice, follower)
        for stack in chance.sample(running, 4):
            await stack.aclose()
            await look(advice, follower)


async def test_another_servers_numbers_hide_nothing(advice: Runtime, new_adviser: NewAdviser) -> None:
    """A dump that was restored brings numbers that are ahead of this server's; a new change has this server's."""
    adviser, far = await new_adviser(), 2**60
    async with open_as(advice, "owner") as session:
        connection = await session.connection()
        await connection.exec_driver_sql("ALTER TABLE advisers DISABLE TRIGGER USER")
        await session.execute(update(Adviser).where(Adviser.id == adviser.id).values(changed_in=far))
        await connection.exec_driver_sql("ALTER TABLE advisers ENABLE TRIGGER USER")
    follower = AdviserFollower(RULES)
    await look(advice, follower)
    async with advice.database.transaction() as session:
        await take_place(session, adviser)
    assert (await look(advice, follower))[adviser.id].engaged == 1
