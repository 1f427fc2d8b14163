"""The messages of the AsyncAPI document: each event as it is carried, the page of a feed, the bundle of FHIR."""

from rtp_gateway.inbound.portal import bundles, envelopes
from rtp_gateway.inbound.portal.envelopes import THIN, build_thin_example, key_of, load_example
from rtp_gateway.types import JsonObject
from rtp_shared.contracts import EventData, catalogue
from rtp_shared.contracts.applications import CaseSubmitted

Part = JsonObject
EVENT = "application/cloudevents+json"

BUNDLE = "fhir-bundle"
SIGNED, QUEUED, INTERNAL = "signed", "queued", "internal"

SUBSCRIPTION = "019ad0c4-5f0e-7c3a-9d2b-4b1f6a7c8d90"
"""The one of the examples."""
MARKS: Part = {
    "webhook-subscription": {
        "type": "string",
        "format": "uuid",
        "description": "The subscription. Duplicates and order are within one: another may bring the same event too",
    },
    "webhook-replay": {
        "type": "string",
        "pattern": "^[1-9][0-9]*$",
        "description": "Left out unless the subscription's owner had the event replayed; counts these replays. "
        "What has the same `webhook-id`, `webhook-subscription` and `webhook-replay` as before is a duplicate",
    },
}
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
            **MARKS,
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


def build_headers() -> Part:
    """Return the schemas of the headers by the part that adds them."""
    attributes = {name: part for name, part in envelopes.build_thin_schema()["properties"].items() if name != "data"}
    copied = {f"ce-{name}": {"type": "string", "description": f"Copy of the event's `{name}`"} for name in attributes}
    required = [f"ce-{name}" for name in envelopes.REQUIRED]
    return {**HEADERS, QUEUED: {"type": "object", "required": required, "properties": {**copied, **MARKS}}}


def build_components(*, public_url: str) -> Part:
    kinds = [kind for _, kind in sorted(catalogue().items())]
    schemas = {key_of(kind): envelopes.build_envelope_schema(kind, public_url=public_url) for kind in kinds}
    return {
        "schemas": {
            **schemas,
            THIN: envelopes.build_thin_schema(),
            "event-page": _build_page_schema([*schemas, THIN]),
            BUNDLE: bundles.SCHEMA,
            **{f"{name}-headers": schema for name, schema in build_headers().items()},
        },
        "messages": {
            **{key_of(kind): build_message(kind) for kind in kinds},
            THIN: build_thin(),
            BUNDLE: build_bundle(),
            "event-page": _build_page(),
        },
        "messageTraits": {
            "event": {"contentType": EVENT, "correlationId": {"$ref": "#/components/correlationIds/cause"}},
            **{name: {"headers": _build_ref("schemas", f"{name}-headers")} for name in (SIGNED, QUEUED, INTERNAL)},
        },
        "correlationIds": {
            "cause": {
                "location": "$message.payload#/correlationid",
                "description": "Ties together all that one API call caused, also in GET /v1/traces/{correlationId}",
            }
        },
    }


def build_message(kind: type[EventData], *, headers: str | None = None) -> Part:
    """Return the message of an event, with the headers of the channel that it travels by."""
    payload = load_example(kind)
    made: Part = {
        "name": kind.TYPE,
        "title": kind.__name__,
        "summary": (kind.__doc__ or "").strip(),
        **_build_body(key_of(kind), headers),
        "examples": [_build_example(payload, headers)],
    }
    if headers in (QUEUED, INTERNAL):
        made["bindings"] = {"amqp": {"messageType": kind.TYPE, "bindingVersion": "0.3.0"}}
    return made


def build_thin(*, headers: str | None = None) -> Part:
    payload = build_thin_example(CaseSubmitted)
    return {
        "name": THIN,
        "title": "Thin or erased event",
        "summary": "An event of any type without its data: of a subscription to thin events, or after it was erased.",
        **_build_body(THIN, headers),
        "examples": [{"name": "erased", **_show_headers(headers, payload), "payload": payload}],
    }


def build_bundle(*, headers: str | None = None) -> Part:
    payload = bundles.build_example(load_example(CaseSubmitted), envelopes.dump_example(CaseSubmitted))
    return {
        "name": BUNDLE,
        "title": "Event as a FHIR bundle",
        "summary": "A FHIR R4 Bundle of type history with one Parameters entry that says what happened to which case.",
        "contentType": bundles.CONTENT_TYPE,
        "payload": _build_ref("schemas", BUNDLE),
        **({"traits": [_build_ref("messageTraits", headers)]} if headers else {}),
        "examples": [{"name": "example", **_show_headers(headers, load_example(CaseSubmitted)), "payload": payload}],
    }


def _build_body(schema: str, headers: str | None) -> Part:
    names = ["event", *([headers] if headers else [])]
    return {"payload": _build_ref("schemas", schema), "traits": [_build_ref("messageTraits", name) for name in names]}


def _build_example(payload: Part, headers: str | None) -> Part:
    # The body that a broker carries is the same as over HTTP: of its messages only what is different is shown.
    shown = {} if headers in (QUEUED, INTERNAL) else {"payload": payload}
    return {"name": "example", **_show_headers(headers, payload), **shown}


def _show_headers(headers: str | None, event: Part) -> Part:
    if headers is None:
        return {}
    by_channel = {
        SIGNED: {
            "webhook-id": event["id"],
            "webhook-timestamp": "1795428906",
            "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
            "webhook-subscription": SUBSCRIPTION,
        },
        QUEUED: {
            "webhook-subscription": SUBSCRIPTION,
            **{f"ce-{name}": value for name, value in event.items() if name != "data"},
        },
        INTERNAL: {"rtp-readers": ["client:staff-group"], "rtp-case": event["partitionkey"]},
    }
    return {"headers": by_channel[headers]}


def _build_page() -> Part:
    payload = {"items": [load_example(CaseSubmitted)], "next": None, "cursor": "Y3Vyc29yLW9mLWFuLWV4YW1wbGU"}
    return {
        "name": "event-page",
        "title": "Page of the feed",
        "summary": "Events oldest first, and the cursor to go on from.",
        "contentType": "application/json",
        "payload": _build_ref("schemas", "event-page"),
        "examples": [{"name": "example", "payload": payload}],
    }


def _build_page_schema(keys: list[str]) -> Part:
    cursor = {"type": "string", "description": "To go on from later, also when there is nothing new"}
    return {
        "type": "object",
        "required": ["items", "next", "cursor"],
        "properties": {
            "items": {"type": "array", "items": {"oneOf": [_build_ref("schemas", key) for key in keys]}},
            "next": {"type": ["string", "null"], "description": "Cursor where more events are there; null at the end"},
            "cursor": cursor,
        },
    }


def _build_ref(kind: str, name: str) -> Part:
    return {"$ref": f"#/components/{kind}/{name}"}
