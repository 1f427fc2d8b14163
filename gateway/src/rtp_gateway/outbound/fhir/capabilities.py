"""The CapabilityStatement of FHIR R4: an account of what this very installation offers below the FHIR base."""

from collections.abc import Sequence

from rtp_gateway.forms.signals import CONTENT_TYPE
from rtp_gateway.outbound.fhir.definitions import FHIR_VERSION, PUBLISHED
from rtp_gateway.outbound.fhir.general import BASE
from rtp_gateway.types import JsonObject

LARGEST_PAGE = 200
"""Subscriptions in a page; who asks for more gets so many."""

_OAUTH = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_SECURITY = "http://terminology.hl7.org/CodeSystem/restful-security-service"
_ABOUT = "Every refusal is an OperationOutcome. This statement and the definitions are read without a token."
_ABOUT_SEARCH = (
    "Lists your own subscriptions, newest first. There are no search parameters but those named here: any other is "
    f"refused (422). A page has at most {LARGEST_PAGE}, whatever _count says; _count=0 gives the total alone. The next "
    "link leads on."
)
_ABOUT_SUBSCRIPTIONS = (
    "Created with status requested. criteria is one eventType and any number of further conditions, joined by AND. The "
    "payload is application/fhir+json or application/json. If-Match may be sent with PUT and DELETE."
)


def build_statement(public_url: str, channels: Sequence[str]) -> JsonObject:
    """Return the CapabilityStatement; `channels` are the types of channel that this installation offers."""
    return {
        "resourceType": "CapabilityStatement",
        "id": "right-to-provide",
        "url": f"{public_url}{BASE}/metadata",
        "version": "1.0.0",
        "name": "RightToProvide",
        "title": "Subscriptions to the events of Right to Provide",
        "status": "active",
        "date": PUBLISHED,
        "publisher": "Right to Provide",
        "kind": "instance",
        "software": {"name": "Right to Provide", "version": "1.0.0"},
        "implementation": {"description": "Right to Provide", "url": f"{public_url}{BASE}"},
        "fhirVersion": FHIR_VERSION,
        "format": [CONTENT_TYPE, "json"],
        "rest": [
            {
                "mode": "server",
                "documentation": _ABOUT,
                "security": _describe_security(public_url),
                "resource": [_describe_subscriptions(channels), _describe_definitions()],
            }
        ],
    }


def _describe_security(public_url: str) -> JsonObject:
    token = {"url": "token", "valueUri": f"{public_url}/oauth2/token"}
    return {
        "extension": [{"url": _OAUTH, "extension": [token]}],
        "service": [{"coding": [{"system": _SECURITY, "code": "OAuth"}], "text": "OAuth 2 client credentials"}],
        "description": "Scopes: subscriptions:read to read, subscriptions:write to create, update and delete.",
    }


def _describe_subscriptions(channels: Sequence[str]) -> JsonObject:
    return {
        "type": "Subscription",
        "documentation": f"{_ABOUT_SUBSCRIPTIONS} Types of channel: {', '.join(channels)}.",
        "interaction": [
            *({"code": code} for code in ("create", "read", "update", "delete")),
            {"code": "search-type", "documentation": _ABOUT_SEARCH},
        ],
        "versioning": "versioned",
        "readHistory": False,
        "updateCreate": False,
        "conditionalCreate": False,
        "conditionalRead": "not-match",
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        "searchParam": [
            {"name": "_count", "type": "number", "documentation": "How many at the most in a page"},
            {"name": "continue_from", "type": "string", "documentation": "Of the next link, and of nowhere else"},
        ],
    }


def _describe_definitions() -> JsonObject:
    return {
        "type": "StructureDefinition",
        "documentation": "The extensions that are used here, by the last part of their URL, which leads there too.",
        "interaction": [{"code": "read"}],
        "versioning": "no-version",
    }
