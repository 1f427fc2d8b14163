"""Erases what has served its time, by the periods in the settings."""

import logging
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from rtp_gateway.erasure.commands import AT_ONCE, erase_old, forget_old
from rtp_gateway.settings import GatewaySettings
from rtp_shared.db import CONNECTION_ERRORS
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0


async def keep(runtime: Runtime) -> None:
    """Until cancelled, every hour; a database that is away is tried again an hour later."""
    await run_every(
        EVERY_SECONDS,
        lambda: erase_all_old(runtime),
        errors=(SQLAlchemyError, *CONNECTION_ERRORS),
        on_error=lambda error: log.warning("could not erase", extra={"error": type(error).__name__}),
    )


async def erase_all_old(runtime: Runtime) -> None:
    """In small transactions, so that nothing waits for it."""
    settings, now = runtime.settings, runtime.clock()
    assert isinstance(settings, GatewaySettings)  # noqa: S101 - the gateway's runtime has the gateway's settings
    erased, before = 0, now - timedelta(days=settings.payload_days)
    while True:
        async with runtime.database.transaction() as session:
            some = await erase_old(session, before=before, now=now)
        erased += some
        if some < AT_ONCE:
            break
    async with runtime.database.transaction() as session:
        forgotten = await forget_old(session, before=now - timedelta(days=settings.attempt_days))
    log.info("erased", extra={"events": erased, "attempts_and_calls": forgotten})
