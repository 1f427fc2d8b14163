"""Answers that are stored for an Idempotency-Key: what was erased must not come back by a repeated request."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_shared.db import get_driver, system_scope


async def erase_stored_answers(session: AsyncSession, ids: Iterable[UUID], *, since: datetime | None = None) -> None:
    """Empty every stored answer that names one of these ids. Its repetition is done once still, and answered `{}`.

    Those of before `since` are not looked through: they were emptied before.
    """
    async with system_scope(session, "an answer that another client is kept may show what was erased"):
        driver = await get_driver(session)
        if since is None:
            await driver.execute("SELECT erase_stored_answers($1)", list(ids))
        else:
            await driver.execute("SELECT erase_stored_answers_since($1, $2)", list(ids), since)
