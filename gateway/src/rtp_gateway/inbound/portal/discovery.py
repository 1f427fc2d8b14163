"""Lists the APIs for catalogues: by RFC 9727, and as GOV.UK's API catalogue harvests them."""

from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from rtp_gateway.inbound.portal.documents import get_public_url
from rtp_gateway.inbound.portal.pages import answer_kept
from rtp_gateway.types import JsonObject

discovery = APIRouter(include_in_schema=False)

PROFILE = "https://www.rfc-editor.org/info/rfc9727"
LINKSET = f'application/linkset+json; profile="{PROFILE}"'
HARVESTED = "application/vnd.uk.gov.api.v1alpha+json"


class Api(NamedTuple):
    """An API of the platform, with the addresses of its descriptions: each with its media type."""

    path: str
    name: str
    description: str
    machines: tuple[tuple[str, str], ...]
    people: str


APIS = (
    Api(
        "/v1",
        "Right to Provide",
        "Cases of employees of English councils and NHS bodies who ask to take over their service as a public service "
        "mutual: applications, advice, finance, and the events of all of them.",
        (
            ("/openapi.json", "application/vnd.oai.openapi+json;version=3.1"),
            ("/asyncapi.json", "application/vnd.aai.asyncapi+json;version=3.0.0"),
        ),
        "/docs",
    ),
    Api(
        "/fhir/R4",
        "Right to Provide events in FHIR",
        "Subscriptions to the events of cases in FHIR R4, for systems of health trusts.",
        (("/fhir/R4/metadata", "application/fhir+json"),),
        "/docs?q=FHIR",
    ),
    Api(
        "/v1/open-referral",
        "Advice and mentoring for public service mutuals",
        "The public directory of advisers, mentors and networks in Open Referral UK 3.0.",
        (("/openapi.json", "application/vnd.oai.openapi+json;version=3.1"),),
        "/docs?q=Open+Referral",
    ),
    Api(
        "/v1/common-grants",
        "Grants for public service mutuals",
        "Open grants in the CommonGrants protocol 0.4.",
        (("/openapi.json", "application/vnd.oai.openapi+json;version=3.1"),),
        "/docs?q=CommonGrants",
    ),
)


@discovery.api_route("/.well-known/api-catalog", methods=["GET", "HEAD"])
async def get_api_catalogue(request: Request) -> Response:
    base = get_public_url(request.app)
    here = f"{base}/.well-known/api-catalog"
    listed = {"anchor": here, "item": [{"href": f"{base}{api.path}", "title": api.name} for api in APIS]}
    answer = JSONResponse({"linkset": [listed, *(_describe(api, base) for api in APIS)]}, media_type=LINKSET)
    answer.headers["Link"] = f'<{here}>; rel="api-catalog"'
    return answer_kept(request, answer)


def _describe(api: Api, base: str) -> JsonObject:
    return {
        "anchor": f"{base}{api.path}",
        "service-desc": [{"href": f"{base}{path}", "type": media_type} for path, media_type in api.machines],
        "service-doc": [{"href": f"{base}{api.people}", "type": "text/html"}],
        "service-meta": [{"href": f"{base}/.well-known/oauth-authorization-server", "type": "application/json"}],
        "status": [{"href": f"{base}/status.json", "type": "application/json"}],
    }


@discovery.get("/apis")
async def list_apis(request: Request) -> Response:
    """List the APIs as GOV.UK's API catalogue harvests them (co-cddo/api-catalogue, v1alpha)."""
    base = get_public_url(request.app)
    apis = [
        {
            "api-version": "api.gov.uk/v1alpha",
            "data": {
                "name": api.name,
                "description": api.description,
                "url": f"{base}{api.path}",
                "contact": f"{base}/",
                "organisation": "right-to-provide",
                "documentation-url": f"{base}{api.people}",
            },
        }
        for api in APIS
    ]
    return answer_kept(request, JSONResponse({"apis": apis}, media_type=HARVESTED))
