"""Deletes who read personal data once the time of keeping that is over. Any number may work."""

import logging

from rtp_applications.access_log.queries import AT_ONCE, delete_reads_before
from rtp_applications.deadlines.rules.days import add_months, civil_date, starts_at
from rtp_shared.db import describe_error
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

KEPT_MONTHS = 24
"""Proposed: longer than a complaint on it may take, shorter than the cases."""
LOOKED_EVERY_SECONDS = 24 * 3600.0


async def delete_old_reads_forever(runtime: Runtime) -> None:
    """Delete once a day what is older, until cancelled."""

    async def look() -> None:
        await delete_old_reads(runtime)

    def warn(error: Exception) -> None:
        log.warning("old readings could not be deleted, trying again", extra={"error": describe_error(error)})

    await run_every(LOOKED_EVERY_SECONDS, look, on_error=warn)


async def delete_old_reads(runtime: Runtime) -> None:
    """Delete all readings that are older by the platform's clock."""
    before = starts_at(add_months(civil_date(runtime.clock()), -KEPT_MONTHS))
    while True:
        async with runtime.database.transaction() as session:
            if await delete_reads_before(session, before) < AT_ONCE:
                return
