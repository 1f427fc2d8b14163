"""Acting as others within a transaction: the one place where row-level security is left."""

from dataclasses import replace

import asyncpg
import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_embedded.platform import Platform
from rtp_shared.db import Database, enter_system_scope, identity_scope, system_scope, warn_if_away
from rtp_shared.logs import JsonFormatter
from rtp_shared.problems import Refusal
from rtp_shared.web import build_app
from tests.support.messaging import Office

pytestmark = pytest.mark.anyio
CALLER = ("client:one", "org:two")


async def identities(session: AsyncSession) -> str:
    found: str = await session.scalar(text("SELECT current_setting('rtp.readers')"))
    return found


async def test_a_scope_ends_with_its_block(office: Office) -> None:
    async with office.database.transaction(CALLER) as session:
        async with system_scope(session, "a test"):
            assert await identities(session) == "system"
            async with identity_scope(session, ("org:three",), "a test"):
                assert await identities(session) == "org:three"
            assert await identities(session) == "system"
        assert await identities(session) == "client:one org:two"


async def test_a_scope_may_be_the_first_thing_in_a_transaction_and_its_last(office: Office) -> None:
    async with office.database.transaction(CALLER) as session:
        await enter_system_scope(session, "a test")
        assert await identities(session) == "system"
    async with office.database.transaction(CALLER) as session:
        assert await identities(session) == "client:one org:two"


async def test_a_refusal_in_the_block_leaves_nobody_in_the_scope(office: Office) -> None:
    async with office.database.transaction(CALLER) as session:
        with pytest.raises(Refusal):
            async with system_scope(session, "a test"):
                raise Refusal
        assert await identities(session) == "client:one org:two"


async def test_an_error_of_the_database_in_the_block_is_told_as_it_is(office: Office) -> None:
    async with office.database.transaction(CALLER) as session:
        with pytest.raises(DBAPIError, match="division by zero"):
            async with system_scope(session, "a test"):
                await session.execute(text("SELECT 1 / 0"))
        with pytest.raises(DBAPIError) as refused:
            await identities(session)
        assert isinstance(refused.value.orig, Exception)
        assert refused.value.orig.__cause__.__class__ is asyncpg.InFailedSQLTransactionError
        await session.rollback()


@pytest.fixture(params=["role", "database"])
def wrong_url(office: Office, request: pytest.FixtureRequest) -> str:
    """A URL whose role, or database, is not there; PostgreSQL refuses it as it does a wrong password."""
    url = office.database.url.set(drivername="postgresql", password="a-secret")
    url = url.set(username="rtp_nobody") if request.param == "role" else url.set(database="rtp_none")
    return url.render_as_string(hide_password=False)


async def test_a_process_that_is_not_let_in_says_by_which_variable(
    wrong_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    await warn_if_away(wrong_url)
    [line] = caplog.records
    assert "RTP_DATABASE_URL" in line.getMessage()
    assert "a-secret" not in JsonFormatter().format(line)


async def test_one_that_is_let_in_says_nothing(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    await warn_if_away(office.database.url.set(drivername="postgresql").render_as_string(hide_password=False))
    assert not caplog.records


async def test_it_is_not_ready_and_that_is_no_fault_of_the_program(
    platform: Platform, wrong_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(wrong_url, pool_size=1)
    app = build_app(replace(platform.runtimes["finance-directory"], database=database))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://rtp.test") as anybody:
        answer = await anybody.get("/ready")
    await database.close()
    assert answer.status_code == 503, answer.text
    [line] = [each for each in caplog.records if each.levelname != "INFO"]
    assert line.levelname == "WARNING"
    assert "RTP_DATABASE_URL" in line.getMessage()
    assert not line.exc_info
