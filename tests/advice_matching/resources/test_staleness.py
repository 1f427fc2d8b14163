"""Whoever looks after the directory is told once of each guide that nobody has checked for a year."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from rtp_advice_matching.resources.models import Resource
from rtp_advice_matching.resources.scheduler import tell_stale_resources
from rtp_shared.clock import today
from rtp_shared.service import Runtime
from tests.advice_matching.requests import published
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio


async def check(advice: Runtime, resource: Resource, day: date) -> None:
    async with open_as(advice, "operator") as session:
        await session.execute(update(Resource).where(Resource.id == resource.id).values(checked_on=day))


async def test_it_is_told_once_until_somebody_checks(advice: Runtime) -> None:
    async with open_as(advice, "owner") as session:
        stale, fresh = (await session.scalars(select(Resource).order_by(Resource.id).limit(2))).all()
    old = today() - timedelta(days=365)
    await check(advice, stale, old)
    await check(advice, fresh, today() - timedelta(days=364))
    await asyncio.gather(*(tell_stale_resources(advice) for _ in range(3)))
    await tell_stale_resources(advice)
    [(event, readers)] = await published(advice, str(stale.id))
    assert event.type == "org.righttoprovide.advice-matching.resource-check-lapsed.v1"
    assert event.data == {"resourceId": str(stale.id), "checkedOn": str(old)}
    assert readers == ["scope:advisers:oversee", "system"]
    assert await published(advice, str(fresh.id)) == []
    await check(advice, stale, today())
    await tell_stale_resources(advice)
    assert len(await published(advice, str(stale.id))) == 1
    await check(advice, stale, stale.checked_on)
