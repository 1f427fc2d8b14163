"""Deletes what has served its time: published events, the ids of handled events, stored responses."""

import logging

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from rtp_shared.db import CONNECTION_ERRORS, Database
from rtp_shared.loops import run_every
from rtp_shared.settings import ProcessSettings

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0

_PURGES = {
    "outbox": text("DELETE FROM outbox WHERE published_at < now() - :outbox_days * interval '1 day'"),
    "inbox": text("DELETE FROM inbox WHERE handled_at < now() - :inbox_days * interval '1 day'"),
    "stored_answers": text(
        "DELETE FROM stored_answers WHERE stored_at < now() - :idempotency_hours * interval '1 hour'"
    ),
}


async def purge(database: Database, settings: ProcessSettings) -> dict[str, int]:
    """Delete what is older than the settings allow; return how many rows went, by table."""
    deleted: dict[str, int] = {}
    for table, statement in _PURGES.items():
        names = statement.compile().params
        async with database.transaction() as session:
            result = await session.execute(statement, {name: getattr(settings, name) for name in names})
            deleted[table] = getattr(result, "rowcount", 0)
    return deleted


async def run_retention(database: Database, settings: ProcessSettings) -> None:
    """Purge every hour until cancelled; a database that is away is tried again an hour later."""

    async def work() -> None:
        log.info("purged", extra=await purge(database, settings))

    await run_every(
        EVERY_SECONDS,
        work,
        errors=(SQLAlchemyError, *CONNECTION_ERRORS),
        on_error=lambda error: log.warning("could not purge", extra={"error": type(error).__name__}),
    )
