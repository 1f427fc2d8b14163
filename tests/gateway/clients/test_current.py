"""The clients as they are now: at the price of a query a second, and closed to everybody where they cannot be read."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event as engine_event

from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_gateway.clients import current
from rtp_gateway.clients.current import CurrentClients
from rtp_shared.db import Database
from rtp_shared.identities import Principal
from rtp_shared.problems import Unavailable
from tests.conftest import Api, NewClient
from tests.gateway.conftest import run_sql
from tests.support.revocation import DEACTIVATE
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.anyio
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture
async def clients(platform: Platform) -> AsyncIterator[CurrentClients]:
    clients = CurrentClients(platform.gateway.settings.database_url.get_secret_value())
    yield clients
    await clients.close()


def principal_of(api: Api, *scopes: str) -> Principal:
    return Principal(api.client_id, api.organisation, frozenset(scopes))


@contextmanager
def count_readings(clients: CurrentClients) -> Iterator[list[str]]:
    engine, statements = clients._database.engine.sync_engine, list[str]()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "clients" in statement:
            statements.append(statement)

    engine_event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        engine_event.remove(engine, "before_cursor_execute", note)


async def test_many_requests_read_once(clients: CurrentClients, api: Api) -> None:
    with count_readings(clients) as readings:
        for _ in range(3):
            assert all(await asyncio.gather(*(clients.covers(principal_of(api, "cases:read")) for _ in range(100))))
    assert len(readings) == 1


async def test_who_was_registered_just_now_is_known(clients: CurrentClients, new_client: NewClient) -> None:
    for _ in range(3):
        assert await clients.covers(principal_of(await new_client(), "cases:read"))


async def test_nobody_has_more_than_is_registered(clients: CurrentClients, api: Api) -> None:
    assert not await clients.covers(principal_of(api, "cases:oversee"))
    assert not await clients.covers(Principal(api.client_id, uuid.uuid4(), frozenset()))
    assert not await clients.covers(Principal("test-nobody", api.organisation, frozenset()))


async def test_changes_that_commit_in_another_order_are_all_seen(
    database_server: Postgres, clients: CurrentClients, new_client: NewClient
) -> None:
    one, other = await new_client(), await new_client()
    url = database_server.url("rtp_gateway")
    early, late = await asyncpg.connect(url), await asyncpg.connect(url)
    change = "UPDATE clients SET active = false WHERE client_id = $1"
    try:
        begun = early.transaction()
        await begun.start()
        await early.execute(change, one.client_id)
        waiting = asyncio.ensure_future(late.execute(change, other.client_id))
        assert await clients.covers(principal_of(one))
        await begun.commit()
        await waiting
    finally:
        await early.close()
        await late.close()
    clients._read_at = float("-inf")
    assert [await clients.covers(principal_of(each)) for each in (one, other)] == [False, False]


async def test_what_cannot_be_read_lets_nobody_in(
    clients: CurrentClients, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    principal = principal_of(api, "cases:read")
    assert await clients.covers(principal)
    ordinary, clients._database = clients._database, Database(NOWHERE, pool_size=1)
    assert await clients.covers(principal), "what is a moment old counts"
    monkeypatch.setattr(current, "LONGEST_AGE", 0.0)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await clients.covers(principal)
    await clients.close()
    clients._database = ordinary
    assert await clients.covers(principal)


async def test_a_database_that_hangs_keeps_nobody_waiting_for_long(
    database_server: Postgres, clients: CurrentClients, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current, "READ_SECONDS", 0.2)
    blocker = await asyncpg.connect(database_server.url("rtp_gateway"))
    try:
        async with blocker.transaction():
            await blocker.execute("LOCK TABLE clients IN ACCESS EXCLUSIVE MODE")
            async with asyncio.timeout(PATIENCE):
                answers = await asyncio.gather(
                    *(clients.covers(principal_of(api)) for _ in range(20)), return_exceptions=True
                )
    finally:
        await blocker.close()
    assert {type(each) for each in answers} == {Unavailable}
    assert await clients.covers(principal_of(api))


async def test_a_client_cannot_be_deleted_behind_our_back(platform: Platform, api: Api) -> None:
    with pytest.raises(Exception, match="deactivated, never deleted"):
        await run_sql(platform, "DELETE FROM clients WHERE client_id = :id", id=api.client_id)
    await run_sql(platform, DEACTIVATE, id=api.client_id)
