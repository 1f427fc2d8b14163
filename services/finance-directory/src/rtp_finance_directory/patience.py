"""Questions that anybody may ask take the database no longer than some seconds each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared.db import get_sqlstate
from rtp_shared.problems import Unavailable


class TakesTooLong(Unavailable):
    title = "That takes too long to find: narrow it to one organisation, a region or some years"


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
