"""The cleanup of orphans: queues that belong to no subscription that is there."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.subscriptions.models import Subscription, SubscriptionStatus
from rtp_gateway.outbound.subscriptions.queue_requests import QueueRequest
from rtp_gateway.outbound.transports.errors import QueuesUnavailable
from rtp_gateway.outbound.transports.queues import QueueProvisioner, build_provisioner
from rtp_gateway.outbound.transports.requests import Protocol
from rtp_gateway.settings import GatewaySettings
from rtp_shared.db import CONNECTION_ERRORS
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
YOUNG = timedelta(hours=1)
"""A queue that is younger is left alone: its subscription may not be seen yet by whoever looks."""


async def run_orphan_cleanup(runtime: Runtime) -> None:
    """Clean up every hour until cancelled, where AMQP is offered; what fails is tried again an hour later."""
    assert isinstance(runtime.settings, GatewaySettings)  # noqa: S101 - the gateway's runtime has the gateway's settings
    if (queues := build_provisioner(runtime.settings)) is None:
        await asyncio.Event().wait()  # a worker ends with the first of its loops
        return

    async def clean_up() -> None:
        async with runtime.database.transaction(read_only=True) as session:
            await remove_orphans(session, queues, now=runtime.clock())

    try:
        await run_every(
            EVERY_SECONDS,
            clean_up,
            errors=(SQLAlchemyError, QueuesUnavailable, *CONNECTION_ERRORS),
            on_error=lambda error: log.warning(
                "orphaned queues were not looked for", extra={"error": type(error).__name__}
            ),
        )
    finally:
        await queues.close()


async def remove_orphans(session: AsyncSession, queues: QueueProvisioner, *, now: datetime) -> set[UUID]:
    """Remove queues of no subscription that is there, but not those that a worker is to remove; return their ids."""
    old = {each for each in await queues.list_provisioned() if now - _read_time(each) > YOUNG}
    living = select(Subscription.id).where(
        Subscription.protocol == Protocol.AMQP, Subscription.status != SubscriptionStatus.ENDED
    )
    requested = select(QueueRequest.subscription_id)
    orphans = old - set(await session.scalars(living.union(requested)))
    for each in orphans:
        await queues.remove(each)
        log.warning("a queue without a subscription was removed", extra={"subscription_id": str(each)})
    return orphans


def _read_time(subscription_id: UUID) -> datetime:
    """Return the time of an id of version 7, whose first 48 bits count milliseconds (RFC 9562)."""
    return datetime.fromtimestamp((subscription_id.int >> 80) / 1000, UTC)
