"""What can be done with subscriptions: verb(session, subject, *, details)."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text, Uuid

from rtp_gateway.subscriptions.errors import NoSuchSubscription
from rtp_gateway.subscriptions.models import Subscription, SubscriptionStatus
from rtp_gateway.subscriptions.signing import Safe, new_secret, shown
from rtp_gateway.subscriptions.sinks import Sinks
from rtp_shared.clock import utcnow
from rtp_shared.etags import Expected


class Subscriber(Protocol):
    """The client that subscribes, and as whom it sees events."""

    @property
    def client_id(self) -> str: ...
    @property
    def readers(self) -> Sequence[str]: ...


async def create_subscription(
    session: AsyncSession,
    *,
    sink: str,
    types: Sequence[str],
    description: str | None,
    subscriber: Subscriber,
    sinks: Sinks,
    safe: Safe,
) -> tuple[Subscription, str]:
    """A new subscription, and its secret as its subscriber is shown it now and never again."""
    await sinks.check(sink)
    secret, now = new_secret(), utcnow()
    subscription = Subscription(
        client_id=subscriber.client_id,
        acts_as=list(subscriber.readers),
        sink=sink,
        types=_once(types),
        description=description,
        sealed_secret=safe.seal(secret),
        status=SubscriptionStatus.ACTIVE,
        version=1,
        made_at=now,
        changed_at=now,
    )
    session.add(subscription)
    await session.flush()
    return subscription, shown(secret)


async def change_subscription(
    session: AsyncSession,
    subscription_id: UUID,
    *,
    version: Expected,
    changes: Mapping[str, Any],
    subscriber: Subscriber,
    sinks: Sinks,
) -> Subscription:
    """Change what is named; fields that are not stay as they are."""
    if "sink" in changes:
        await sinks.check(changes["sink"])  # before the lock: a name may take a while to resolve
    subscription = await _locked(session, subscription_id, version=version, client_id=subscriber.client_id)
    columns = dict(changes)
    if "types" in columns:
        columns["types"] = _once(columns["types"])
    if "status" in columns:
        columns["status"] = SubscriptionStatus(columns["status"])
    subscription.change(columns, now=utcnow())
    await session.flush()
    return subscription


async def end_subscription(
    session: AsyncSession, subscription_id: UUID, *, version: Expected, subscriber: Subscriber
) -> None:
    """Send nothing more. The row stays, with what was delivered."""
    subscription = await _locked(session, subscription_id, version=version, client_id=subscriber.client_id)
    subscription.end(now=utcnow())
    await session.flush()


async def _locked(session: AsyncSession, subscription_id: UUID, *, version: Expected, client_id: str) -> Subscription:
    query = select(Subscription).where(Subscription.id == subscription_id, Subscription.client_id == client_id)
    # Without the key: events that are being recorded refer to the subscription and need not wait for this.
    subscription = (await session.execute(query.with_for_update(key_share=True))).scalar_one_or_none()
    if subscription is None:
        raise NoSuchSubscription
    subscription.expect(version)
    return subscription


def _once(types: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(types))


# A delivery is due at once, unless an earlier one of the same case waits for the same subscription: then it has no time
# until that one is settled. Locking the last that waits makes the two agree: whoever settles it does so before (and it
# no longer waits) or after (and sees this one, and gives it its time).
_OFFER = text("""
    INSERT INTO deliveries (subscription_id, position, case_id, client_id, next_attempt_at)
    SELECT s.id, :position, :case_id, s.client_id, CASE WHEN earlier.position IS NULL THEN now() END
    FROM subscriptions s
    LEFT JOIN LATERAL (
        SELECT d.position FROM deliveries d
        WHERE d.subscription_id = s.id AND d.case_id = :case_id AND d.state = 'pending'
        ORDER BY d.position DESC LIMIT 1 FOR UPDATE
    ) earlier ON true
    WHERE s.status <> 'ended' AND s.acts_as && :readers AND (s.types = '{}' OR :type = ANY (s.types))
""").bindparams(bindparam("case_id", type_=Uuid()), bindparam("readers", type_=ARRAY(Text())))


async def offer(session: AsyncSession, *, position: int, case_id: UUID, type_: str, readers: Sequence[str]) -> None:
    """Make a delivery of the event for every subscription that takes it and may see it."""
    await session.execute(_OFFER, {"position": position, "case_id": case_id, "type": type_, "readers": list(readers)})
