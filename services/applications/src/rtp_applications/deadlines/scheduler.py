"""The deadline scheduler: processes all deadlines that are due, again and again. Any number may work side by side.

Nothing that it logs names a case or counts them: a draft would be given away.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from rtp_applications.cases.context import CommandContext
from rtp_applications.deadlines import queries
from rtp_applications.deadlines.commands import process_due_case, start_late_clocks, transfer_case
from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.workflow.due import SCHEDULER
from rtp_shared.db import describe_error
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

AT_MOST_SECONDS = 30.0
AT_LEAST_SECONDS = 0.05
BATCH = 200


async def run_scheduler(runtime: Runtime) -> None:
    """Process what is due, and look every 30 seconds, until cancelled. Wait out a database that goes away."""
    while True:
        seconds = AT_MOST_SECONDS
        try:
            await process_due_cases(runtime)
            seconds = await _find_seconds_until_next(runtime)
        except Exception as error:  # noqa: BLE001 - whatever it is, time goes on
            log.warning("the deadline scheduler could not look, trying again", extra={"error": describe_error(error)})
        await asyncio.sleep(seconds)


async def process_due_cases(runtime: Runtime) -> bool:
    """Look once at everything that is due by the platform's clock; return True if anything was done."""
    now = runtime.clock()
    transferred = await _transfer_cases(runtime, now)
    started = await _start_late_clocks(runtime, now)
    processed = await _process_cases(runtime, now)
    return transferred or started or processed


async def _process_cases(runtime: Runtime, now: datetime) -> bool:
    done, after = False, None
    while True:
        async with runtime.database.transaction(read_only=True) as session:
            batch = await queries.list_due_cases(session, now, limit=BATCH, after=after)
        if not batch:
            return done
        for _, case_id in batch:
            done |= await _run_alone(runtime, now, partial(process_due_case, case_id=case_id))
        after = batch[-1]


async def _start_late_clocks(runtime: Runtime, now: datetime) -> bool:
    async with runtime.database.transaction(read_only=True) as session:
        cases = await queries.list_cases_waiting_for_a_period(session, civil_date(now))
    done = False
    for case_id in cases:
        done |= await _run_alone(runtime, now, partial(start_late_clocks, case_id=case_id))
    return done


async def _transfer_cases(runtime: Runtime, now: datetime) -> bool:
    async with runtime.database.transaction(read_only=True) as session:
        successors = await queries.list_successions(session, civil_date(now))
        cases = await queries.list_cases_naming(session, list(successors)) if successors else []
        cases += await queries.list_cases_shared_out(session, civil_date(now))
    done = False
    for case_id in dict.fromkeys(cases):
        work = partial(transfer_case, case_id=case_id, successors=successors)
        done |= await _run_alone(runtime, now, work)
    return done


async def _run_alone(runtime: Runtime, now: datetime, work: Callable[[CommandContext], Awaitable[bool]]) -> bool:
    """Work on one case in a transaction of its own: one that fails holds up no other."""
    try:
        async with runtime.database.transaction() as session:
            return await work(CommandContext(session, SCHEDULER, now, runtime.outbox, runtime.resources))
    except Exception as error:  # noqa: BLE001 - it is tried again at the next look
        log.warning("a case could not be looked at", extra={"error": describe_error(error)})
        return False


async def _find_seconds_until_next(runtime: Runtime) -> float:
    now = runtime.clock()
    async with runtime.database.transaction(read_only=True) as session:
        return count_seconds_until(await queries.find_next_look(session, now), now)


def count_seconds_until(due: datetime | None, now: datetime) -> float:
    """Return how long to rest. A case that was due and could not be processed is no reason to hurry."""
    if due is None:
        return AT_MOST_SECONDS
    return min(AT_MOST_SECONDS, max(AT_LEAST_SECONDS, (due - now).total_seconds()))
