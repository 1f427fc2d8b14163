"""The public keys of a subscription, for its owner: HTTP in, HTTP out."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from rtp_gateway.outbound.subscriptions.auth import Reader, SubscriptionId
from rtp_gateway.outbound.subscriptions.key_records import KeyRecord, list_keys
from rtp_gateway.outbound.subscriptions.models import Subscription
from rtp_gateway.outbound.subscriptions.queries import get_subscription
from rtp_gateway.outbound.subscriptions.schemas import Nothing, left_out
from rtp_shared.dependencies import After, Limit, Session
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.schemas import Output
from rtp_shared.web import create_router

subscription_keys = create_router(prefix="/v1/subscriptions/{subscription_id}", tags=["Subscriptions"])


class SubscriptionKeyView(Output):
    """A public key, and when `v1a` signatures were made with its private key."""

    public_key: str = Field(examples=["whpk_NtLr7rGkzmG8E5Vw3lUp5dRG7LpWGLKt2xXqPGyKZ8w="])
    since: datetime = Field(alias="from")
    until: datetime | Nothing = left_out("Left out of the current one")


@subscription_keys.get("/keys")
async def list_public_keys(
    subscription_id: SubscriptionId, principal: Reader, session: Session, limit: Limit = 50, after: After = None
) -> Page[SubscriptionKeyView]:
    """List every public key that this subscription's events were ever signed with, newest first.

    None of them goes: an event that you kept can be verified for as long as you keep it. While a rotation overlaps,
    events are signed with two or three. `from` is the time at which the subscription was made for a key that was there
    before this was recorded. The verifier takes the answer: `--keys FILE`.
    """
    key = decode_cursor(after, UUID)
    subscription = await get_subscription(session, subscription_id, client_id=principal.client_id)
    rows = await list_keys(session, subscription_id, limit=limit, after=key[0] if key else None)
    page, last = cut(rows, limit)
    return Page(items=[_describe(row, subscription) for row in page], next=last and encode_cursor(last.id))


def _describe(row: KeyRecord, subscription: Subscription) -> SubscriptionKeyView:
    ends = [each for each in (row.until, subscription.ended_at) if each]
    return SubscriptionKeyView(public_key=row.public_key, since=row.since, until=min(ends, default=None))
