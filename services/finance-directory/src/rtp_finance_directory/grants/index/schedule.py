"""The worker that keeps the index of grants."""

import logging

from sqlalchemy import select, true

from rtp_finance_directory.grants.index.building import index_changes
from rtp_finance_directory.grants.index.models import GrantIndexState
from rtp_finance_directory.grants.models import GrantClock
from rtp_shared.db import Database, describe_error, get_driver
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

EVERY_SECONDS = 2.0


async def run_grant_index(runtime: Runtime) -> None:
    """Look every two seconds until cancelled. Any number may work side by side: one writes at a time."""

    async def work() -> None:
        await keep_index(runtime.database)

    await run_every(
        EVERY_SECONDS,
        work,
        on_error=lambda error: log.warning("could not index grants", extra={"error": describe_error(error)}),
    )


async def keep_index(database: Database) -> None:
    """Take all that has changed into the index, a part in each transaction."""
    more = await _is_behind(database)
    while more:
        async with database.transaction() as session:
            more = await index_changes(await get_driver(session))


async def _is_behind(database: Database) -> bool:
    async with database.transaction(read_only=True) as session:
        behind = select(GrantIndexState.position != GrantClock.position)
        return bool(await session.scalar(behind.join_from(GrantIndexState, GrantClock, true())))
