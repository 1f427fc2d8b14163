"""A network is told of its profiles that nobody has verified for long, once, and again while nobody does."""

import asyncio
import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from rtp_advice_matching.directory.models import Adviser, AdviserNetwork
from rtp_advice_matching.directory.queries import list_candidates
from rtp_advice_matching.directory.reminders import remind_networks
from rtp_advice_matching.matching import MatchingRules
from rtp_shared.clock import today
from rtp_shared.service import Runtime
from tests.advice_matching.directory.profiles import NETWORKS, act, add_person, record_network
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


async def test_a_network_is_told_of_itself_once_in_ninety_days(new_client: NewClient, advice: Runtime) -> None:
    api, draft = await record_network(new_client), await record_network(new_client, published=False)
    fed = await record_network(new_client)
    old = today() - timedelta(days=90)
    networks = [api.organisation, draft.organisation, fed.organisation]
    async with open_as(advice, "operator") as session:
        named = AdviserNetwork.id.in_(networks)
        await session.execute(update(AdviserNetwork).where(named).values(verified_on=old))
        of_feed = AdviserNetwork.id == fed.organisation
        await session.execute(update(AdviserNetwork).where(of_feed).values(imported_from="https://feed.example"))
    for _ in range(2):
        await remind_networks(advice)
    [(event, readers)] = await published(advice, str(api.organisation))
    assert event.type == "org.righttoprovide.advice-matching.network-verification-lapsed.v1"
    assert event.data == {"adviserNetworkId": str(api.organisation), "verifiedOn": str(old)}
    assert readers == [f"org:{api.organisation}", "system"]
    for silent in (draft, fed):
        assert await published(advice, str(silent.organisation)) == []
    assert (await act(api, f"{NETWORKS}/{api.organisation}", "verify")).status_code == 200


async def test_of_several_workers_that_remind_at_once_each_profile_is_told_by_one(
    new_client: NewClient, advice: Runtime
) -> None:
    api = await record_network(new_client)
    paths = [await add_person(api) for _ in range(6)]
    for path in paths:
        await age(advice, path, verified_on=today() - timedelta(days=90))
    await asyncio.gather(*(remind_networks(advice) for _ in range(4)))
    await remind_networks(advice)  # whatever one left to another that had not committed yet
    for path in paths:
        [(event, _)] = await published(advice, path.rpartition("/")[2])
        assert event.sequence == 1


async def test_who_was_not_verified_for_a_year_is_shown_and_not_proposed(
    new_client: NewClient, advice: Runtime
) -> None:
    api, anybody = await record_network(new_client), await new_client(scopes="advisers:read")
    just, over = await add_person(api), await add_person(api)
    await age(advice, just, verified_on=today() - timedelta(days=363))
    await age(advice, over, verified_on=today() - timedelta(days=366))
    async with advice.database.transaction(read_only=True) as session:
        proposed = {str(each.id) for each in await list_candidates(session, MatchingRules(), now=advice.clock())}
    assert [path.rpartition("/")[2] in proposed for path in (just, over)] == [True, False]
    assert (await anybody.get(over)).json()["verifiedOn"] == str(today() - timedelta(days=366))
    assert (await act(api, over, "verify")).status_code == 200
    async with advice.database.transaction(read_only=True) as session:
        assert over.rpartition("/")[2] in {
            str(each.id) for each in await list_candidates(session, MatchingRules(), now=advice.clock())
        }
