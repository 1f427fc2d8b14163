"""Subscriptions for FHIR clients: HTTP in, HTTP out. Shaped as NHS MNS has it, in valid FHIR R4."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel

from rtp_gateway.outbound.deferred import DeferredTransaction
from rtp_gateway.outbound.fhir import commands, mapping, queries
from rtp_gateway.outbound.fhir.capabilities import LARGEST_PAGE
from rtp_gateway.outbound.fhir.errors import NotInFhir
from rtp_gateway.outbound.fhir.general import BASE, GeneralParameters, PublicUrl
from rtp_gateway.outbound.fhir.outcomes import FhirResponse, FhirRoute
from rtp_gateway.outbound.fhir.schemas import OperationOutcome, SearchSet, SubscriptionResource
from rtp_gateway.outbound.subscriptions.auth import Reader, Writer
from rtp_gateway.outbound.subscriptions.commands import end_subscription
from rtp_gateway.outbound.subscriptions.deps import Deps
from rtp_gateway.outbound.subscriptions.models import Subscription
from rtp_gateway.outbound.subscriptions.preparation import prepare_new
from rtp_gateway.types import JsonObject
from rtp_shared.dependencies import Now, OfferedVersion, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import cut, decode_cursor, encode_cursor

PATH = f"{BASE}/Subscription"

fhir = APIRouter(
    prefix=PATH,
    tags=["FHIR"],
    route_class=FhirRoute,
    default_response_class=FhirResponse,
    dependencies=[GeneralParameters],
    responses={"4XX": {"model": OperationOutcome, "description": "The request was refused; the outcome says why"}},
)

ResourceId = Annotated[UUID, Path(description="The subscription's id")]
Count = Annotated[
    int,
    Query(
        alias="_count",
        ge=0,
        description=f"How many at the most; more than {LARGEST_PAGE} count as {LARGEST_PAGE}, 0 gives the total alone",
    ),
]
ContinueFrom = Annotated[str | None, Query(max_length=500, description="From the `next` link of the page before")]


def _document(model: type[BaseModel], status: int = 200) -> JsonObject:
    return {"response_model": None, "responses": {status: {"model": model}}}


@fhir.post("", status_code=201, **_document(SubscriptionResource, 201))
async def create_fhir_subscription(
    resource: SubscriptionResource,
    principal: Writer,
    transaction: DeferredTransaction,
    deps: Deps,
    now: Now,
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
    details = mapping.to_details(resource)
    async with transaction.read() as session:
        await commands.require_no_match(session, details, client_id=principal.client_id)
    prepared = await prepare_new(details, client_id=principal.client_id, deps=deps, now=now)
    made = await commands.subscribe(
        await transaction.begin(), details, prepared, subscriber=principal, deps=deps, now=now
    )
    document = mapping.to_resource(made.subscription, public_url=public_url)
    # What is kept for a repetition by Idempotency-Key must not hold a secret in the clear.
    request.state.stored_body = FhirResponse(document).body
    once = mapping.describe_secrets(public_url=public_url, secret=made.keyring.secret, queue=made.queue)
    answer = {**document, "extension": [*document.get("extension", ()), *once]}
    headers = {"Location": f"{public_url}{PATH}/{made.subscription.id}", "Cache-Control": "no-store"}
    return FhirResponse(answer, status_code=201, headers={**headers, "ETag": _build_etag(made.subscription)})


@fhir.get("", **_document(SearchSet))
async def list_fhir_subscriptions(
    principal: Reader, session: Session, public_url: PublicUrl, count: Count = 50, continue_from: ContinueFrom = None
) -> Response:
    """List your subscriptions in FHIR, newest first: a Bundle of type searchset, with a `next` link where more follow.

    Those that FHIR cannot say (several types, other filters than equality, thin payload) are at /v1/subscriptions
    alone, and so are those that have ended. A page may be shorter than `_count`, and has at most 200; the `self` link
    says what was answered. `total` is counted where `_count` is 0, which gives nothing else.
    """
    count = min(count, LARGEST_PAGE)
    if count == 0:
        total = await queries.count_subscriptions(session, client_id=principal.client_id)
        return FhirResponse(_build_search_set(total=total, link=[_build_link("self", public_url, 0, None)]))
    key = decode_cursor(continue_from, UUID, name="continue_from")
    rows = await queries.list_subscriptions(
        session, client_id=principal.client_id, limit=count, after=key[0] if key else None
    )
    page, last = cut(rows, count)
    links = [_build_link("self", public_url, count, continue_from)]
    if last is not None:
        links.append(_build_link("next", public_url, count, encode_cursor(last.id)))
    entries = [_build_entry(each, public_url) for each in page if mapping.is_in_fhir(each)]
    # FHIR has no empty lists.
    return FhirResponse(_build_search_set(link=links, **({"entry": entries} if entries else {})))


@fhir.get("/{subscription_id}", **_document(SubscriptionResource))
async def get_fhir_subscription(
    subscription_id: ResourceId, principal: Reader, session: Session, public_url: PublicUrl
) -> Response:
    """Read a subscription of yours in FHIR.

    `status` is requested while your endpoint has not consented, off while it is paused, and error when all attempts of
    three days failed.
    """
    return _show(await queries.get_subscription(session, subscription_id, client_id=principal.client_id), public_url)


@fhir.put("/{subscription_id}", **_document(SubscriptionResource))
async def replace_fhir_subscription(
    subscription_id: ResourceId,
    resource: SubscriptionResource,
    version: OfferedVersion,
    principal: Writer,
    transaction: DeferredTransaction,
    deps: Deps,
    now: Now,
    public_url: PublicUrl,
) -> Response:
    """Replace a subscription of yours. The secret and the type of channel stay, and so does what FHIR cannot say.

    `status` off pauses it: events wait, in order. requested lets it go on, and so does active if it was off.
    """
    async with transaction.read() as session:
        held = await queries.get_subscription(session, subscription_id, client_id=principal.client_id)
    if not mapping.is_in_fhir(held):
        raise NotInFhir
    prepared = await commands.prepare_replacement(resource, held, version=version, deps=deps, now=now)
    changed = await commands.replace(
        await transaction.begin(), resource, held, prepared, subscriber=principal, deps=deps, now=now
    )
    return _show(changed, public_url)


@fhir.delete("/{subscription_id}", status_code=204)
async def end_fhir_subscription(
    subscription_id: ResourceId, version: OfferedVersion, principal: Writer, session: Session, now: Now
) -> None:
    """End a subscription for good. What waits is cancelled; it can still be read at /v1/subscriptions."""
    held = await queries.get_subscription(session, subscription_id, client_id=principal.client_id)
    await end_subscription(session, held.id, version=version, subscriber=principal, now=now)


def _show(subscription: Subscription, public_url: str) -> FhirResponse:
    document = mapping.to_resource(subscription, public_url=public_url)
    return FhirResponse(document, headers={"ETag": _build_etag(subscription)})


def _build_etag(subscription: Subscription) -> str:
    return "W/" + format_etag(subscription.version)


def _build_search_set(**members: object) -> JsonObject:
    return {"resourceType": "Bundle", "type": "searchset", **members}


def _build_entry(subscription: Subscription, public_url: str) -> JsonObject:
    return {
        "fullUrl": f"{public_url}{PATH}/{subscription.id}",
        "resource": mapping.to_resource(subscription, public_url=public_url),
        "search": {"mode": "match"},
    }


def _build_link(relation: str, public_url: str, count: int, continue_from: str | None) -> dict[str, str]:
    query = {"_count": count} | ({"continue_from": continue_from} if continue_from else {})
    return {"relation": relation, "url": f"{public_url}{PATH}?{urlencode(query)}"}
