"""The scheduler of retention: warns before ended cases are destroyed, and destroys what is due. Any number may work.

Nothing that it logs names a case or counts them.
"""

import logging
from datetime import datetime
from uuid import UUID

from rtp_applications.cases.context import CommandContext
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.retention import queries
from rtp_applications.retention.commands import warn_or_dispose
from rtp_applications.workflow.definition import Caller
from rtp_applications.workflow.enums import Role
from rtp_shared.db import describe_error
from rtp_shared.identities import SYSTEM
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

LOOKED_EVERY_SECONDS = 24 * 3600.0
BATCH = 200
KEEPER = Caller("records-keeper", SYSTEM, frozenset({Role.SYSTEM}))


async def dispose_forever(runtime: Runtime) -> None:
    """Look once a day at the cases that ended long ago, until cancelled."""

    async def look() -> None:
        await process_ended_cases(runtime)

    def warn(error: Exception) -> None:
        log.warning("cases that are due could not be looked for, trying again", extra={"error": describe_error(error)})

    await run_every(LOOKED_EVERY_SECONDS, look, on_error=warn)


async def process_ended_cases(runtime: Runtime) -> bool:
    """Look once at all cases that could be due by the platform's clock; return whether anything was done."""
    now, done = runtime.clock(), False
    after: queries.Place | None = None
    while True:
        async with runtime.database.transaction(read_only=True) as session:
            batch = await queries.list_ended_cases(session, civil_date(now), limit=BATCH, after=after)
        for row in batch:
            done |= await _process(runtime, now, row.id)
        if len(batch) < BATCH:
            return done
        after = (batch[-1].changed_at, batch[-1].id)


async def _process(runtime: Runtime, now: datetime, case_id: UUID) -> bool:
    """Look at one case in a transaction of its own: one that fails holds up no other."""
    try:
        async with runtime.database.transaction() as session:
            return await warn_or_dispose(
                CommandContext(session, KEEPER, now, runtime.outbox, runtime.resources), case_id
            )
    except Exception as error:  # noqa: BLE001 - it is tried again at the next look
        log.warning("a case's time of keeping could not be looked at", extra={"error": describe_error(error)})
        return False
