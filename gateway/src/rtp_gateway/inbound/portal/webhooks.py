"""The webhooks of the OpenAPI document: what a subscriber's sink is sent, and what its answers bring about.

One entry stands for all events, with an example of each type; AsyncAPI has the schema of each (`/asyncapi.json`).
"""

from rtp_gateway.inbound.portal.envelopes import REQUIRED, build_thin_schema, key_of, load_example
from rtp_gateway.types import JsonObject
from rtp_shared.contracts import catalogue

TAG = "Subscriptions"
_DESCRIPTION = """\
A CloudEvent in structured JSON, signed as Standard Webhooks say: over the headers webhook-id and webhook-timestamp, and
the raw body. It may come twice, and in its thin form, without `data`. Events of one case come in the order of their
`sequence`.
"""
_ANSWERS = {
    "2XX": "Taken. Answer as soon as the event is stored, and work on it afterwards",
    "410": "Nothing is wanted here any more: the subscription ends, for good",
    "429": "Too much at once: nothing is sent before `Retry-After` is over",
    "503": "Not available: nothing is sent before `Retry-After` is over",
    "default": "Not taken: it is tried again, for three days",
}
_HEADERS = {
    "webhook-id": ("The event's `id`, the same at every attempt: drop what you have seen", "string"),
    "webhook-timestamp": ("When it was sent, in seconds: refuse what is older than five minutes", "integer"),
    "webhook-signature": (
        "Signatures with blanks between, each `v1,` or `v1a,` and base64; one that holds is enough",
        "string",
    ),
    "webhook-subscription": ("The id of the subscription", "string"),
}


def describe_webhooks() -> JsonObject:
    """Return the section `webhooks` of the document."""
    operation = {
        "operationId": "receiveEvent",
        "summary": "Receive an event at the sink of a subscription",
        "description": _DESCRIPTION,
        "tags": [TAG],
        "security": [],
        "parameters": [_describe_header(name, *said) for name, said in _HEADERS.items()],
        "requestBody": {"required": True, "content": {"application/cloudevents+json": _describe_body()}},
        "responses": {status: {"description": said} for status, said in _ANSWERS.items()},
    }
    return {"event": {"post": operation}}


def _describe_header(name: str, description: str, kind: str) -> JsonObject:
    return {"name": name, "in": "header", "required": True, "description": description, "schema": {"type": kind}}


def _describe_body() -> JsonObject:
    thin = build_thin_schema()
    data = {"type": "object", "description": "As `dataschema` says; absent in the thin form"}
    schema = {**thin, "required": REQUIRED, "properties": {**thin["properties"], "data": data}}
    examples = {key_of(kind): {"value": load_example(kind)} for _, kind in sorted(catalogue().items())}
    return {"schema": schema, "examples": examples}
