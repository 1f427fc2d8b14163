"""Acting as others within a transaction: the one place where row-level security is left."""

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared.db import enter_system_scope, identity_scope, system_scope
from rtp_shared.problems import Refusal
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
