"""The access of clients to what they subscribed to, kept to what they may have now.

Events are withheld when they are claimed (`deliveries.claims`). What stands in a subscriber's own queue already is
shut away here: its user may no longer read, and its connections are closed, until its client may have it again. A
subscription whose client moved to another organisation ends, with its queue: what it was for is not the client's now.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.clients.entitlement import IDENTITIES, MAY_SUBSCRIBE
from rtp_gateway.clients.models import Client
from rtp_gateway.outbound.subscriptions.models import Subscription
from rtp_gateway.outbound.subscriptions.queue_requests import request_removal
from rtp_gateway.outbound.transports.errors import QueuesUnavailable
from rtp_gateway.outbound.transports.queues import QueueProvisioner, build_provisioner
from rtp_gateway.outbound.transports.requests import Protocol
from rtp_gateway.settings import GatewaySettings
from rtp_shared.db import CONNECTION_ERRORS, describe_error, get_driver
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

EVERY_SECONDS = 0.5
AT_ONCE = 16

_MOVED = """
    SELECT s.id FROM subscriptions s JOIN clients c USING (client_id)
    WHERE c.revision > $1 AND s.status <> 'ended' AND EXISTS (
        SELECT FROM unnest(s.acts_as) AS identity WHERE identity LIKE 'org:%' AND identity <> 'org:' || c.organisation)
"""
# What was last done at the broker, against what should be: a step that failed or came too late is made up for.
_DIFFERENT = f"""
    SELECT s.id, s.queue_closed_at IS NOT NULL AS opens FROM subscriptions s JOIN clients c USING (client_id)
    WHERE s.protocol = 'AMQP' AND s.status NOT IN ('ended', 'provisioning')
      AND ({MAY_SUBSCRIBE} AND s.acts_as <@ {IDENTITIES}) = (s.queue_closed_at IS NOT NULL)
    LIMIT {AT_ONCE}
"""  # noqa: S608 - constants of ours


class AccessKeeper:
    """Ends subscriptions, and closes and opens queues, as clients change."""

    def __init__(self, runtime: Runtime, queues: QueueProvisioner | None) -> None:
        """`queues`: None where AMQP is not offered."""
        self._database, self._now = runtime.database, runtime.clock
        self._queues = queues
        self._revision = -1
        """Of clients, up to which their subscriptions were looked at."""

    async def enforce(self) -> None:
        """Do what is to be done now."""
        async with self._database.transaction() as session:
            newest = await session.scalar(select(func.max(Client.revision))) or 0
            if newest > self._revision:
                await end_moved(session, since=self._revision, now=self._now())
        self._revision = newest
        if self._queues is not None:
            await self._match_queues(self._queues)

    async def _match_queues(self, queues: QueueProvisioner) -> None:
        async with self._database.transaction(read_only=True) as session:
            rows = await (await get_driver(session)).fetch(_DIFFERENT)
        # Side by side, so that one that takes its time keeps no other waiting.
        work = [self._match_queue(queues, row["id"], opens=row["opens"]) for row in rows]
        done = await asyncio.gather(*work, return_exceptions=True)
        if failed := [each for each in done if isinstance(each, BaseException)]:
            raise failed[0]

    async def _match_queue(self, queues: QueueProvisioner, subscription_id: UUID, *, opens: bool) -> None:
        await (queues.open_to_user(subscription_id) if opens else queues.close_to_user(subscription_id))
        closed_at = None if opens else self._now()
        async with self._database.transaction() as session:
            await session.execute(
                update(Subscription).where(Subscription.id == subscription_id).values(queue_closed_at=closed_at)
            )
        log.info("queue opened" if opens else "queue closed", extra={"subscription_id": str(subscription_id)})


async def end_moved(session: AsyncSession, *, since: int, now: datetime) -> Sequence[UUID]:
    """End the subscriptions of clients that moved to another organisation after this revision; return their ids."""
    ids = [row["id"] for row in await (await get_driver(session)).fetch(_MOVED, since)]
    query = select(Subscription).where(Subscription.id.in_(ids)).order_by(Subscription.id)
    for subscription in await session.scalars(query.with_for_update(key_share=True)):
        subscription.end(now=now)
        await session.flush()
        if subscription.protocol is Protocol.AMQP:
            await request_removal(session, subscription, now=now)
        log.warning("ended, its client moved", extra={"subscription_id": str(subscription.id)})
    return ids


async def run_access(runtime: Runtime) -> None:
    """Enforce until cancelled. A database or a broker that goes away is waited for."""
    assert isinstance(runtime.settings, GatewaySettings)  # noqa: S101 - the gateway's runtime has the gateway's settings
    queues = build_provisioner(runtime.settings)
    try:
        await run_every(
            EVERY_SECONDS,
            AccessKeeper(runtime, queues).enforce,
            errors=(SQLAlchemyError, QueuesUnavailable, *CONNECTION_ERRORS),
            on_error=lambda error: log.warning(
                "the access of clients is not what it should be", extra={"error": describe_error(error)}
            ),
        )
    finally:
        if queues is not None:
            await queues.close()
