"""The scheduler of fairness: every hour the market is measured and held against the bounds that operators have set."""

import logging

from rtp_advice_matching.fairness.bound_rules import list_values
from rtp_advice_matching.fairness.commands import check_bounds
from rtp_advice_matching.fairness.market_queries import list_bounds_in_use, measure_market
from rtp_shared.db import describe_error
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0


async def run_fairness_checks(runtime: Runtime) -> None:
    """Check the bounds every hour until cancelled. Any number may work side by side."""

    async def look() -> None:
        await check_fairness(runtime)

    def warn(error: Exception) -> None:
        log.warning("the bounds of fairness could not be checked", extra={"error": describe_error(error)})

    await run_every(EVERY_SECONDS, look, on_error=warn)


async def check_fairness(runtime: Runtime) -> int:
    """Measure the market once, and tell each operator which bounds were passed or are kept again; return how many."""
    async with runtime.database.transaction(read_only=True) as session:
        operators = await list_bounds_in_use(session)
        if not operators:
            return 0
        figures = await measure_market(session, runtime.resources.terms.rules, now=runtime.clock())
    told = 0
    for organisation_id in operators:
        async with runtime.database.transaction() as session:
            told += await check_bounds(
                session,
                organisation_id,
                list_values(figures),
                measured_at=figures.measured_at,
                outbox=runtime.outbox,
            )
    return told
