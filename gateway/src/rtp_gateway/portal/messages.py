"""The messages of the AsyncAPI document: each event as it is carried, the page of a feed, the bundle of FHIR."""

from typing import Any

from rtp_gateway.portal import bundles, envelopes
from rtp_gateway.portal.envelopes import THIN, example, key_of, thin_example
from rtp_shared.contracts.applications import CaseSubmitted
from rtp_shared.contracts.base import EventData, catalogue

Part = dict[str, Any]
EVENT = "application/cloudevents+json"

BUNDLE = "fhir-bundle"
SIGNED, QUEUED, INTERNAL = "signed", "queued", "internal"

HEADERS: Part = {
    SIGNED: {
        "type": "object",
        "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
        "properties": {
            "webhook-id": {
                "type": "string",
                "pattern": "^[^.]+$",
                "description": "The same on every attempt of a delivery: drop what you have seen",
            },
            "webhook-timestamp": {"type": "string", "pattern": "^[0-9]+$", "description": "Unix seconds of this try"},
            "webhook-signature": {
                "type": "string",
                "pattern": "^v1a?,[A-Za-z0-9+/]+=*( v1a?,[A-Za-z0-9+/]+=*)*$",
                "description": "Signatures (Standard Webhooks: v1 HMAC-SHA256, v1a ed25519), parted by spaces",
            },
            "traceparent": {"type": "string", "description": "W3C trace context of this try"},
            "webhook-request-origin": {
                "type": "string",
                "description": "The platform's host, where the sink consented by the CloudEvents handshake",
            },
        },
    },
    INTERNAL: {
        "type": "object",
        "required": ["rtp-readers", "rtp-case"],
        "properties": {
            "rtp-readers": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Who may ever be shown the event, decided when it was made",
            },
            "rtp-case": {"type": "string", "format": "uuid", "description": "What order holds within"},
        },
    },
}


def headers() -> Part:
    """Schema of the headers by who adds them."""
    attributes = {name: part for name, part in envelopes.thin_schema()["properties"].items() if name != "data"}
    copied = {f"ce-{name}": {"type": "string", "description": f"Copy of the event's `{name}`"} for name in attributes}
    required = [f"ce-{name}" for name in envelopes.REQUIRED]
    return {**HEADERS, QUEUED: {"type": "object", "required": required, "properties": copied}}


def components(*, public_url: str) -> Part:
    kinds = [kind for _, kind in sorted(catalogue().items())]
    schemas = {key_of(kind): envelopes.envelope_schema(kind, public_url=public_url) for kind in kinds}
    return {
        "schemas": {
            **schemas,
            THIN: envelopes.thin_schema(),
            "event-page": _page_schema([*schemas, THIN]),
            BUNDLE: bundles.SCHEMA,
            **{f"{name}-headers": schema for name, schema in headers().items()},
        },
        "messages": {
            **{key_of(kind): message(kind) for kind in kinds},
            THIN: thin(),
            BUNDLE: bundle(),
            "event-page": _page(),
        },
        "messageTraits": {
            "event": {"contentType": EVENT, "correlationId": {"$ref": "#/components/correlationIds/cause"}},
            **{name: {"headers": _ref("schemas", f"{name}-headers")} for name in (SIGNED, QUEUED, INTERNAL)},
        },
        "correlationIds": {
            "cause": {
                "location": "$message.payload#/correlationid",
                "description": "Ties together all that one API call caused, also in GET /v1/traces/{correlationId}",
            }
        },
    }


def message(kind: type[EventData], *, carried: str | None = None) -> Part:
    """An event, with the headers that its carrier adds."""
    payload = example(kind)
    made: Part = {
        "name": kind.TYPE,
        "title": kind.__name__,
        "summary": (kind.__doc__ or "").strip(),
        **_body(key_of(kind), carried),
        "examples": [_example(payload, carried)],
    }
    if carried in (QUEUED, INTERNAL):
        made["bindings"] = {"amqp": {"messageType": kind.TYPE, "bindingVersion": "0.3.0"}}
    return made


def thin(*, carried: str | None = None) -> Part:
    payload = thin_example(CaseSubmitted)
    return {
        "name": THIN,
        "title": "Thin or erased event",
        "summary": "An event of any type without its data: of a subscription to thin events, or after it was erased.",
        **_body(THIN, carried),
        "examples": [{"name": "erased", **_sent(carried, payload), "payload": payload}],
    }


def bundle(*, carried: str | None = None) -> Part:
    payload = bundles.of(example(CaseSubmitted), envelopes.example_bytes(CaseSubmitted))
    return {
        "name": BUNDLE,
        "title": "Event as a FHIR bundle",
        "summary": "A FHIR R4 Bundle of type history with one Parameters entry that says what happened to which case.",
        "contentType": bundles.CONTENT_TYPE,
        "payload": _ref("schemas", BUNDLE),
        **({"traits": [_ref("messageTraits", carried)]} if carried else {}),
        "examples": [{"name": "example", **_sent(carried, example(CaseSubmitted)), "payload": payload}],
    }


def _body(schema: str, carried: str | None) -> Part:
    names = ["event", *([carried] if carried else [])]
    return {"payload": _ref("schemas", schema), "traits": [_ref("messageTraits", name) for name in names]}


def _example(payload: Part, carried: str | None) -> Part:
    # What a broker carries is the same as over HTTP: of its messages only what is different is shown.
    shown = {} if carried in (QUEUED, INTERNAL) else {"payload": payload}
    return {"name": "example", **_sent(carried, payload), **shown}


def _sent(carried: str | None, event: Part) -> Part:
    if carried is None:
        return {}
    headers = {
        SIGNED: {
            "webhook-id": event["id"],
            "webhook-timestamp": "1795428906",
            "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
        },
        QUEUED: {f"ce-{name}": value for name, value in event.items() if name != "data"},
        INTERNAL: {"rtp-readers": ["client:staff-group"], "rtp-case": event["partitionkey"]},
    }
    return {"headers": headers[carried]}


def _page() -> Part:
    payload = {"items": [example(CaseSubmitted)], "next": None, "cursor": "Y3Vyc29yLW9mLWFuLWV4YW1wbGU"}
    return {
        "name": "event-page",
        "title": "Page of the feed",
        "summary": "Events oldest first, and the cursor to go on from.",
        "contentType": "application/json",
        "payload": _ref("schemas", "event-page"),
        "examples": [{"name": "example", "payload": payload}],
    }


def _page_schema(keys: list[str]) -> Part:
    cursor = {"type": "string", "description": "To go on from later, also when there is nothing new"}
    return {
        "type": "object",
        "required": ["items", "next", "cursor"],
        "properties": {
            "items": {"type": "array", "items": {"oneOf": [_ref("schemas", key) for key in keys]}},
            "next": {"type": ["string", "null"], "description": "Cursor where more events are there; null at the end"},
            "cursor": cursor,
        },
    }


def _ref(kind: str, name: str) -> Part:
    return {"$ref": f"#/components/{kind}/{name}"}
