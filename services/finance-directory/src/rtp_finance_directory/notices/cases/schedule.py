"""The worker that looks for notices for cases, and for contracts of their bodies that end soon."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from rtp_finance_directory.notices.cases import queries
from rtp_finance_directory.notices.cases.commands import judge_notices, tell_endings
from rtp_finance_directory.notices.cases.queries import EndingContract, Unjudged
from rtp_finance_directory.notices.standard.periods import add_months
from rtp_finance_directory.turns import Turns
from rtp_shared.clock import LONDON
from rtp_shared.db import describe_error
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)
SECONDS = 60.0
MONTHS = 18
"""A contract that ends within so many months is told of: a mutual needs them to be ready."""


def _take_turns_of_notices() -> Turns[Unjudged]:
    return Turns("a notice for a case")


def _take_turns_of_endings() -> Turns[EndingContract]:
    return Turns("the ending of a contract of a case")


@dataclass(frozen=True)
class WatchTurns:
    """What has failed of each kind of work."""

    notices: Turns[Unjudged] = field(default_factory=_take_turns_of_notices)
    endings: Turns[EndingContract] = field(default_factory=_take_turns_of_endings)


async def run_watch(runtime: Runtime) -> None:
    """Look every minute, until cancelled. Wait out a database that goes away."""
    turns = WatchTurns()
    while True:
        more = 0
        try:
            more = await look_once(runtime, turns)
        except Exception as error:  # noqa: BLE001 - whatever it is, time goes on
            log.warning("notices could not be looked for", extra={"error": describe_error(error)})
        await asyncio.sleep(0 if more >= queries.AT_ONCE else SECONDS)


async def look_once(runtime: Runtime, turns: WatchTurns) -> int:
    """Judge what was not judged yet and tell of endings, by the platform's clock; return the most that a query gave."""
    now = runtime.clock()
    today, waiting = now.astimezone(LONDON).date(), turns.notices.list_waiting(now)
    async with runtime.database.transaction(read_only=True) as session:
        sectors = sorted(each for each in await queries.list_sectors(session) if each)
        found = [await queries.list_unjudged(session, sector, today, without=waiting) for sector in sectors]
        endings = await queries.list_endings(
            session, today, add_months(today, MONTHS), without=turns.endings.list_waiting(now)
        )
    for unjudged in found:
        await _judge(runtime, unjudged, turns.notices)
    await _tell(runtime, endings, turns.endings)
    return max(map(len, (*found, endings)), default=0)


async def _judge(runtime: Runtime, unjudged: Sequence[Unjudged], turns: Turns[Unjudged]) -> None:
    now = runtime.clock()
    today = now.astimezone(LONDON).date()

    async def judge(case_id: UUID, every: Sequence[Unjudged]) -> None:
        async with runtime.database.transaction() as session:
            ocids = [each.ocid for each in every]
            await judge_notices(session, case_id, ocids, on=today, now=now, outbox=runtime.outbox)

    for case_id, every in groupby(unjudged, attrgetter("case_id")):
        await turns.take_together(list(every), partial(judge, case_id), now=now)


async def _tell(runtime: Runtime, endings: Sequence[EndingContract], turns: Turns[EndingContract]) -> None:
    now = runtime.clock()

    async def tell(case_id: UUID, every: Sequence[EndingContract]) -> None:
        async with runtime.database.transaction() as session:
            await tell_endings(session, case_id, every, now=now, outbox=runtime.outbox)

    for case_id, every in groupby(endings, attrgetter("case_id")):
        await turns.take_together(list(every), partial(tell, case_id), now=now)
