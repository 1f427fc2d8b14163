"""Subscriptions: HTTP in, HTTP out. Shaped as the CloudEvents Subscriptions API (draft 0.2-wip)."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Header, Path, Request, Response

from rtp_gateway.outbound.deferred import ASKS_OUTSIDE, DeferredRoute, DeferredTransaction, LateTransaction
from rtp_gateway.outbound.subscriptions import commands, consents, preparation, queries
from rtp_gateway.outbound.subscriptions.auth import Anyone, Reader, SubscriptionId, Writer
from rtp_gateway.outbound.subscriptions.deps import Deps
from rtp_gateway.outbound.subscriptions.models import Subscription, SubscriptionStatus
from rtp_gateway.outbound.subscriptions.replacement import Replacement
from rtp_gateway.outbound.subscriptions.schemas import (
    NewSubscription,
    Offer,
    Rotated,
    Rotation,
    SubscriptionChanges,
    SubscriptionMade,
    SubscriptionView,
    TestSent,
)
from rtp_gateway.outbound.subscriptions.views import (
    describe,
    describe_made,
    describe_offer,
    describe_rotated,
    dump_without_secrets,
)
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.identities import Principal
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor

subscriptions = APIRouter(route_class=DeferredRoute, prefix="/v1/subscriptions", tags=["Subscriptions"])


Token = Annotated[str, Path(min_length=20, max_length=100, description="The secret in the address that we gave")]
AllowedRate = Annotated[
    str | None,
    Header(alias="WebHook-Allowed-Rate", max_length=20, description="Deliveries a minute that are allowed, or *"),
]


@subscriptions.post("", status_code=201, responses=ASKS_OUTSIDE)
async def create_subscription(
    details: NewSubscription,
    principal: Writer,
    transaction: DeferredTransaction,
    deps: Deps,
    now: Now,
    request: Request,
    response: Response,
) -> SubscriptionMade:
    """Subscribe: events of the cases you may see are sent to you from now on.

    **HTTP**: each comes by POST as a CloudEvent (or as the form of `payload`), signed with the `secret` of this answer
    and with the key that `publicKey` belongs to, as Standard Webhooks say (v1, v1a). Keep the secret: it is not shown
    again. Answer with any 2xx within 15 seconds; otherwise the event is sent again over three days, and later events
    of the same case wait until it is through. 410 ends the subscription. With `handshake` your sink is asked for its
    consent first, and until it gives it the subscription is `pending`. `warnings` says what was taken and may not be
    meant: on a platform for trials, a sink at an address of the platform's own machine or network, or by http.

    **AMQP**, where OPTIONS of this address says that it is offered: `queue` says where your own queue is and how to
    read it. It is made within seconds, and until it is there the subscription is `provisioning`.

    An event may come twice: `webhook-id` (`message_id`) is then the same, for this subscription, which
    `webhook-subscription` names, and for the same `webhook-replay`. Events in order, one case at a time; other
    cases do not wait. Filters: exact, prefix, suffix, all, any, not, on attributes and on declared fields as
    `data.name`. At most 50 subscriptions for each client.

    Members in lower case are those of the CloudEvents Subscriptions API (draft); an `id` is ignored, as it says. Where
    this differs from the draft stands in the guide, docs/receiving-events.md.
    """
    prepared = await preparation.prepare_new(details, client_id=principal.client_id, deps=deps, now=now)
    secrets = await commands.create_subscription(
        await transaction.begin(), prepared, protocol=details.protocol, subscriber=principal, deps=deps, now=now
    )
    answer = describe_made(secrets)
    # What is kept for a repetition by Idempotency-Key must not hold a secret in the clear.
    request.state.stored_body = dump_without_secrets(answer)
    response.headers["Location"] = f"/v1/subscriptions/{secrets.subscription.id}"
    response.headers["ETag"] = format_etag(secrets.subscription.version)
    response.headers["Cache-Control"] = "no-store"
    return answer


@subscriptions.get("")
async def list_subscriptions(
    principal: Reader,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    status: SubscriptionStatus | None = None,
) -> Page[SubscriptionView]:
    """List your subscriptions, newest first, also those that have ended.

    The CloudEvents draft answers with a bare array, and with 204 where there is none. Here, as in every list of this
    platform, the subscriptions are `items` of an object with the `next` cursor, and there may be none.
    """
    key = decode_cursor(after, UUID)
    rows = await queries.list_subscriptions(
        session, client_id=principal.client_id, limit=limit, after=key[0] if key else None, status=status
    )
    page, last = cut(rows, limit)
    return Page(items=[describe(row) for row in page], next=last and encode_cursor(last.id))


@subscriptions.options("")
async def discover(_: Anyone, deps: Deps, response: Response) -> Offer:
    """Discover which of the four ways to receive events this platform offers, before one is tried, and what it takes.

    `Allow` says what this address takes (CloudEvents Subscriptions API: discovery). No token is needed.
    """
    response.headers["Allow"] = "GET, POST, OPTIONS"
    return describe_offer(queues=deps.queues is not None)


@subscriptions.get("/{subscription_id}")
async def get_subscription(
    subscription_id: SubscriptionId, principal: Reader, session: Session, response: Response
) -> SubscriptionView:
    """Read a subscription of yours. What it has not got, such as a `source`, is left out, and never null."""
    row = await queries.get_subscription(session, subscription_id, client_id=principal.client_id)
    return _show(row, response)


@subscriptions.patch("/{subscription_id}", responses=ASKS_OUTSIDE)
async def change_subscription(
    subscription_id: SubscriptionId,
    changes: SubscriptionChanges,
    version: ExpectedVersion,
    principal: Writer,
    transaction: DeferredTransaction,
    deps: Deps,
    now: Now,
    response: Response,
) -> SubscriptionView:
    """Change what you name; the secret and the protocol stay.

    `onSinkChange` says what becomes of events that wait when the sink changes. Types, source and filters count for
    events from now on.
    """
    seen = await _read_seen(transaction, subscription_id, principal)
    prepared = await preparation.prepare_change(seen, changes, version=version, deps=deps, now=now)
    subscription = await commands.change_subscription(
        await transaction.begin(), subscription_id, prepared, subscriber=principal, deps=deps, now=now
    )
    return _show(subscription, response)


@subscriptions.put("/{subscription_id}", responses=ASKS_OUTSIDE)
async def replace_subscription(
    subscription_id: SubscriptionId,
    details: Replacement,
    version: ExpectedVersion,
    principal: Writer,
    transaction: DeferredTransaction,
    deps: Deps,
    now: Now,
    response: Response,
) -> SubscriptionView:
    """Change all of it: what you leave out is as in a new subscription. The secret and the protocol stay.

    What you read can be written back, changed or not: nothing changes then, and the version stays. A `sinkcredential`
    by its kind alone, as reads show it, stays as it is. `id` must be the one in the path (the draft says so too);
    `status` and `secret` are refused where they ask for a change that is an action's; the other members that are not
    yours to choose are ignored.
    """
    seen = await _read_seen(transaction, subscription_id, principal)
    prepared = await preparation.prepare_change(seen, details, version=version, deps=deps, now=now)
    subscription = await commands.change_subscription(
        await transaction.begin(), subscription_id, prepared, subscriber=principal, deps=deps, now=now
    )
    return _show(subscription, response)


@subscriptions.delete("/{subscription_id}", status_code=204)
async def end_subscription(
    subscription_id: SubscriptionId, version: ExpectedVersion, principal: Writer, session: Session, now: Now
) -> None:
    """End a subscription for good. What waits is cancelled; the subscription and its deliveries can still be read.

    Of AMQP the queue goes too, with what you have not read of it. The CloudEvents draft gives the subscription back,
    with 200; here the answer is empty, and a GET shows it as `ended`.
    """
    await commands.end_subscription(session, subscription_id, version=version, subscriber=principal, now=now)


@subscriptions.options("/{subscription_id}", status_code=204)
async def discover_one(subscription_id: SubscriptionId, _: Anyone, response: Response) -> None:
    """What can be done with one subscription (CloudEvents Subscriptions API: discovery)."""
    response.headers["Allow"] = "GET, PUT, PATCH, DELETE, OPTIONS"


@subscriptions.post("/{subscription_id}/actions/pause")
async def pause(
    subscription_id: SubscriptionId,
    version: ExpectedVersion,
    principal: Writer,
    session: Session,
    now: Now,
    response: Response,
) -> SubscriptionView:
    """Stop sending. Events wait, in order, until you resume."""
    return _show(
        await commands.pause(session, subscription_id, version=version, subscriber=principal, now=now), response
    )


@subscriptions.post("/{subscription_id}/actions/resume", responses=ASKS_OUTSIDE)
async def resume(
    subscription_id: SubscriptionId,
    version: ExpectedVersion,
    principal: Writer,
    transaction: DeferredTransaction,
    deps: Deps,
    now: Now,
    response: Response,
) -> SubscriptionView:
    """Send again what waits, in order. Of a disabled subscription, dead letters are tried again too.

    Of an active subscription, too: what failed is due at once, however long it would wait by its schedule or because
    your sink asked for a pause, and begins its schedule anew. So call it when your sink is well again. Dead letters of
    an active one stay; replay or skip them. A subscription that is `pending` asks its sink for its consent again.
    """
    seen = await _read_seen(transaction, subscription_id, principal)
    prepared = await preparation.prepare_resumption(seen, version=version, deps=deps)
    subscription = await commands.resume(
        await transaction.begin(), subscription_id, prepared, subscriber=principal, deps=deps, now=now
    )
    return _show(subscription, response)


@subscriptions.post("/{subscription_id}/actions/rotate-secret")
async def rotate_secret(
    subscription_id: SubscriptionId,
    rotation: Annotated[Rotation, Body(default_factory=Rotation, description="May be left out")],
    version: ExpectedVersion,
    principal: Writer,
    session: Session,
    deps: Deps,
    now: Now,
    request: Request,
    response: Response,
) -> Rotated:
    """Get a new secret and a new key pair; both generations sign until the overlap is over.

    A verifier that knows either accepts, so nothing is lost while you change yours over. No former one outlives the
    overlap of a later rotation: one with `overlapHours` 0 ends all of them at once, as when a secret leaked. `keys`
    lists all public keys that there ever were. Of AMQP you get a new password: within seconds it holds, and the former
    one holds no more.
    """
    secrets = await commands.rotate(
        session,
        subscription_id,
        version=version,
        overlap=timedelta(hours=rotation.overlap_hours),
        subscriber=principal,
        deps=deps,
        now=now,
    )
    answer = describe_rotated(secrets)
    request.state.stored_body = dump_without_secrets(answer)
    response.headers["ETag"] = format_etag(secrets.subscription.version)
    response.headers["Cache-Control"] = "no-store"
    return answer


@subscriptions.post("/{subscription_id}/actions/test", status_code=202)
async def send_test(
    subscription_id: SubscriptionId, principal: Writer, session: Session, deps: Deps, now: Now
) -> TestSent:
    """Have a test event sent to this subscription alone, by the way that every event takes.

    Its type is `org.righttoprovide.gateway.subscription-tested.v1`. It is tried again as any other.
    """
    event_id = await commands.send_test(session, subscription_id, subscriber=principal, deps=deps, now=now)
    return TestSent(event_id=event_id)


@subscriptions.get("/consents/{token}", status_code=204)
async def consent_by_get(token: Token, _: Anyone, request: Request, now: Now, allowed_rate: AllowedRate = None) -> None:
    """For sinks: consent to be sent events, by the address that our OPTIONS request gave (CloudEvents webhooks 4.1)."""
    await _accept_consent(request, token, allowed_rate, now)


@subscriptions.post("/consents/{token}", status_code=204)
async def consent(token: Token, _: Anyone, request: Request, now: Now, allowed_rate: AllowedRate = None) -> None:
    """For sinks: consent to be sent events, by the address that our OPTIONS request gave (CloudEvents webhooks 4.1)."""
    await _accept_consent(request, token, allowed_rate, now)


async def _accept_consent(request: Request, token: str, allowed_rate: str | None, now: datetime) -> None:
    # Whoever holds the secret acts for the sink, and is no client: neither readers nor a read-only GET would fit.
    async with request.app.state.runtime.database.transaction() as session:
        await consents.consent(session, token, allowed_rate=allowed_rate, now=now)


async def _read_seen(transaction: LateTransaction, subscription_id: UUID, principal: Principal) -> Subscription:
    async with transaction.read() as session:
        return await queries.get_subscription(session, subscription_id, client_id=principal.client_id)


def _show(subscription: Subscription, response: Response) -> SubscriptionView:
    response.headers["ETag"] = format_etag(subscription.version)
    return describe(subscription)
