"""What a FHIR client can do with its subscriptions, by way of what every client can."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.deliveries.circuit import revive
from rtp_gateway.fhir import mapping, queries
from rtp_gateway.fhir.errors import SubscriptionExists
from rtp_gateway.fhir.schemas import SubscriptionResource
from rtp_gateway.subscriptions import commands
from rtp_gateway.subscriptions.commands import Made, Subscriber
from rtp_gateway.subscriptions.kit import Kit
from rtp_gateway.subscriptions.models import Subscription, SubscriptionStatus
from rtp_shared.clock import utcnow
from rtp_shared.etags import Expected, format_etag

# Two at once would both find nothing that matches. A client's own, until its transaction ends.
_ONE_BY_ONE = text("SELECT pg_advisory_xact_lock(hashtextextended('fhir ' || :client_id, 0))")


async def subscribe(session: AsyncSession, resource: SubscriptionResource, *, subscriber: Subscriber, kit: Kit) -> Made:
    """A new subscription, unless the client has a matching one."""
    details = mapping.details(resource)
    await session.execute(_ONE_BY_ONE, {"client_id": subscriber.client_id})
    if there := await queries.find_matching(session, details, client_id=subscriber.client_id):
        raise SubscriptionExists(f"a matching subscription already exists with id: {there}")
    return await commands.create_subscription(session, details=details, subscriber=subscriber, kit=kit)


async def replace(
    session: AsyncSession,
    resource: SubscriptionResource,
    held: Subscription,
    *,
    version: Expected | None,
    subscriber: Subscriber,
    kit: Kit,
) -> Subscription:
    """Change what FHIR can say of a subscription, as it was read; then pause or resume it where that is asked for."""
    subscription = await commands.change_subscription(
        session,
        held.id,
        version=version or Expected(frozenset({format_etag(held.version)})),
        details=mapping.changes(resource, held),
        subscriber=subscriber,
        kit=kit,
    )
    if resource.status == "off" and held.status is not SubscriptionStatus.PAUSED:
        return await commands.pause(session, held.id, version=Expected(None), subscriber=subscriber)
    if held.status in _RESUMED_BY.get(resource.status, ()):
        subscription, was_disabled = await commands.resume(
            session, held.id, version=Expected(None), subscriber=subscriber, kit=kit
        )
        if was_disabled:
            await revive(session, held.id, now=utcnow())
    return subscription


_RESUMED_BY = {
    "requested": (SubscriptionStatus.PAUSED, SubscriptionStatus.DISABLED, SubscriptionStatus.PENDING),
    "active": (SubscriptionStatus.PAUSED,),
}
"""A client that writes back what it read changes nothing; only `requested` asks anew."""
