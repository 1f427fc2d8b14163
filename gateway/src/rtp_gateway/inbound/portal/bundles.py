"""The FHIR form of an event in brief: its schema, and an example."""

from rtp_gateway.forms import signals
from rtp_gateway.types import JsonObject
from rtp_shared.contracts import events

Part = JsonObject
CONTENT_TYPE = signals.CONTENT_TYPE


def build_example(event: Part, body: bytes) -> Part:
    """Return the bundle of an event."""
    platform = event["source"].rpartition("/")[0]
    subscription = f"{platform}/fhir/R4/Subscription/0199c3d4-52a0-7c11-9d2e-6a1f0c9b7eaa"
    return signals.build_bundle(event, event_hash=events.compute_digest(body), subscription_url=subscription)


SCHEMA: Part = {
    "type": "object",
    "description": "In the shape in which NHS England's Multicast Notification Service sends its signals",
    "required": ["resourceType", "id", "type", "timestamp", "entry"],
    "properties": {
        "resourceType": {"const": "Bundle"},
        "id": {"type": "string", "minLength": 1, "description": "Id of the event"},
        "type": {"const": "history"},
        "timestamp": {"type": "string", "format": "date-time", "description": "When it happened"},
        "entry": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["fullUrl", "resource"],
                "properties": {
                    "fullUrl": {"type": "string", "pattern": "^urn:uuid:[0-9a-f-]{36}$"},
                    "resource": {
                        "type": "object",
                        "required": ["resourceType", "parameter"],
                        "properties": {"resourceType": {"const": "Parameters"}, "parameter": {"type": "array"}},
                    },
                },
            },
        },
    },
}
