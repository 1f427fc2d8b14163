"""The timekeeper: looks at whatever time has come for, again and again. Any number may work side by side.

Nothing that it logs names a case or counts them: a draft would be given away.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases.context import CaseEquipment, CommandContext
from rtp_applications.clocks.days import civil_date
from rtp_applications.timekeeping import queries
from rtp_applications.timekeeping.commands import keep_case, transfer_case
from rtp_applications.workflow.keeping import TIMEKEEPER
from rtp_shared.db import describe
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

AT_MOST_SECONDS = 30.0
AT_LEAST_SECONDS = 0.05
BATCH = 200


async def keep_time(runtime: Runtime) -> None:
    """Sweep until cancelled: when something is due, and every 30 seconds. Waits out a database that goes away."""
    while True:
        seconds = AT_MOST_SECONDS
        try:
            await sweep(runtime)
            seconds = await _until_next(runtime)
        except Exception as error:  # noqa: BLE001 - whatever it is, time goes on
            log.warning("the timekeeper could not look, trying again", extra={"error": describe(error)})
        await asyncio.sleep(seconds)


async def sweep(runtime: Runtime) -> bool:
    """Look once at everything that is due by the platform's clock; whether anything was done."""
    now = runtime.clock()
    transferred = await _transfer(runtime, now)
    kept = await _keep(runtime, now)
    return transferred or kept


async def _keep(runtime: Runtime, now: datetime) -> bool:
    done, after = False, None
    while True:
        async with runtime.database.transaction(read_only=True) as session:
            batch = await queries.due_cases(session, now, limit=BATCH, after=after)
        if not batch:
            return done
        for _, case_id in batch:
            done |= await _alone(runtime, now, partial(keep_case, case_id=case_id))
        after = batch[-1]


async def _transfer(runtime: Runtime, now: datetime) -> bool:
    async with runtime.database.transaction(read_only=True) as session:
        successors = await queries.successions(session, civil_date(now))
        cases = await queries.cases_naming(session, list(successors)) if successors else []
    done = False
    for case_id in cases:
        work = partial(transfer_case, case_id=case_id, successors=successors)
        done |= await _alone(runtime, now, work)
    return done


async def _alone(runtime: Runtime, now: datetime, work: Callable[[CommandContext], Awaitable[bool]]) -> bool:
    """Work on one case in a transaction of its own: one that fails holds up no other."""
    try:
        async with runtime.database.transaction() as session:
            return await work(_build_context(runtime, session, now))
    except Exception as error:  # noqa: BLE001 - it is tried again at the next look
        log.warning("a case could not be looked at", extra={"error": describe(error)})
        return False


def _build_context(runtime: Runtime, session: AsyncSession, now: datetime) -> CommandContext:
    equipment: CaseEquipment = runtime.own
    return CommandContext(
        session=session,
        caller=TIMEKEEPER,
        now=now,
        events=runtime.outbox,
        processes=equipment.processes,
        projections=equipment.projections,
    )


async def _until_next(runtime: Runtime) -> float:
    now = runtime.clock()
    async with runtime.database.transaction(read_only=True) as session:
        return seconds_until(await queries.next_look(session, now), now)


def seconds_until(due: datetime | None, now: datetime) -> float:
    """How long to rest. What was due and could not be done is no reason to hurry."""
    if due is None:
        return AT_MOST_SECONDS
    return min(AT_MOST_SECONDS, max(AT_LEAST_SECONDS, (due - now).total_seconds()))
