"""The scheduler of statistics: publishes a month and a year once it has ended. Any number may work side by side."""

import logging

from rtp_applications.statistics.commands import publish_periods
from rtp_shared.db import describe_error
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

LOOKED_EVERY_SECONDS = 600.0


async def publish_forever(runtime: Runtime) -> None:
    """Look every ten minutes whether a month or a year has ended, until cancelled."""

    async def look() -> None:
        await publish_ended_periods(runtime)

    def warn(error: Exception) -> None:
        log.warning("statistics could not be published, trying again", extra={"error": describe_error(error)})

    await run_every(LOOKED_EVERY_SECONDS, look, on_error=warn)


async def publish_ended_periods(runtime: Runtime) -> bool:
    """Publish the month and the year that have ended by the platform's clock; return whether that is news."""
    async with runtime.database.transaction() as session:
        return await publish_periods(session, now=runtime.clock())
