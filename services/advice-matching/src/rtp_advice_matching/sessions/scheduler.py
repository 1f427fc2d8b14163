"""The scheduler of feedback: what one side gave is shown when the other's time is up."""

import logging

from rtp_advice_matching.engagements.context import EngagementContext
from rtp_advice_matching.sessions import commands, queries
from rtp_shared.db import describe_error
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

SECONDS = 60.0
BATCH = 200


async def run_feedback_scheduler(runtime: Runtime) -> None:
    """Show what is due, every minute, until cancelled."""

    async def look() -> None:
        await show_due_feedback(runtime)

    def warn(error: Exception) -> None:
        log.warning("the scheduler of feedback could not look", extra={"error": describe_error(error)})

    await run_every(SECONDS, look, on_error=warn)


async def show_due_feedback(runtime: Runtime) -> None:
    """Show the feedback whose time is up by the platform's clock; any number of processes may do so at once."""
    while True:
        now = runtime.clock()
        async with runtime.database.transaction() as session:
            due = await queries.list_shown_now(session, now, limit=BATCH)
            context = EngagementContext(session, runtime.outbox, now, runtime.resources)
            for engagement_id in due:
                await commands.show_feedback(context, engagement_id)
        if len(due) < BATCH:
            return
