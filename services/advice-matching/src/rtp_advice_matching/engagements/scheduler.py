"""The scheduler of engagements: offers lapse and first contacts are missed when their time is up.

Any number may work side by side: each works in the lock of one support request, and passes over one that is locked.
What is due stands in the database, so a restart forgets nothing. Nothing that it logs names an engagement.
"""

import logging
from uuid import UUID

from rtp_advice_matching.engagements import commands, queries
from rtp_advice_matching.engagements.context import EngagementContext
from rtp_shared.db import describe_error
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

AT_MOST_SECONDS = 30.0
AT_LEAST_SECONDS = 1.0
BATCH = 200


async def run_scheduler(runtime: Runtime) -> None:
    """Process what is due, and look again when the next clock is up, until cancelled."""

    async def look() -> float:
        await process_due_engagements(runtime)
        return await _find_seconds_until_next(runtime)

    def warn(error: Exception) -> None:
        log.warning("the scheduler of engagements could not look", extra={"error": describe_error(error)})

    await run_every(AT_MOST_SECONDS, look, on_error=warn)


async def process_due_engagements(runtime: Runtime) -> bool:
    """Look once at everything that is due by the platform's clock; return whether anything was done."""
    now, done, after = runtime.clock(), False, None
    while True:
        async with runtime.database.transaction(read_only=True) as session:
            batch = await queries.list_due(session, now, limit=BATCH, after=after)
        if not batch:
            return done
        for request_id in batch:
            done |= await _process_alone(runtime, request_id)
        after = batch[-1]


async def _process_alone(runtime: Runtime, request_id: UUID) -> bool:
    """Work on one request in a transaction of its own: one that fails holds up no other, and is tried again."""
    try:
        async with runtime.database.transaction() as session:
            context = EngagementContext(session, runtime.outbox, runtime.clock(), runtime.resources)
            return await commands.process_due(context, request_id)
    except Exception as error:  # noqa: BLE001 - it is tried again at the next look
        log.warning("an engagement could not be looked at", extra={"error": describe_error(error)})
        return False


async def _find_seconds_until_next(runtime: Runtime) -> float:
    async with runtime.database.transaction(read_only=True) as session:
        due = await queries.find_next_due(session)
    seconds = (due - runtime.clock()).total_seconds() if due is not None else AT_MOST_SECONDS
    return min(AT_MOST_SECONDS, max(AT_LEAST_SECONDS, seconds))
