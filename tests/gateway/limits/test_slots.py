"""Slots of streams and documents are counted over all processes."""

import uuid
from collections.abc import AsyncIterator

import pytest

from rtp_embedded.platform import Platform
from rtp_gateway.inbound.proxy.exchanges import TRANSFERS_OF_CLIENT, ExchangeLimiter, TooManyTransfers
from rtp_gateway.limits.slots import SharedSlots
from rtp_shared.identities import Principal
from tests.gateway.conftest import run_sql
from tests.support.waiting import until_true

pytestmark = pytest.mark.anyio
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture
async def processes(platform: Platform) -> AsyncIterator[tuple[SharedSlots, SharedSlots]]:
    url = platform.gateway.settings.database_url.get_secret_value()
    pair = SharedSlots(url), SharedSlots(url)
    yield pair
    for each in pair:
        await each.close()


async def test_what_one_process_holds_the_other_counts(processes: tuple[SharedSlots, SharedSlots]) -> None:
    one, other = processes
    client = f"events:{uuid.uuid4()}"
    with other.hold([f"{client}-else"]):
        with one.hold([client]), one.hold([client]):
            await until_true(lambda: other.count(client) == 2, "the other knowing both")
            assert one.count(client) == 2
        await until_true(lambda: other.count(client) == 0, "the other knowing that they ended")


async def test_a_process_that_ends_leaves_nothing_behind(
    platform: Platform, processes: tuple[SharedSlots, SharedSlots]
) -> None:
    one, other = processes
    client = f"events:{uuid.uuid4()}"
    with one.hold([client]), other.hold([f"{client}-else"]):
        await until_true(lambda: other.count(client) == 1, "the other knowing it")
        await one.close()
        await until_true(lambda: other.count(client) == 0, "the other knowing that it is gone")
    assert not await run_sql(platform, "SELECT * FROM held_slots WHERE owner = :owner", owner=client)


async def test_documents_of_a_client_are_bounded_over_the_processes(
    processes: tuple[SharedSlots, SharedSlots],
) -> None:
    limiters = [ExchangeLimiter(each) for each in processes]
    principal = Principal(f"slots-{uuid.uuid4()}", uuid.uuid4(), frozenset())
    begun = [limiters[0].transfer(principal) for _ in range(TRANSFERS_OF_CLIENT - 1)]
    for each in begun:
        await each.__aenter__()
    async with limiters[1].transfer(principal):
        await until_true(
            lambda: processes[1].count(principal.own_identity) == TRANSFERS_OF_CLIENT, "both processes counting all"
        )
        with pytest.raises(TooManyTransfers):
            async with limiters[1].transfer(principal):
                pass
    for each in begun:
        await each.__aexit__(None, None, None)


async def test_without_the_database_each_process_counts_its_own() -> None:
    slots = SharedSlots(NOWHERE)
    with slots.hold(["events:a"]):
        assert slots.count("events:a") == 1
    assert slots.count("events:a") == 0
    await slots.close()
