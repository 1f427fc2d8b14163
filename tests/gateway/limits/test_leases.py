"""The account in PostgreSQL and the one of a process are the same law."""

import uuid

import pytest

from rtp_embedded.platform import Platform
from rtp_gateway.limits.allowances import OwnAccount
from rtp_gateway.limits.leases import LeaseRequest, take_leases
from rtp_gateway.limits.quotas import Quotas
from rtp_gateway.retention import erase_all_old
from tests.gateway.conftest import run_sql

pytestmark = pytest.mark.anyio
OLD = "INSERT INTO request_accounts VALUES ('client:long-ago', 0, 1), ('client:in-use', 0, 1e12)"
USUAL = {"client": Quotas.build("client", 50, 400), "organisation": Quotas.build("organisation", 90, 900)}


@pytest.mark.parametrize("asked", [[(0, 10)] * 7, [(8, 5), (60, 5), (0, 5)], [(0, 1000)], [(1, 0), (0, 0)]])
async def test_sql_and_python_give_the_same(platform: Platform, asked: list[tuple[int, int]]) -> None:
    owner, own = f"client:leased-{uuid.uuid4()}", OwnAccount(USUAL["client"])
    for charged, wanted in asked:
        [lease] = (await take_leases(platform.gateway.database, [LeaseRequest(owner, charged, wanted)], USUAL)).values()
        expected = own.lease(charged, wanted, 0.0)
        assert abs(lease.given - expected.given) <= 1, "time has passed in one of them"
        assert lease.busy == pytest.approx(expected.busy, abs=1.0)


async def test_many_owners_are_leased_by_one_call(platform: Platform) -> None:
    owners = [f"client:leased-{uuid.uuid4()}" for _ in range(20)] + [f"org:{uuid.uuid4()}" for _ in range(20)]
    leases = await take_leases(platform.gateway.database, [LeaseRequest(each, 0, 3) for each in owners], USUAL)
    assert {owner: lease.given for owner, lease in leases.items()} == dict.fromkeys(owners, 3)
    assert {lease.quotas.burst.requests for lease in leases.values()} == {50, 90}


async def test_accounts_that_have_been_free_for_long_are_deleted(platform: Platform) -> None:
    await run_sql(platform, OLD)
    await erase_all_old(platform.background["gateway"])
    kept = await run_sql(
        platform, "SELECT owner FROM request_accounts WHERE owner IN ('client:long-ago', 'client:in-use')"
    )
    assert [row.owner for row in kept] == ["client:in-use"]
    await run_sql(platform, "DELETE FROM request_accounts WHERE owner = 'client:in-use'")
