"""A worker's leases end with it: at once if it is killed, and not while it lives."""

import asyncio
import uuid

import asyncpg
import pytest
from aiohttp import web

from rtp_embedded.postgres import Postgres
from rtp_gateway.outbound.deliveries import sessions
from rtp_gateway.outbound.deliveries.worker import LEASE, DeliveryWorker
from tests.gateway.conftest import Owner
from tests.support.messaging import running
from tests.support.waiting import until_true
from tests.support.webhooks import Received

pytestmark = pytest.mark.anyio

_SESSIONS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'rtp-delivery-worker'"


class HangingSink:
    """Takes requests and says nothing until it is released."""

    def __init__(self, owner: Owner) -> None:
        self.released = asyncio.Event()
        owner.receiver.answer = self._answer

    async def _answer(self, _: Received) -> web.StreamResponse:
        await self.released.wait()
        return web.Response(status=204)


async def end_leases(owner: Owner) -> int:
    async with owner.platform.gateway.database.transaction() as session:
        return await sessions.end_leases(session, now=owner.clock(), lease=LEASE)


async def start_session(owner: Owner, worker: DeliveryWorker) -> asyncpg.Connection:
    """Give the worker the session that it would have if it ran."""
    url = owner.platform.gateway.settings.database_url.get_secret_value()
    connection = await asyncpg.connect(url)
    worker._session_lock = await sessions.lock_session(connection)
    return connection


async def test_what_a_killed_worker_held_is_sent_at_once(owner: Owner) -> None:
    await owner.subscribe()
    case_id = uuid.uuid4()
    await owner.publish(case_id, 1, 2)
    killed = owner.new_worker(now=owner.clock)
    connection = await start_session(owner, killed)
    assert len(await killed._claim()) == 1
    assert await end_leases(owner) == 0
    connection.terminate()  # what the kernel does with the socket of a process that is killed
    async with running(owner.new_worker(now=owner.clock).run):
        await until_true(lambda: owner.receiver.sequences(case_id) == [1, 2], "both events", seconds=10)


async def test_a_worker_that_is_asked_to_stop_keeps_its_leases_until_its_attempts_are_over(owner: Owner) -> None:
    sink, case_id = HangingSink(owner), uuid.uuid4()
    subscription = await owner.subscribe()
    await owner.publish(case_id, 1)
    stopping = asyncio.create_task(owner.new_worker().run())
    await until_true(lambda: len(owner.receiver.received) == 1, "the attempt")
    stopping.cancel()
    await asyncio.sleep(0)
    assert await end_leases(owner) == 0
    sink.released.set()
    with pytest.raises(asyncio.CancelledError):
        await stopping
    assert [each["state"] for each in await owner.deliveries(subscription)] == ["delivered"]


async def test_a_worker_that_loses_its_session_gives_up_its_attempts(owner: Owner, database_server: Postgres) -> None:
    """Others may make them from then on; one of its own that came late would be out of order."""
    sink, case_id = HangingSink(owner), uuid.uuid4()
    await owner.subscribe()
    await owner.publish(case_id, 1, 2)
    admin = await asyncpg.connect(database_server.url())
    try:
        async with running(owner.new_worker().run):
            await until_true(lambda: owner.receiver.sequences(case_id) == [1], "the attempt")
            for row in await admin.fetch(_SESSIONS):
                await admin.execute("SELECT pg_terminate_backend($1)", row["pid"])
            await until_true(lambda: owner.receiver.sequences(case_id) == [1, 1], "the attempt again", seconds=10)
            sink.released.set()
            await until_true(lambda: owner.receiver.sequences(case_id) == [1, 1, 2], "the next", seconds=10)
    finally:
        await admin.close()
    assert await end_leases(owner) == 0
