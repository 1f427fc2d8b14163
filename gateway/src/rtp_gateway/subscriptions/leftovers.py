"""Takes away queues that belong to no subscription: their making was not committed, or their removal failed."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.settings import GatewaySettings
from rtp_gateway.subscriptions.errors import QueuesUnavailable
from rtp_gateway.subscriptions.kit import queues_of
from rtp_gateway.subscriptions.models import Protocol, Subscription, SubscriptionStatus
from rtp_gateway.subscriptions.queues import Queues
from rtp_shared.db import CONNECTION_ERRORS
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
YOUNG = timedelta(hours=1)
"""A queue is made before its subscription is committed, so what is younger is left alone."""


async def keep(runtime: Runtime) -> None:
    """Until cancelled, every hour, where subscribers have queues; what fails is tried again an hour later."""
    assert isinstance(runtime.settings, GatewaySettings)  # noqa: S101 - the gateway's runtime has the gateway's settings
    if (queues := queues_of(runtime.settings)) is None:
        await asyncio.Event().wait()  # a worker ends with the first of its loops
        return

    async def work() -> None:
        async with runtime.database.transaction(read_only=True) as session:
            await remove_leftovers(session, queues, now=runtime.clock())

    await run_every(
        EVERY_SECONDS,
        work,
        errors=(SQLAlchemyError, QueuesUnavailable, *CONNECTION_ERRORS),
        on_error=lambda error: log.warning("queues were not looked through", extra={"error": type(error).__name__}),
    )


async def remove_leftovers(session: AsyncSession, queues: Queues, *, now: datetime) -> set[UUID]:
    """Remove what belongs to no subscription that is there; their ids."""
    old = {each for each in await queues.made() if now - _made_at(each) > YOUNG}
    query = select(Subscription.id).where(
        Subscription.protocol == Protocol.AMQP, Subscription.status != SubscriptionStatus.ENDED
    )
    leftovers = old - set(await session.scalars(query))
    for each in leftovers:
        await queues.remove(each)
        log.warning("a queue without a subscription was removed", extra={"subscription_id": str(each)})
    return leftovers


def _made_at(subscription_id: UUID) -> datetime:
    """Ids are UUIDs of version 7: the first 48 bits count milliseconds (RFC 9562)."""
    return datetime.fromtimestamp((subscription_id.int >> 80) / 1000, UTC)
