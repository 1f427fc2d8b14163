"""What can be done with subscriptions: verb(session, subject, *, details)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.deliveries import claims
from rtp_gateway.subscriptions import consents, wanted
from rtp_gateway.subscriptions.consents import Asked, Way
from rtp_gateway.subscriptions.errors import AmqpNotOffered, NoSuchSubscription, TooManySubscriptions
from rtp_gateway.subscriptions.kit import Kit
from rtp_gateway.subscriptions.models import WAY, OnSinkChange, Subscription, SubscriptionStatus
from rtp_gateway.subscriptions.models import Protocol as Means
from rtp_gateway.subscriptions.queries import get_subscription
from rtp_gateway.subscriptions.queues import QueueAccess
from rtp_gateway.subscriptions.schemas import NewSubscription, SubscriptionChanges
from rtp_gateway.subscriptions.signing import Keyring
from rtp_shared.clock import utcnow
from rtp_shared.contracts.events import compute_digest, read
from rtp_shared.contracts.gateway import SubscriptionEnabled, SubscriptionEvent, SubscriptionTested
from rtp_shared.etags import Expected, format_etag
from rtp_shared.identities import SYSTEM
from rtp_shared.outbox import Outbox

MOST = 50
"""Subscriptions of one client that have not ended."""


class Subscriber(Protocol):
    """The client that subscribes, and as whom it sees events."""

    @property
    def client_id(self) -> str: ...
    @property
    def identities(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Made:
    """A subscription with what its owner is shown once."""

    subscription: Subscription
    keyring: Keyring
    queue: QueueAccess | None = None


async def create_subscription(
    session: AsyncSession, *, details: NewSubscription, subscriber: Subscriber, kit: Kit
) -> Made:
    """A new subscription, with its secrets as its subscriber is shown them now and never again."""
    now, keyring = utcnow(), Keyring.new()
    columns = await wanted.columns(details, kit=kit, now=now)
    asked = await consents.ask(Way.of(columns), kit) if wanted.handshake(columns) else None
    await _require_room(session, subscriber.client_id)
    subscription = Subscription(
        client_id=subscriber.client_id,
        acts_as=list(subscriber.identities),
        protocol=details.protocol,
        sealed_keys=keyring.sealed(kit.safe),
        public_key=keyring.public_key,
        sink_version=1,
        status=SubscriptionStatus.ACTIVE,
        version=1,
        sequence=0,
        failures=0,
        made_at=now,
        changed_at=now,
        **columns,
    )
    if asked is not None:
        consents.take(subscription, asked, now=now)
    session.add(subscription)
    await session.flush()
    queue = await _queue_of(subscription, kit)
    if queue is not None:
        subscription.sink = f"{queue.url}#{queue.queue}"
        await session.flush()
    return Made(subscription, keyring, queue)


async def change_subscription(
    session: AsyncSession,
    subscription_id: UUID,
    *,
    version: Expected,
    details: SubscriptionChanges | NewSubscription,
    subscriber: Subscriber,
    kit: Kit,
) -> Subscription:
    """Change what is named; all of it where the details are those of a new one."""
    now = utcnow()
    # Before the locks, because a name may take a while to resolve and a sink to answer.
    columns = await wanted.columns(details, kit=kit, now=now)
    seen = await get_subscription(session, subscription_id, client_id=subscriber.client_id)
    seen.expect(version)
    wanted.require_same_protocol(seen, details)
    if seen.protocol is Means.AMQP:
        columns.pop("sink", None)
    if asked := await _ask_again(seen, columns, kit):
        version = Expected(frozenset({format_etag(seen.version)}))  # what was asked is about this one
    if seen.protocol is Means.AMQP and seen.differs(columns, {"settings"}):
        await _bound(subscription_id, columns["settings"], kit)
    if WAY & columns.keys():
        await claims.hold(session, subscription_id)
    subscription = await locked(session, subscription_id, version=version, client_id=subscriber.client_id)
    moved, relocated = subscription.differs(columns, WAY), subscription.differs(columns, {"sink"})
    subscription.change(columns, now=now)
    if asked is not None:
        consents.take(subscription, asked, now=now)
    elif subscription.awaits_consent and not wanted.handshake(vars(subscription)):
        subscription.consent(rate=None, now=now)
    await session.flush()
    if relocated and subscription.on_sink_change is OnSinkChange.CANCEL:
        await claims.cancel(session, subscription_id, now=now)
    elif moved:
        await claims.begin_anew(session, subscription_id, now=now)
    return subscription


async def _ask_again(seen: Subscription, columns: Mapping[str, Any], kit: Kit) -> Asked | None:
    """What the sink answers, where it has not consented to what it would be sent after the change."""
    after = {**vars(seen), **columns}
    if wanted.handshake(after) and seen.differs(columns, WAY | {"rate_per_minute"}):
        return await consents.ask(Way.of(after), kit)
    return None


async def pause(
    session: AsyncSession, subscription_id: UUID, *, version: Expected, subscriber: Subscriber
) -> Subscription:
    """Send nothing until it is resumed; events wait."""
    subscription = await locked(session, subscription_id, version=version, client_id=subscriber.client_id)
    subscription.pause(now=utcnow())
    await session.flush()
    return subscription


async def resume(
    session: AsyncSession, subscription_id: UUID, *, version: Expected, subscriber: Subscriber, kit: Kit
) -> tuple[Subscription, bool]:
    """Send again, or ask a sink for its consent again; and whether dead letters are to be tried again too."""
    seen = await get_subscription(session, subscription_id, client_id=subscriber.client_id)
    seen.expect(version)
    asked = await consents.ask(Way.of(vars(seen)), kit) if seen.awaits_consent else None
    if asked is not None:
        version = Expected(frozenset({format_etag(seen.version)}))
    await claims.stop_recording(session)
    await claims.hold(session, subscription_id)
    subscription = await locked(session, subscription_id, version=version, client_id=subscriber.client_id)
    now = utcnow()
    was_disabled = subscription.resume(now=now)
    if asked is not None:
        consents.take(subscription, asked, now=now)
    if was_disabled and subscription.status is SubscriptionStatus.ACTIVE:
        await tell(session, kit.outbox, subscription, SubscriptionEnabled(subscription_id=subscription_id, at=now))
    await session.flush()
    await claims.begin_anew(session, subscription_id, now=now)
    return subscription, was_disabled


async def rotate(
    session: AsyncSession,
    subscription_id: UUID,
    *,
    version: Expected,
    overlap: timedelta,
    subscriber: Subscriber,
    kit: Kit,
) -> Made:
    """New secret and key; the former ones sign beside them for the overlap. Of AMQP: a new password at once."""
    subscription = await locked(session, subscription_id, version=version, client_id=subscriber.client_id)
    now = utcnow()
    keyring = Keyring.open(kit.safe, subscription.sealed_keys).rotated(now, overlap)
    keys = {
        "sealed_keys": keyring.sealed(kit.safe),
        "public_key": keyring.public_key,
        "old_keys_until": keyring.former_until,
    }
    subscription.change(keys, now=now)
    await session.flush()
    return Made(subscription, keyring, await _queue_of(subscription, kit))


async def send_test(session: AsyncSession, subscription_id: UUID, *, subscriber: Subscriber, kit: Kit) -> UUID:
    """Publish a test event that goes to this subscription alone, the way that every event goes; return its id."""
    subscription = await locked(session, subscription_id, version=Expected(None), client_id=subscriber.client_id)
    event = SubscriptionTested(subscription_id=subscription_id, at=utcnow())
    return await tell(session, kit.outbox, subscription, event)


async def end_subscription(
    session: AsyncSession, subscription_id: UUID, *, version: Expected, subscriber: Subscriber, kit: Kit
) -> None:
    """Send nothing more. The row stays, with what was delivered."""
    subscription = await locked(session, subscription_id, version=version, client_id=subscriber.client_id)
    subscription.end(now=utcnow())
    await session.flush()
    if subscription.protocol is Means.AMQP and kit.queues is not None:
        await kit.queues.remove(subscription_id)


async def tell(session: AsyncSession, outbox: Outbox, subscription: Subscription, event: SubscriptionEvent) -> UUID:
    """Publish an event about the subscription to its owner; the row is locked. Returns the event's id."""
    [body] = await outbox.publish(
        session,
        [event],
        subject_id=subscription.id,
        sequence=subscription.sequence + 1,
        previous=subscription.event_hash,
        dataref=f"/v1/subscriptions/{subscription.id}",
        readers=[f"client:{subscription.client_id}", *SYSTEM],
    )
    subscription.sequence += 1
    subscription.event_hash = compute_digest(body)
    await session.flush()
    return read(body).id


