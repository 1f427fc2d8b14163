"""Answers that are stored for an Idempotency-Key: what was erased must not come back by a repeated request."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared.db import get_driver, system_scope


async def erase_stored_answers(session: AsyncSession, ids: Iterable[UUID]) -> None:
    """Empty every stored answer that names one of these ids. Its repetition is done once still, and answered `{}`."""
    async with system_scope(session, "an answer that another client is kept may show what was erased"):
        await (await get_driver(session)).execute("SELECT erase_stored_answers($1)", list(ids))
