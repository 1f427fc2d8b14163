"""Quotas of clients and organisations, held by several processes together over real PostgreSQL."""

import asyncio
import statistics
import time
import uuid
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtp_embedded.platform import Platform
from rtp_gateway.limits.allowances import OwnAccount
from rtp_gateway.limits.limiter import RequestLimiter
from rtp_gateway.limits.quotas import BURST_SECONDS, Quota, Quotas
from rtp_shared.identities import Principal
from tests.conftest import NewClient
from tests.gateway.conftest import run_sql

pytestmark = pytest.mark.anyio
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
USUAL = {"client": Quotas.build("client", 40, 100_000), "organisation": Quotas.build("organisation", 60, 100_000)}
CREDIT = USUAL["client"].credit

NewLimiter = Callable[..., RequestLimiter]


@pytest.fixture
async def new_limiter(platform: Platform) -> AsyncIterator[NewLimiter]:
    made: list[RequestLimiter] = []

    def make(url: str | None = None, **usual: Quotas) -> RequestLimiter:
        url = url or platform.gateway.settings.database_url.get_secret_value()
        made.append(RequestLimiter(url, {**USUAL, **usual}))
        return made[-1]

    yield make
    for each in made:
        await each.close()


def new_principal(organisation: uuid.UUID | None = None) -> Principal:
    return Principal(f"limited-{uuid.uuid4()}", organisation or uuid.uuid4(), frozenset())


async def ask(limiter: RequestLimiter, principal: Principal, times: int) -> int:
    """Ask so often; return how often it was let through."""
    return sum([not (await limiter.admit(principal))[1] for _ in range(times)])


def most_in(seconds: float, requests: int, processes: int) -> float:
    """The most that the burst quota lets through in so many seconds, with what is let through on credit."""
    return requests + requests / BURST_SECONDS * seconds + processes * max(1, CREDIT) + 1


async def test_one_process_lets_through_a_burst_and_then_the_rate(new_limiter: NewLimiter) -> None:
    limiter, principal, began = new_limiter(), new_principal(), time.monotonic()
    let_through = await ask(limiter, principal, 200)
    assert 40 <= let_through <= most_in(time.monotonic() - began, 40, 1)


async def test_three_processes_let_through_no_more_than_one(new_limiter: NewLimiter) -> None:
    limiters, principal, began = [new_limiter() for _ in range(3)], new_principal(), time.monotonic()
    found = await asyncio.gather(*(ask(each, principal, 100) for each in limiters))
    assert 36 <= sum(found) <= most_in(time.monotonic() - began, 40, 3), found


async def test_the_clients_of_an_organisation_share_its_quota_and_leave_others_theirs(new_limiter: NewLimiter) -> None:
    limiter, organisation, began = new_limiter(), uuid.uuid4(), time.monotonic()
    found = [await ask(limiter, new_principal(organisation), 40) for _ in range(3)]
    assert 60 <= sum(found) <= most_in(time.monotonic() - began, 60, 1), found
    assert await ask(limiter, new_principal(), 30) == 30


async def test_a_sustained_quota_holds_where_the_burst_does_not(new_limiter: NewLimiter) -> None:
    limiter = new_limiter(client=Quotas.build("client", 1000, 50), organisation=Quotas.build("o", 1000, 1000))
    principal = new_principal()
    assert 50 <= await ask(limiter, principal, 200) <= 50 + 2 * CREDIT
    _, [refusing] = await limiter.admit(principal)
    [burst, sustained] = refusing.describe(time.monotonic())
    assert sustained[1] == 0
    assert sustained[2] >= 10, "until one of 50 in 10 minutes is free"
    assert burst[1] > 0


async def test_a_client_may_have_quotas_of_its_own_and_its_organisation_at_least_as_much(
    platform: Platform, new_limiter: NewLimiter, new_client: NewClient
) -> None:
    api = await new_client()
    await run_sql(platform, "UPDATE clients SET burst_limit = 300 WHERE client_id = :id", id=api.client_id)
    limiter = new_limiter()
    allowances, _ = await limiter.admit(Principal(api.client_id, api.organisation, frozenset()))
    principal = Principal(api.client_id, api.organisation, frozenset())
    assert await ask(limiter, principal, 290) == 290
    assert [each.quotas.burst.requests for each in allowances] == [300, 300]


async def test_nobody_waits_for_a_database_that_is_away_and_each_process_counts_alone(new_limiter: NewLimiter) -> None:
    limiter, principal, began = new_limiter(NOWHERE), new_principal(), time.monotonic()
    let_through = await ask(limiter, principal, 200)
    seconds = time.monotonic() - began
    assert seconds < 1
    assert 40 <= let_through <= most_in(seconds, 40, 1)


async def test_what_is_refused_is_told_until_when_and_is_let_through_then(new_limiter: NewLimiter) -> None:
    limiter, principal = new_limiter(client=Quotas.build("client", 100, 100_000)), new_principal()
    while not (refusing := (await limiter.admit(principal))[1]):
        pass
    wait = refusing[0].compute_wait(time.monotonic())
    assert 0 < wait < BURST_SECONDS
    assert (await limiter.admit(principal))[1], "and not a moment before"


async def test_counting_costs_less_than_a_fifth_of_a_millisecond(new_limiter: NewLimiter) -> None:
    many = Quotas.build("client", 1_000_000, 60_000_000)
    limiter, principal = new_limiter(client=many, organisation=many), new_principal()
    seconds = []
    for _ in range(20):
        began = time.process_time()
        assert await ask(limiter, principal, 500) == 500
        seconds.append((time.process_time() - began) / 500)
    assert statistics.median(seconds) < 0.0002


@given(
    requests=st.integers(1, 500),
    gaps=st.lists(st.floats(0, 3), min_size=1, max_size=120),
    wanted=st.integers(1, 20),
)
def test_a_window_gives_at_most_the_quota_and_what_became_free(requests: int, gaps: list[float], wanted: int) -> None:
    """The law of the account: what is given in any time is at most the quota and what became free meanwhile."""
    quotas = Quotas(Quota("burst", requests, 10), Quota("sustained", requests * 60, 600))
    account, now, given_at = OwnAccount(quotas), 0.0, list[tuple[float, int]]()
    for gap in gaps:
        now += gap
        given_at.append((now, account.lease(0, wanted, now).given))
    for start, (began, _) in enumerate(given_at):
        total = 0
        for at, given_then in given_at[start:]:
            total += given_then
            assert total <= requests + (at - began) * requests / 10 + 1e-3


@given(requests=st.integers(1, 1000), spent=st.integers(0, 2000))
def test_the_wait_of_a_quota_is_just_until_one_is_free(requests: int, spent: int) -> None:
    quota = Quota("burst", requests, 10)
    busy = quota.compute_cost(spent)
    wait = quota.compute_wait(busy)
    assert (wait == 0) == (quota.count_free(busy) >= 1) or abs(wait) < 1e-6
    assert quota.count_free(busy - wait) >= 1
