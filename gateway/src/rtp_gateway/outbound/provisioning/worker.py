"""The provisioning worker: does the work at the broker that requests for queues ask for, after they were committed.

A request is claimed on a lease, worked on without a transaction, and settled in another one; a worker that dies leaves
it to the next, and every step at the broker can be repeated. A request that was replaced meanwhile, because the
subscription was changed or ended, is not settled by the work for the former one: the new one is worked on next.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.subscriptions.models import Subscription
from rtp_gateway.outbound.subscriptions.queue_requests import QueueRequest
from rtp_gateway.outbound.transports.errors import QueuesUnavailable
from rtp_gateway.outbound.transports.queues import QueueProvisioner, build_provisioner
from rtp_gateway.outbound.transports.requests import ProtocolSettings
from rtp_gateway.settings import GatewaySettings
from rtp_shared.db import CONNECTION_ERRORS, Database, describe_error
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
AT_ONCE = 16
WORK_SECONDS = 45.0
LEASE = timedelta(seconds=60)
"""Longer than the work may take, so that no two workers are at one queue."""
LONGEST_PAUSE = timedelta(minutes=1)
"""Between two tries while the broker is away."""


@dataclass(frozen=True, slots=True)
class QueueWork:
    """A claimed request, with what is needed to fulfil it."""

    subscription_id: UUID
    request_id: UUID
    removal: bool
    password_hash: str | None = field(repr=False)
    failures: int
    settings: ProtocolSettings


async def run_provisioning(runtime: Runtime) -> None:
    """Provision until cancelled, where AMQP is offered. A database or a broker that goes away is waited for."""
    assert isinstance(runtime.settings, GatewaySettings)  # noqa: S101 - the gateway's runtime has the gateway's settings
    if (queues := build_provisioner(runtime.settings)) is None:
        await asyncio.Event().wait()  # a worker ends with the first of its loops
        return

    async def provision() -> None:
        await provision_due(runtime.database, queues, now=runtime.clock)

    try:
        await run_every(
            POLL_SECONDS,
            provision,
            errors=(SQLAlchemyError, *CONNECTION_ERRORS),
            on_error=lambda error: log.warning("queues were not provisioned", extra={"error": describe_error(error)}),
        )
    finally:
        await queues.close()


async def provision_due(database: Database, queues: QueueProvisioner, *, now: Callable[[], datetime]) -> int:
    """Work on the requests that are due, also those that fall due meanwhile; return how many were fulfilled."""
    fulfilled = 0
    while True:
        async with database.transaction() as session:
            claimed = await claim_requests(session, now=now())
        if not claimed:
            return fulfilled
        # Side by side, so that one that takes its time keeps no other waiting.
        fulfilled += sum(await asyncio.gather(*(_fulfil(database, queues, work, now=now) for work in claimed)))


async def claim_requests(session: AsyncSession, *, now: datetime) -> list[QueueWork]:
    """Claim requests that are due, the oldest first."""
    free = or_(QueueRequest.leased_until.is_(None), QueueRequest.leased_until <= now)
    due = (
        select(QueueRequest.subscription_id)
        .where(QueueRequest.next_attempt_at <= now, free)
        .order_by(QueueRequest.next_attempt_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    claim = (
        update(QueueRequest)
        .where(QueueRequest.subscription_id.in_(due), Subscription.id == QueueRequest.subscription_id)
        .values(leased_until=now + LEASE)
        .returning(
            QueueRequest.subscription_id,
            QueueRequest.request_id,
            QueueRequest.removal,
            QueueRequest.password_hash,
            QueueRequest.failures,
            Subscription.settings,
        )
    )
    rows = await session.execute(claim.execution_options(synchronize_session=False))
    return [
        QueueWork(
            subscription_id=row.subscription_id,
            request_id=row.request_id,
            removal=row.removal,
            password_hash=row.password_hash,
            failures=row.failures,
            settings=row.settings,
        )
        for row in rows
    ]


async def _fulfil(
    database: Database, queues: QueueProvisioner, work: QueueWork, *, now: Callable[[], datetime]
) -> bool:
    try:
        async with asyncio.timeout(WORK_SECONDS):
            await _change_broker(queues, work)
    except (QueuesUnavailable, TimeoutError) as error:
        async with database.transaction() as session:
            await _postpone(session, work, error, now=now())
        return False
    async with database.transaction() as session:
        await settle(session, work, now=now())
    return True


async def _change_broker(queues: QueueProvisioner, work: QueueWork) -> None:
    if work.removal:
        await queues.remove(work.subscription_id)
    else:
        await queues.provision(
            work.subscription_id,
            max_messages=work.settings["maxmessages"],
            max_bytes=work.settings["maxbytes"],
            password_hash=work.password_hash,
        )


async def settle(session: AsyncSession, work: QueueWork, *, now: datetime) -> None:
    """Delete the request whose work is done, and let events be sent; a request that replaced it is due at once."""
    query = select(Subscription).where(Subscription.id == work.subscription_id).with_for_update(key_share=True)
    subscription = (await session.execute(query)).scalar_one()
    settled = await session.execute(
        delete(QueueRequest).where(*_match_request(work)).returning(QueueRequest.subscription_id)
    )
    if settled.scalar_one_or_none() is None:
        await _release(session, work)
    elif not work.removal:
        if work.password_hash is not None:
            subscription.queue_closed_at = None  # a new password opens it; whether it may be open is looked at anew
        subscription.mark_provisioned(now=now)
        await session.flush()
    log.info("queue removed" if work.removal else "queue provisioned", extra={"subscription_id": str(subscription.id)})


async def _postpone(session: AsyncSession, work: QueueWork, error: Exception, *, now: datetime) -> None:
    pause = min(timedelta(seconds=2 ** min(work.failures, 10)), LONGEST_PAUSE)
    reason = type(error).__name__
    await session.execute(
        update(QueueRequest)
        .where(*_match_request(work))
        .values(failures=work.failures + 1, last_error=reason, next_attempt_at=now + pause)
    )
    await _release(session, work)
    facts = {"subscription_id": str(work.subscription_id), "error": reason, "failures": work.failures + 1}
    log.warning("a queue could not be provisioned or removed, trying again", extra=facts)


async def _release(session: AsyncSession, work: QueueWork) -> None:
    """End the lease."""
    await session.execute(
        update(QueueRequest).where(QueueRequest.subscription_id == work.subscription_id).values(leased_until=None)
    )


def _match_request(work: QueueWork) -> list[ColumnElement[bool]]:
    return [QueueRequest.subscription_id == work.subscription_id, QueueRequest.request_id == work.request_id]
