"""The forms in which an event is sent. Whatever the form, a receiver can check the chain of the events it got."""

import json
from datetime import UTC, datetime
from enum import StrEnum

from rtp_gateway.forms import signals
from rtp_gateway.types import JsonObject
from rtp_shared.contracts import events


class Form(StrEnum):
    """What a subscriber is sent of an event."""

    FULL = "full"
    """The bytes as they were published."""
    THIN = "thin"
    """The attributes without the data, and the hash of the whole. An erased event comes in no fuller form than this."""
    FHIR = "fhir"
    """A FHIR R4 Bundle as the NHS Multicast Notification Service sends it."""


def render(form: Form, body: bytes, *, hash_: bytes, subscription_url: str) -> tuple[str, bytes]:
    """Return content type and bytes, the same ones every time.

    `hash_`: SHA-256 of the event as it was published. `subscription_url`: where a FHIR client reads the subscription.
    """
    if form is Form.FHIR:
        bundle = signals.build_bundle(json.loads(body), event_hash=hash_.hex(), subscription_url=subscription_url)
        return signals.CONTENT_TYPE, _dump(bundle)
    return events.CONTENT_TYPE, body if form is Form.FULL else thin_out(body, hash_)


def thin_out(body: bytes, hash_: bytes, erased_at: datetime | None = None) -> bytes:
    """Return the event's attributes in their order, without its data.

    `eventhash` stands for what is left out: it is the `previoushash` of the next event of the chain. `erasedat` says
    that nobody has the data any more. An event that is thin already stays as it is.
    """
    event = json.loads(body)
    if "eventhash" in event:
        return body
    event.pop("data", None)
    event["eventhash"] = hash_.hex()
    if erased_at is not None:
        event["erasedat"] = erased_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return _dump(event)


def _dump(document: JsonObject) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
