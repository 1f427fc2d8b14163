"""The worker that publishes products and takes them off when their day has come."""

import asyncio
import logging
from functools import partial
from uuid import UUID

from rtp_finance_directory.directory.commands import follow_schedule
from rtp_finance_directory.directory.queries import list_due
from rtp_finance_directory.turns import Turns
from rtp_shared.clock import LONDON
from rtp_shared.db import describe_error
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)
SECONDS = 30.0


async def run_schedule(runtime: Runtime) -> None:
    """Look every 30 seconds, until cancelled. Wait out a database that goes away."""
    turns: Turns[UUID] = Turns("the schedule of a product")
    while True:
        try:
            await process_due_products(runtime, turns)
        except Exception as error:  # noqa: BLE001 - whatever it is, time goes on
            log.warning("the schedule of products could not be followed", extra={"error": describe_error(error)})
        await asyncio.sleep(SECONDS)


async def process_due_products(runtime: Runtime, turns: Turns[UUID]) -> int:
    """Look once at everything that is due by the platform's clock; return how many products changed."""
    now = runtime.clock()
    async with runtime.database.transaction(read_only=True) as session:
        due = await list_due(session, now.astimezone(LONDON).date())

    async def follow(product_id: UUID) -> bool:
        async with runtime.database.transaction() as session:
            return await follow_schedule(session, product_id, now=now)

    ready = [each for each in due if not turns.is_waiting(each, now)]
    return sum([bool(await turns.take(each, partial(follow, each), now=now)) for each in ready])
