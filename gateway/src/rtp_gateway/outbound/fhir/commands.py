"""Commands of FHIR clients about their subscriptions, by way of those of every client."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.fhir import mapping, queries
from rtp_gateway.outbound.fhir.errors import SubscriptionExists
from rtp_gateway.outbound.fhir.schemas import SubscriptionResource
from rtp_gateway.outbound.subscriptions import commands
from rtp_gateway.outbound.subscriptions.commands import Subscriber, SubscriptionSecrets
from rtp_gateway.outbound.subscriptions.deps import SubscriptionDeps
from rtp_gateway.outbound.subscriptions.models import Subscription, SubscriptionStatus
from rtp_gateway.outbound.subscriptions.preparation import Prepared, PreparedChange, prepare_change
from rtp_gateway.outbound.subscriptions.schemas import NewSubscription
from rtp_shared.etags import ANY_VERSION, Expected

# Two at once would both find nothing that matches. A client's own, until its transaction ends.
_ONE_BY_ONE = text("SELECT pg_advisory_xact_lock(hashtextextended('fhir ' || :client_id, 0))")


async def subscribe(
    session: AsyncSession,
    details: NewSubscription,
    prepared: Prepared,
    *,
    subscriber: Subscriber,
    deps: SubscriptionDeps,
    now: datetime,
) -> SubscriptionSecrets:
    """Make a subscription, unless the client has a matching one."""
    await session.execute(_ONE_BY_ONE, {"client_id": subscriber.client_id})
    await require_no_match(session, details, client_id=subscriber.client_id)
    return await commands.create_subscription(
        session, prepared, protocol=details.protocol, subscriber=subscriber, deps=deps, now=now
    )


async def require_no_match(session: AsyncSession, details: NewSubscription, *, client_id: str) -> None:
    """Refuse what the client has a subscription for already."""
    if there := await queries.find_matching(session, details, client_id=client_id):
        raise SubscriptionExists(f"a matching subscription already exists with id: {there}")


async def prepare_replacement(
    resource: SubscriptionResource,
    held: Subscription,
    *,
    version: Expected,
    deps: SubscriptionDeps,
    now: datetime,
) -> PreparedChange:
    """Check a change of the subscription as it was read, and ask its sink where that is due."""
    return await prepare_change(
        held,
        mapping.to_changes(resource, held),
        version=Expected.at(held.version) if version == ANY_VERSION else version,
        deps=deps,
        now=now,
        resumes=_is_resumed(resource, held),
    )


async def replace(
    session: AsyncSession,
    resource: SubscriptionResource,
    held: Subscription,
    prepared: PreparedChange,
    *,
    subscriber: Subscriber,
    deps: SubscriptionDeps,
    now: datetime,
) -> Subscription:
    """Change what FHIR can say of a subscription, as it was read; then pause or resume it where that is asked for."""
    subscription = await commands.change_subscription(
        session, held.id, prepared, subscriber=subscriber, deps=deps, now=now
    )
    if resource.status == "off" and held.status is not SubscriptionStatus.PAUSED:
        return await commands.pause(session, held.id, version=Expected(None), subscriber=subscriber, now=now)
    if _is_resumed(resource, held):
        resumption = PreparedChange({}, prepared.check, Expected(None))
        return await commands.resume(session, held.id, resumption, subscriber=subscriber, deps=deps, now=now)
    return subscription


def _is_resumed(resource: SubscriptionResource, held: Subscription) -> bool:
    return held.status in _RESUMED_BY.get(resource.status, ())


_RESUMED_BY = {
    "requested": (SubscriptionStatus.PAUSED, SubscriptionStatus.DISABLED, SubscriptionStatus.PENDING),
    "active": (SubscriptionStatus.PAUSED,),
}
"""A client that writes back what it read changes nothing; only `requested` asks anew."""