async def locked(session: AsyncSession, subscription_id: UUID, *, version: Expected, client_id: str) -> Subscription:
    """The client's subscription, for it to change."""
    query = select(Subscription).where(Subscription.id == subscription_id, Subscription.client_id == client_id)
    # Without the key: events that are being recorded refer to the subscription and need not wait for this.
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    subscription = (await session.execute(query)).scalar_one_or_none()
    if subscription is None:
        raise NoSuchSubscription
    subscription.expect(version)
    return subscription


async def _queue_of(subscription: Subscription, kit: Kit) -> QueueAccess | None:
    """Its queue, made or completed, with a new password; None where it has none."""
    if subscription.protocol is not Means.AMQP:
        return None
    if kit.queues is None:
        raise AmqpNotOffered
    settings = subscription.settings
    return await kit.queues.make(subscription.id, max_messages=settings["maxmessages"], max_bytes=settings["maxbytes"])


async def _bound(subscription_id: UUID, settings: Mapping[str, Any], kit: Kit) -> None:
    """How much its queue holds is changed: before the locks, because RabbitMQ may take a while to answer."""
    if kit.queues is None:
        raise AmqpNotOffered
    await kit.queues.bound(subscription_id, max_messages=settings["maxmessages"], max_bytes=settings["maxbytes"])


async def _require_room(session: AsyncSession, client_id: str) -> None:
    query = select(func.count()).where(
        Subscription.client_id == client_id, Subscription.status != SubscriptionStatus.ENDED
    )
    if (await session.scalar(query) or 0) >= MOST:
        raise TooManySubscriptions(f"a client has at most {MOST}; end one that you no longer need")
