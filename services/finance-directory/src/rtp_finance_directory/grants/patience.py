"""Questions that anybody may ask take the database no longer than some seconds each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.grants.errors import TakesTooLong
from rtp_shared.db import get_sqlstate

CANCELLED = "57014"
"""PostgreSQL's code for a statement that took too long."""
_LIMIT = text("SET LOCAL statement_timeout = '3s'")


@asynccontextmanager
async def answer_soon(session: AsyncSession) -> AsyncIterator[None]:
    """Limit every statement to three seconds; raise TakesTooLong for one that is not done by then."""
    await session.execute(_LIMIT)
    try:
        yield
    except DBAPIError as error:
        if get_sqlstate(error) == CANCELLED:
            raise TakesTooLong from error
        raise
