"""Takes away what has served its time: published events, the ids of handled events, stored answers."""

import asyncio
import logging

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from rtp_shared.db import CONNECTION_ERRORS, Database
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
    """Delete what is older than the settings keep; how many rows went, by table."""
    gone: dict[str, int] = {}
    for table, statement in _PURGES.items():
        names = statement.compile().params
        async with database.transaction() as session:
            result = await session.execute(statement, {name: getattr(settings, name) for name in names})
            gone[table] = getattr(result, "rowcount", 0)
    return gone


async def run_retention(database: Database, settings: ProcessSettings) -> None:
    """Purge every hour until cancelled; a database that is away is tried again an hour later."""
    while True:
        try:
            log.info("purged", extra=await purge(database, settings))
        except (SQLAlchemyError, *CONNECTION_ERRORS) as error:
            log.warning("could not purge", extra={"error": type(error).__name__})
        await asyncio.sleep(EVERY_SECONDS)
