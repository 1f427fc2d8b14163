"""Whoever looks after the directory is told once of a feed of which nothing was taken in for long."""

import asyncio
import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from rtp_advice_matching.directory.rules import STALE_AFTER
from rtp_advice_matching.open_referral.models import FeedNotice, ImportedService
from rtp_advice_matching.open_referral.scheduler import tell_stale_feeds
from rtp_shared.service import Runtime
from tests.advice_matching.directory.profiles import MODERATOR
from tests.advice_matching.open_referral.test_importing import describe_service
from tests.advice_matching.requests import published
from tests.conftest import NewClient
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio


async def age(advice: Runtime, source: str, seen_at: datetime) -> None:
    async with open_as(advice, "owner") as session:
        await session.execute(update(ImportedService).where(ImportedService.source == source).values(seen_at=seen_at))


async def list_told(advice: Runtime, source: str) -> list[tuple[object, list[str]]]:
    async with open_as(advice, "owner") as session:
        notice = await session.scalar(select(FeedNotice.id).where(FeedNotice.source == source))
    return [] if notice is None else [(event.data, readers) for event, readers in await published(advice, str(notice))]


async def test_a_feed_that_is_not_taken_in_is_told_of_once_until_it_is(new_client: NewClient, advice: Runtime) -> None:
    api, source = await new_client(scopes=MODERATOR), f"https://feed.example/{uuid.uuid4()}"
    service = describe_service()
    answer = await api.post("/v1/open-referral/imports", json={"source": source, "services": [service]})
    assert answer.json()["counts"] == {"added": 1}
    await tell_stale_feeds(advice)
    assert await list_told(advice, source) == []
    old = advice.clock() - STALE_AFTER - timedelta(hours=1)
    await age(advice, source, old)
    await asyncio.gather(*(tell_stale_feeds(advice) for _ in range(3)))
    [(data, readers)] = await list_told(advice, source)
    assert isinstance(data, dict)
    assert (data["source"], readers) == (source, ["scope:advisers:oversee", "system"])
    await age(advice, source, old + timedelta(minutes=30))
    await tell_stale_feeds(advice)
    assert len(await list_told(advice, source)) == 2, "it was taken in between, and is stale again"
