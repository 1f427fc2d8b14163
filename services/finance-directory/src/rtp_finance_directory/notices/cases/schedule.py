"""The worker that looks for notices for cases, and for contracts of their bodies that end soon."""

import asyncio
import logging
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from rtp_finance_directory.notices.cases import queries
from rtp_finance_directory.notices.cases.commands import judge_notices, tell_endings
from rtp_finance_directory.notices.cases.queries import EndingContract, Unjudged
from rtp_finance_directory.notices.standard.periods import add_months
from rtp_shared.clock import LONDON
from rtp_shared.db import describe_error
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)
SECONDS = 60.0
MONTHS = 18
"""A contract that ends within so many months is told of: a mutual needs them to be ready."""


async def run_watch(runtime: Runtime) -> None:
    """Look every minute, until cancelled. Wait out a database that goes away."""
    while True:
        more = 0
        try:
            more = await look_once(runtime)
        except Exception as error:  # noqa: BLE001 - whatever it is, time goes on
            log.warning("notices could not be looked for", extra={"error": describe_error(error)})
        await asyncio.sleep(0 if more >= queries.AT_ONCE else SECONDS)


async def look_once(runtime: Runtime) -> int:
    """Judge what was not judged yet and tell of endings, by the platform's clock; return the most that a query gave."""
    now = runtime.clock()
    today = now.astimezone(LONDON).date()
    async with runtime.database.transaction(read_only=True) as session:
        sectors = sorted(each for each in await queries.list_sectors(session) if each)
        found = [await queries.list_unjudged(session, sector, today) for sector in sectors]
        endings = await queries.list_endings(session, today, add_months(today, MONTHS))
    for unjudged in found:
        await _judge(runtime, unjudged)
    await _tell(runtime, endings)
    return max(map(len, (*found, endings)), default=0)


async def _judge(runtime: Runtime, unjudged: Sequence[Unjudged]) -> None:
    now = runtime.clock()
    for case_id, every in groupby(unjudged, attrgetter("case_id")):
        async with runtime.database.transaction() as session:
            ocids = [each.ocid for each in every]
            today = now.astimezone(LONDON).date()
            await judge_notices(session, case_id, ocids, on=today, now=now, outbox=runtime.outbox)


async def _tell(runtime: Runtime, endings: Sequence[EndingContract]) -> None:
    for case_id, every in groupby(endings, attrgetter("case_id")):
        async with runtime.database.transaction() as session:
            await tell_endings(session, case_id, list(every), now=runtime.clock(), outbox=runtime.outbox)
