"""The timekeeper: looks at whatever time has come for, again and again. Any number may work side by side.

Nothing that it logs names a case or counts them: a draft would be given away.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.clocks.days import civil_date
from rtp_applications.timekeeping import queries
from rtp_applications.timekeeping.commands import keep_case, transfer_case
from rtp_applications.workflow.processes import Processes
from rtp_shared.db import describe_error
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

AT_MOST_SECONDS = 30.0
AT_LEAST_SECONDS = 0.05
BATCH = 200


async def keep_time(runtime: Runtime) -> None:
    """Sweep until cancelled: when something is due, and every 30 seconds. Waits out a database that goes away."""

    async def once() -> float:
        await sweep(runtime)
        return await _until_next(runtime)

    def warn(error: Exception) -> None:
        log.warning("the timekeeper could not look, trying again", extra={"error": describe_error(error)})

    await run_every(AT_MOST_SECONDS, once, on_error=warn)


async def sweep(runtime: Runtime) -> bool:
    """Look once at everything that is due by the platform's clock; whether anything was done."""
    now = runtime.clock()
    transferred = await _transfer(runtime, now)
    kept = await _keep(runtime, now)
    return transferred or kept


async def _keep(runtime: Runtime, now: datetime) -> bool:
    done, after, processes = False, None, Processes()
    while True:
        async with runtime.database.transaction(read_only=True) as session:
            batch = await queries.due_cases(session, now, limit=BATCH, after=after)
        if not batch:
            return done
        for _, case_id in batch:
            work = partial(keep_case, case_id=case_id, now=now, outbox=runtime.outbox, processes=processes)
            done |= await _alone(runtime, work)
        after = batch[-1]


async def _transfer(runtime: Runtime, now: datetime) -> bool:
    async with runtime.database.transaction(read_only=True) as session:
        successors = await queries.successions(session, civil_date(now))
        cases = await queries.cases_naming(session, list(successors)) if successors else []
    done = False
    for case_id in cases:
        work = partial(transfer_case, case_id=case_id, successors=successors, now=now, outbox=runtime.outbox)
        done |= await _alone(runtime, work)
    return done


async def _alone(runtime: Runtime, work: Callable[[AsyncSession], Awaitable[bool]]) -> bool:
    """Work on one case in a transaction of its own: one that fails holds up no other."""
    try:
        async with runtime.database.transaction() as session:
            return await work(session)
    except Exception as error:  # noqa: BLE001 - it is tried again at the next look
        log.warning("a case could not be looked at", extra={"error": describe_error(error)})
        return False


async def _until_next(runtime: Runtime) -> float:
    now = runtime.clock()
    async with runtime.database.transaction(read_only=True) as session:
        return seconds_until(await queries.next_look(session, now), now)


def seconds_until(due: datetime | None, now: datetime) -> float:
    """How long to rest. What was due and could not be done is no reason to hurry."""
    if due is None:
        return AT_MOST_SECONDS
    return min(AT_MOST_SECONDS, max(AT_LEAST_SECONDS, (due - now).total_seconds()))
