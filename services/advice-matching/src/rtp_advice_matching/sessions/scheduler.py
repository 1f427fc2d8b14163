"""The schedulers of feedback, which is shown when the other side's time is up, and of follow-ups that fall due."""

import logging

from rtp_advice_matching.engagements.context import EngagementContext
from rtp_advice_matching.engagements.days import find_civil_date
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


async def run_follow_up_scheduler(runtime: Runtime) -> None:
    """Tell of follow-ups that are due, every minute, until cancelled."""

    async def look() -> None:
        while await tell_due_follow_ups(runtime) >= BATCH:
            pass

    def warn(error: Exception) -> None:
        log.warning("the scheduler of follow-ups could not look", extra={"error": describe_error(error)})

    await run_every(SECONDS, look, on_error=warn)


async def tell_due_follow_ups(runtime: Runtime) -> int:
    """Tell of a batch of follow-ups that are due by the platform's clock; return how many engagements there were."""
    now = runtime.clock()
    async with runtime.database.transaction() as session:
        due = await queries.list_unfollowed(session, find_civil_date(now), limit=BATCH)
        context = EngagementContext(session, runtime.outbox, now, runtime.resources)
        for engagement_id, request_id in due:
            await commands.tell_follow_ups(context, engagement_id, request_id)
    return len(due)


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
