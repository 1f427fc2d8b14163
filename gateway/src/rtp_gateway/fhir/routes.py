"""Subscriptions for FHIR clients: HTTP in, HTTP out. Shaped as NHS MNS has it, in valid FHIR R4."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from rtp_gateway.fhir import commands, mapping, queries
from rtp_gateway.fhir.errors import NotInFhir
from rtp_gateway.fhir.outcomes import FhirEdge, FhirResponse
from rtp_gateway.fhir.schemas import OperationOutcome, SearchSet, SubscriptionResource
from rtp_gateway.subscriptions.commands import end_subscription
from rtp_gateway.subscriptions.models import Subscription
from rtp_gateway.subscriptions.routes import Reader, SubscriptionKit, Writer
from rtp_shared.dependencies import Session
from rtp_shared.etags import Expected, format_etag
from rtp_shared.paging import cut, decode_cursor, encode_cursor

PATH = "/fhir/R4/Subscription"

fhir = APIRouter(
    prefix=PATH,
    tags=["FHIR"],
    route_class=FhirEdge,
    default_response_class=FhirResponse,
    responses={"4XX": {"model": OperationOutcome, "description": "The request was refused; the outcome says why"}},
)


async def _public_url(request: Request) -> str:
    url: str = request.app.state.runtime.settings.public_url
    return url


async def _expected(
    if_match: Annotated[
        str | None, Header(alias="If-Match", description='What you read is at, as W/"3"; left out: whatever it is at')
    ] = None,
) -> Expected | None:
    # FHIR writes the version as a weak ETag, also where it is to be compared strongly.
    if if_match is None:
        return None
    tags = frozenset(tag.strip().removeprefix("W/") for tag in if_match.split(","))
    return Expected(None if "*" in tags else tags)


PublicUrl = Annotated[str, Depends(_public_url)]
Version = Annotated[Expected | None, Depends(_expected)]
ResourceId = Annotated[UUID, Path(description="The subscription's id")]
Count = Annotated[int, Query(alias="_count", ge=1, le=200, description="How many at the most")]
ContinueFrom = Annotated[str | None, Query(max_length=500, description="From the `next` link of the page before")]


def _documented(model: type[Any], status: int = 200) -> dict[str, Any]:
    return {"response_model": None, "responses": {status: {"model": model}}}


@fhir.post("", status_code=201, **_documented(SubscriptionResource, 201))
async def create_fhir_subscription(
    resource: SubscriptionResource,
    principal: Writer,
    session: Session,
    kit: SubscriptionKit,
    public_url: PublicUrl,
    request: Request,
) -> Response:
    """Subscribe in FHIR: events of the cases you may see are sent to you from now on.

    **rest-hook**: each comes by POST to your `endpoint`, signed as Standard Webhooks say with the secret in the
    extension `webhook-secret` of this answer. **message**: the extension `queue-access` says where your own AMQP
    queue is and how to read it. Keep either: they are shown this once.

    `criteria` is one `eventType` and any number of further conditions, joined by `AND`: route, sector, region,
    employer, commissioner, caseid, subject. An event type is named as in
    `rtp-applications-case-submitted-1`, which stands for `org.righttoprovide.applications.case-submitted.v1`.

    `payload` application/fhir+json gives a Bundle of type history that is valid for NHS MNS's signal schema;
    application/json the CloudEvent as published. The Bundle's parameter `notification-event` has the extension
    `event-chain` with `sequence`, `previoushash` and `eventhash`. `end` and `contact` are kept and given back; as with
    MNS, nothing is ended by `end`. All else about deliveries is as with `POST /v1/subscriptions`, where
    credentials can be set too. 409 if you have a subscription for the same criteria at the same endpoint.
    """
    made = await commands.subscribe(session, resource, subscriber=principal, kit=kit)
    document = mapping.resource(made.subscription, public_url=public_url)
    # What is kept for a repetition by Idempotency-Key must not hold a secret in the clear.
    request.state.stored_body = FhirResponse(document).body
    once = mapping.secrets(public_url=public_url, secret=made.keyring.secret, queue=made.queue)
    answer = {**document, "extension": [*document.get("extension", ()), *once]}
    headers = {"Location": f"{public_url}{PATH}/{made.subscription.id}", "Cache-Control": "no-store"}
    return FhirResponse(answer, status_code=201, headers={**headers, "ETag": _etag(made.subscription)})


@fhir.get("", **_documented(SearchSet))
async def list_fhir_subscriptions(
    principal: Reader, session: Session, public_url: PublicUrl, count: Count = 50, continue_from: ContinueFrom = None
) -> Response:
    """List your subscriptions in FHIR, newest first: a Bundle of type searchset, with a `next` link where more follow.

    Those that FHIR cannot say (several types, other filters than equality, thin payload) are at /v1/subscriptions
    alone, and so are those that have ended. A page may be shorter than `_count`. `total` is not counted.
    """
    key = decode_cursor(continue_from, UUID, name="continue_from")
    rows = await queries.list_subscriptions(
        session, client_id=principal.client_id, limit=count, after=key[0] if key else None
    )
    page, last = cut(rows, count)
    links = [_link("self", public_url, count, continue_from)]
    if last is not None:
        links.append(_link("next", public_url, count, encode_cursor(last.id)))
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": links}
    if entries := [_entry(each, public_url) for each in page if mapping.is_in_fhir(each)]:
        bundle["entry"] = entries  # FHIR has no empty lists
    return FhirResponse(bundle)


@fhir.get("/{subscription_id}", **_documented(SubscriptionResource))
async def get_fhir_subscription(
    subscription_id: ResourceId, principal: Reader, session: Session, public_url: PublicUrl
) -> Response:
    """Read a subscription of yours in FHIR.

    `status` is requested while your endpoint has not consented, off while it is paused, and error when all attempts of
    three days failed.
    """
    return _shown(await queries.get_subscription(session, subscription_id, client_id=principal.client_id), public_url)


@fhir.put("/{subscription_id}", **_documented(SubscriptionResource))
async def replace_fhir_subscription(
    subscription_id: ResourceId,
    resource: SubscriptionResource,
    version: Version,
    principal: Writer,
    session: Session,
    kit: SubscriptionKit,
    public_url: PublicUrl,
) -> Response:
    """Replace a subscription of yours. The secret and the type of channel stay, and so does what FHIR cannot say.

    `status` off pauses it: events wait, in order. requested lets it go on, and so does active if it was off.
    """
    held = await queries.get_subscription(session, subscription_id, client_id=principal.client_id)
    if not mapping.is_in_fhir(held):
        raise NotInFhir
    changed = await commands.replace(session, resource, held, version=version, subscriber=principal, kit=kit)
    return _shown(changed, public_url)


@fhir.delete("/{subscription_id}", status_code=204)
async def end_fhir_subscription(
    subscription_id: ResourceId, version: Version, principal: Writer, session: Session, kit: SubscriptionKit
) -> None:
    """End a subscription for good. What waits is cancelled; it can still be read at /v1/subscriptions."""
    held = await queries.get_subscription(session, subscription_id, client_id=principal.client_id)
    await end_subscription(session, held.id, version=version or Expected(None), subscriber=principal, kit=kit)


def _shown(subscription: Subscription, public_url: str) -> FhirResponse:
    document = mapping.resource(subscription, public_url=public_url)
    return FhirResponse(document, headers={"ETag": _etag(subscription)})


def _etag(subscription: Subscription) -> str:
    return "W/" + format_etag(subscription.version)


def _entry(subscription: Subscription, public_url: str) -> dict[str, Any]:
    return {
        "fullUrl": f"{public_url}{PATH}/{subscription.id}",
        "resource": mapping.resource(subscription, public_url=public_url),
        "search": {"mode": "match"},
    }


def _link(relation: str, public_url: str, count: int, continue_from: str | None) -> dict[str, str]:
    query = {"_count": count} | ({"continue_from": continue_from} if continue_from else {})
    return {"relation": relation, "url": f"{public_url}{PATH}?{urlencode(query)}"}
