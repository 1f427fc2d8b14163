"""Commands about subscriptions: verb(session, subject, *, details)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol as Interface
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.backlog import ordering
from rtp_gateway.outbound.subscriptions import consents
from rtp_gateway.outbound.subscriptions.deps import SubscriptionDeps
from rtp_gateway.outbound.subscriptions.errors import (
    AmqpNotOffered,
    CannotResume,
    NoSuchSubscription,
    TooManySubscriptions,
)
from rtp_gateway.outbound.subscriptions.key_records import record_keys
from rtp_gateway.outbound.subscriptions.models import ROUTE, OnSinkChange, Subscription, SubscriptionStatus
from rtp_gateway.outbound.subscriptions.notices import publish_notice
from rtp_gateway.outbound.subscriptions.preparation import Prepared, PreparedChange
from rtp_gateway.outbound.subscriptions.queue_requests import request_queue, request_removal
from rtp_gateway.outbound.transports.queues import QueueAccess, hash_password, new_password
from rtp_gateway.outbound.transports.requests import Protocol
from rtp_gateway.outbound.transports.signing import Keyring
from rtp_shared.contracts.gateway import SubscriptionEnabled, SubscriptionTested
from rtp_shared.db import get_driver
from rtp_shared.etags import Expected

MOST = 50
"""Subscriptions of one client that have not ended."""
_ONE_BY_ONE = "SELECT pg_advisory_xact_lock(hashtextextended('subscriptions ' || $1, 0))"


class Subscriber(Interface):
    """The client that subscribes, and the identities by which it sees events."""

    @property
    def client_id(self) -> str: ...
    @property
    def identities(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class SubscriptionSecrets:
    """A subscription with its secrets, which its owner is shown once."""

    subscription: Subscription
    keyring: Keyring
    queue: QueueAccess | None = None


async def create_subscription(
    session: AsyncSession,
    prepared: Prepared,
    *,
    protocol: Protocol,
    subscriber: Subscriber,
    deps: SubscriptionDeps,
    now: datetime,
) -> SubscriptionSecrets:
    """Make a subscription; return it with its secrets, which its subscriber is shown now and never again."""
    keyring = Keyring.new()
    await _require_capacity(session, subscriber.client_id)
    by_queue = protocol is Protocol.AMQP
    subscription = Subscription(
        client_id=subscriber.client_id,
        acts_as=list(subscriber.identities),
        protocol=protocol,
        sealed_keys=keyring.seal(deps.secret_box),
        public_key=keyring.public_key,
        sink_version=1,
        status=SubscriptionStatus.PROVISIONING if by_queue else SubscriptionStatus.ACTIVE,
        version=1,
        sequence=0,
        failures=0,
        made_at=now,
        changed_at=now,
        **prepared.columns,
    )
    if prepared.check is not None:
        consents.apply_check(subscription, prepared.check, now=now)
    session.add(subscription)
    await session.flush()
    await record_keys(session, subscription, keyring, now=now)
    queue = await _renew_password(session, subscription, deps, now=now) if by_queue else None
    if queue is not None:
        subscription.sink = f"{queue.url}#{queue.queue}"
        await session.flush()
    return SubscriptionSecrets(subscription, keyring, queue)


async def change_subscription(
    session: AsyncSession,
    subscription_id: UUID,
    prepared: PreparedChange,
    *,
    subscriber: Subscriber,
    deps: SubscriptionDeps,
    now: datetime,
) -> Subscription:
    """Change the columns that are prepared, and no others."""
    columns, check = prepared.columns, prepared.check
    if ROUTE & columns.keys():
        await ordering.pause_recording(session)
        await ordering.lock_open(session, subscription_id)
    subscription = await lock_own(session, subscription_id, version=prepared.version, client_id=subscriber.client_id)
    if check is None and not subscription.differs(columns, columns.keys()):
        return subscription
    rerouted, moved = subscription.differs(columns, ROUTE), subscription.differs(columns, {"sink"})
    resized = subscription.protocol is Protocol.AMQP and subscription.differs(columns, {"settings"})
    subscription.change(columns, now=now)
    if check is not None:
        consents.apply_check(subscription, check, now=now)
    elif subscription.awaits_consent and not consents.needs_consent(vars(subscription)):
        subscription.consent(rate=None, now=now)
    await session.flush()
    if resized:
        if deps.queues is None:
            raise AmqpNotOffered
        await request_queue(session, subscription, now=now)
    if moved and subscription.on_sink_change is OnSinkChange.CANCEL:
        await ordering.cancel_open(session, subscription_id, now=now)
    elif rerouted:
        await ordering.restart_failed(session, subscription_id, now=now)
    return subscription


async def pause(
    session: AsyncSession, subscription_id: UUID, *, version: Expected, subscriber: Subscriber, now: datetime
) -> Subscription:
    """Send nothing until it is resumed; events wait."""
    subscription = await lock_own(session, subscription_id, version=version, client_id=subscriber.client_id)
    subscription.pause(now=now)
    await session.flush()
    return subscription


async def resume(
    session: AsyncSession,
    subscription_id: UUID,
    prepared: PreparedChange,
    *,
    subscriber: Subscriber,
    deps: SubscriptionDeps,
    now: datetime,
) -> Subscription:
    """Send again, unless its sink was asked and does not consent. Of a disabled one, dead letters are tried again."""
    check = prepared.check
    await ordering.pause_recording(session)
    await ordering.lock_open(session, subscription_id)
    subscription = await lock_own(session, subscription_id, version=prepared.version, client_id=subscriber.client_id)
    if subscription.awaits_consent and check is None:
        raise CannotResume("it was changed meanwhile, so that its sink must be asked; try again")
    was_disabled = subscription.resume(now=now)
    if check is not None:
        consents.apply_check(subscription, check, now=now)
    if was_disabled and subscription.status is SubscriptionStatus.ACTIVE:
        event = SubscriptionEnabled(subscription_id=subscription_id, at=now)
        await publish_notice(session, deps.outbox, subscription, event)
    await session.flush()
    restart = ordering.restart_all if was_disabled else ordering.restart_failed
    await restart(session, subscription_id, now=now)
    return subscription


async def rotate(
    session: AsyncSession,
    subscription_id: UUID,
    *,
    version: Expected,
    overlap: timedelta,
    subscriber: Subscriber,
    deps: SubscriptionDeps,
    now: datetime,
) -> SubscriptionSecrets:
    """Make a new secret and key; the former ones sign beside them for the overlap. Of AMQP: a new password."""
    subscription = await lock_own(session, subscription_id, version=version, client_id=subscriber.client_id)
    keyring = Keyring.renew(deps.secret_box, subscription.sealed_keys, now=now, overlap=overlap)
    keys = {
        "sealed_keys": keyring.seal(deps.secret_box),
        "public_key": keyring.public_key,
        "old_keys_until": keyring.former_until,
    }
    subscription.change(keys, now=now)
    await session.flush()
    await record_keys(session, subscription, keyring, now=now)
    by_queue = subscription.protocol is Protocol.AMQP
    queue = await _renew_password(session, subscription, deps, now=now) if by_queue else None
    return SubscriptionSecrets(subscription, keyring, queue)


async def send_test(
    session: AsyncSession, subscription_id: UUID, *, subscriber: Subscriber, deps: SubscriptionDeps, now: datetime
) -> UUID:
    """Publish a test event that goes to this subscription alone, the way that every event goes; return its id."""
    subscription = await lock_own(session, subscription_id, version=Expected(None), client_id=subscriber.client_id)
    event = SubscriptionTested(subscription_id=subscription_id, at=now)
    return await publish_notice(session, deps.outbox, subscription, event)


async def end_subscription(
    session: AsyncSession, subscription_id: UUID, *, version: Expected, subscriber: Subscriber, now: datetime
) -> None:
    """Send nothing more. The row stays, with its deliveries; of AMQP the queue is removed after the commit."""
    subscription = await lock_own(session, subscription_id, version=version, client_id=subscriber.client_id)
    subscription.end(now=now)
    await session.flush()
    if subscription.protocol is Protocol.AMQP:
        await request_removal(session, subscription, now=now)


async def lock_own(session: AsyncSession, subscription_id: UUID, *, version: Expected, client_id: str) -> Subscription:
    """Return the client's subscription, locked for it to change."""
    query = select(Subscription).where(Subscription.id == subscription_id, Subscription.client_id == client_id)
    # Without the key: events that are being recorded refer to the subscription and need not wait for this.
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    subscription = (await session.execute(query)).scalar_one_or_none()
    if subscription is None:
        raise NoSuchSubscription
    subscription.expect(version)
    return subscription


async def _renew_password(
    session: AsyncSession, subscription: Subscription, deps: SubscriptionDeps, *, now: datetime
) -> QueueAccess:
    """Have the queue provisioned with a new password after the commit, and return the access that it will give."""
    if deps.queues is None:
        raise AmqpNotOffered
    password = new_password()
    await request_queue(session, subscription, password_hash=hash_password(password), now=now)
    return deps.queues.describe_access(subscription.id, password)


async def _require_capacity(session: AsyncSession, client_id: str) -> None:
    # Two at once would both count one too few. A client's own, until its transaction ends.
    await (await get_driver(session)).execute(_ONE_BY_ONE, client_id)
    query = select(func.count()).where(
        Subscription.client_id == client_id, Subscription.status != SubscriptionStatus.ENDED
    )
    if (await session.scalar(query) or 0) >= MOST:
        raise TooManySubscriptions(f"a client has at most {MOST}; end one that you no longer need")
