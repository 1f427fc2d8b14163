"""A network is told of its profiles that nobody has verified for long, once, and again while nobody does."""

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.directory.reminders import remind_networks
from rtp_shared.clock import today
from rtp_shared.service import Runtime
from tests.advice_matching.directory.profiles import act, add_person, record_network
from tests.advice_matching.requests import published
from tests.conftest import NewClient
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio


async def age(advice: Runtime, path: str, **days: date) -> None:
    async with open_as(advice, "operator") as session:
        adviser_id = uuid.UUID(path.rpartition("/")[2])
        await session.execute(update(Adviser).where(Adviser.id == adviser_id).values(**days))


async def test_a_network_is_told_once_in_ninety_days(new_client: NewClient, advice: Runtime) -> None:
    api = await record_network(new_client)
    stale, fresh, draft = await add_person(api), await add_person(api), await add_person(api, published=False)
    old = today() - timedelta(days=90)
    for path in (stale, draft):
        await age(advice, path, verified_on=old)
    for _ in range(2):
        await remind_networks(advice)
    [(event, readers)] = await published(advice, stale.rpartition("/")[2])
    assert event.type == "org.righttoprovide.advice-matching.verification-lapsed.v1"
    assert event.data == {
        "adviserId": stale.rpartition("/")[2], "networkId": str(api.organisation), "verifiedOn": str(old)
    }  # fmt: skip
    assert readers == [f"org:{api.organisation}", "system"]
    for path in (fresh, draft):
        assert await published(advice, path.rpartition("/")[2]) == []
    await age(advice, stale, reminded_on=old)
    await remind_networks(advice)
    _, (again, _) = await published(advice, stale.rpartition("/")[2])
    assert again.sequence == 2
    assert (await act(api, stale, "verify")).status_code == 200
    await age(advice, stale, reminded_on=old)
    await remind_networks(advice)
    assert len(await published(advice, stale.rpartition("/")[2])) == 2
