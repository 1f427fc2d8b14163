"""Events about a subscription, for its owner and nobody else."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.subscriptions.models import Subscription
from rtp_shared.contracts.events import compute_digest, read
from rtp_shared.contracts.gateway import SubscriptionEvent
from rtp_shared.identities import SYSTEM
from rtp_shared.outbox import Outbox


async def publish_notice(
    session: AsyncSession, outbox: Outbox, subscription: Subscription, event: SubscriptionEvent
) -> UUID:
    """Publish an event about the subscription, whose row is locked; return the event's id."""
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
