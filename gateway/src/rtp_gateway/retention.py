"""Retention: erasing and deleting what is older than the settings allow."""

import logging
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from rtp_gateway.clients.commands import delete_expired_tokens
from rtp_gateway.inbound.calls.commands import delete_old_calls
from rtp_gateway.limits.leases import delete_free_accounts
from rtp_gateway.outbound.erasure.commands import AT_ONCE, delete_old_attempts, erase_old
from rtp_gateway.settings import GatewaySettings
from rtp_shared.db import CONNECTION_ERRORS
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0


async def run_retention(runtime: Runtime) -> None:
    """Erase every hour until cancelled; a database that is away is tried again an hour later."""
    await run_every(
        EVERY_SECONDS,
        lambda: erase_all_old(runtime),
        errors=(SQLAlchemyError, *CONNECTION_ERRORS),
        on_error=lambda error: log.warning("could not erase", extra={"error": type(error).__name__}),
    )


async def erase_all_old(runtime: Runtime) -> None:
    """Erase all that is too old, in small transactions, so that nothing waits for it."""
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
        oldest = now - timedelta(days=settings.attempt_days)
        deleted = await delete_old_attempts(session, before=oldest) + await delete_old_calls(session, before=oldest)
        await delete_free_accounts(session)
    async with runtime.database.transaction() as session:
        await delete_expired_tokens(session)
    log.info("erased", extra={"events": erased, "attempts_and_calls": deleted})
