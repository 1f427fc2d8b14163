"""Transactions that are begun again when PostgreSQL ends one of two that wait for each other."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared.db import Database, get_sqlstate

TRIES = 3
ROLLED_BACK = "40"
"""The class of SQLSTATE of a deadlock and the like: the same transaction may succeed the next time."""

Result = TypeVar("Result")


async def run_in_transaction(database: Database, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """Do the work in a transaction that acts as `system`, and again where PostgreSQL undid it.

    Locks are taken in an order (`backlog.ordering`) so that this never happens. If it does, a report must not be lost
    by it: the event would be sent twice.
    """
    for _ in range(TRIES - 1):
        try:
            async with database.transaction() as session:
                return await work(session)
        except Exception as error:
            if not get_sqlstate(error).startswith(ROLLED_BACK):
                raise
    async with database.transaction() as session:
        return await work(session)
