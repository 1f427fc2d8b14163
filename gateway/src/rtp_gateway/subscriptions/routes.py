"""HTTP in, HTTP out."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from rtp_gateway.cursors import CursorRule
from rtp_gateway.subscriptions import commands, queries
from rtp_gateway.subscriptions.models import DeliveryState, SubscriptionStatus
from rtp_gateway.subscriptions.schemas import (
    DeliveryView,
    NewSubscription,
    SubscriptionChanges,
    SubscriptionMade,
    SubscriptionView,
)
from rtp_gateway.subscriptions.signing import Safe
from rtp_gateway.subscriptions.sinks import Sinks
from rtp_shared.auth import Access, Principal
from rtp_shared.etags import ExpectedVersion, etag
from rtp_shared.paging import After, Limit, Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import Session, router

subscriptions = router(prefix="/v1/subscriptions", tags=["Subscriptions"])


async def _sinks(request: Request) -> Sinks:
    sinks: Sinks = request.app.state.sinks
    return sinks


async def _safe(request: Request) -> Safe:
    safe: Safe = request.app.state.safe
    return safe


Reader = Annotated[Principal, Depends(Access("subscriptions:read"))]
Writer = Annotated[Principal, Depends(Access("subscriptions:write"))]
SinkRule = Annotated[Sinks, Depends(_sinks)]
SecretSafe = Annotated[Safe, Depends(_safe)]
SubscriptionId = Annotated[UUID, Path(description="The subscription's id")]


@subscriptions.post("", status_code=201)
async def create_subscription(
    details: NewSubscription,
    principal: Writer,
    session: Session,
    sinks: SinkRule,
    safe: SecretSafe,
    request: Request,
    response: Response,
) -> SubscriptionMade:
    """Subscribe: events of the cases you may see are sent to your sink from now on.

    Each comes by POST as a CloudEvent, signed with the `secret` of this answer as Standard Webhooks say. Keep the
    secret: it is not shown again. Answer with any 2xx within 15 seconds; otherwise the event is sent again over three
    days, and later events of the same case wait until it is through. 410 ends the subscription. An event may come
    twice: `webhook-id` is then the same.
    """
    subscription, secret = await commands.create_subscription(
        session,
        sink=details.sink,
        types=details.types,
        description=details.description,
        subscriber=principal,
        sinks=sinks,
        safe=safe,
    )
    view = SubscriptionView.model_validate(subscription).model_dump()
    # What is kept for a repetition by Idempotency-Key must not hold the secret in the clear.
    request.state.kept_body = SubscriptionMade(**view, secret=None).model_dump_json(by_alias=True).encode()
    response.headers["Location"] = f"/v1/subscriptions/{subscription.id}"
    response.headers["ETag"] = etag(subscription.version)
    response.headers["Cache-Control"] = "no-store"
    return SubscriptionMade(**view, secret=secret)


@subscriptions.get("")
async def list_subscriptions(
    principal: Reader,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    status: SubscriptionStatus | None = None,
) -> Page[SubscriptionView]:
    """List your subscriptions, newest first, also those that have ended."""
    key = decode_cursor(after, UUID)
    rows = await queries.list_subscriptions(
        session, client_id=principal.client_id, limit=limit, after=key[0] if key else None, status=status
    )
    page, last = cut(rows, limit)
    return Page(items=[SubscriptionView.model_validate(row) for row in page], next=last and encode_cursor(last.id))


@subscriptions.get("/{subscription_id}")
async def get_subscription(
    subscription_id: SubscriptionId, principal: Reader, session: Session, response: Response
) -> SubscriptionView:
    """Read a subscription of yours."""
    row = await queries.get_subscription(session, subscription_id, client_id=principal.client_id)
    return _shown(row, response)


@subscriptions.patch("/{subscription_id}")
async def change_subscription(
    subscription_id: SubscriptionId,
    changes: SubscriptionChanges,
    version: ExpectedVersion,
    principal: Writer,
    session: Session,
    sinks: SinkRule,
    response: Response,
) -> SubscriptionView:
    """Change the sink, the types or the description, pause, or go on. The secret stays.

    Events that wait are sent to the sink that holds when they are sent. Types count for events from now on.
    """
    subscription = await commands.change_subscription(
        session,
        subscription_id,
        version=version,
        changes=changes.model_dump(exclude_unset=True),
        subscriber=principal,
        sinks=sinks,
    )
    return _shown(subscription, response)


@subscriptions.delete("/{subscription_id}", status_code=204)
async def end_subscription(
    subscription_id: SubscriptionId, version: ExpectedVersion, principal: Writer, session: Session
) -> None:
    """End a subscription for good. What waits is cancelled; the subscription and its deliveries can still be read."""
    await commands.end_subscription(session, subscription_id, version=version, subscriber=principal)


@subscriptions.get("/{subscription_id}/deliveries")
async def list_deliveries(
    subscription_id: SubscriptionId,
    principal: Reader,
    session: Session,
    cursors: CursorRule,
    limit: Limit = 50,
    after: After = None,
    state: DeliveryState | None = None,
) -> Page[DeliveryView]:
    """List what was and is to be delivered to a subscription of yours, newest event first."""
    list_ = f"deliveries:{subscription_id}"
    position = cursors.position(list_, after)
    await queries.get_subscription(session, subscription_id, client_id=principal.client_id)
    rows = await queries.list_deliveries(session, subscription_id, limit=limit, after=position, state=state)
    page, last = cut(rows, limit)
    return Page(
        items=[DeliveryView.model_validate(row) for row in page], next=last and cursors.make(list_, last.position)
    )


def _shown(subscription: Any, response: Response) -> SubscriptionView:
    response.headers["ETag"] = etag(subscription.version)
    return SubscriptionView.model_validate(subscription)
