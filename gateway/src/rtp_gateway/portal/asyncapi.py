"""The AsyncAPI 3.0 document: every event, and the two ways in which subscribers get it. Made from the contracts."""

from typing import Any

from rtp_shared.contracts import EventData, catalogue

_CONTENT_TYPE = "application/cloudevents+json"


def document(*, public_url: str) -> dict[str, Any]:
    messages = {_key(kind): _message(kind, public_url=public_url) for _, kind in sorted(catalogue().items())}
    refs = {key: {"$ref": f"#/components/messages/{key}"} for key in messages}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Right to Provide events",
            "version": "1.0.0",
            "description": (
                "What happens to a case, as CloudEvents 1.0 in structured JSON. Every event is about one case "
                "(`caseid`) and is numbered within its source and case (`sequence`). Delivery is at least once and in "
                "order per case. A subscriber gets the events of the cases it may see, and of no others."
            ),
        },
        "defaultContentType": _CONTENT_TYPE,
        "servers": {
            "subscriber": {
                "host": "{host}",
                "protocol": "https",
                "description": "Your webhook. Signed as Standard Webhooks 1.0.0 say (v1, HMAC-SHA256).",
                "variables": {"host": {"description": "The host of the sink you gave in your subscription"}},
            },
            "platform": {
                "host": public_url.split("://", 1)[1],
                "protocol": public_url.split("://", 1)[0],
                "description": "The feed: GET /v1/events?after=cursor",
            },
        },
        "channels": {
            "webhook": {
                "address": None,
                "title": "Webhook",
                "servers": [{"$ref": "#/servers/subscriber"}],
                "messages": refs,
            },
            "feed": {
                "address": "/v1/events",
                "title": "Feed",
                "servers": [{"$ref": "#/servers/platform"}],
                "messages": refs,
            },
        },
        "operations": {
            "deliver": _operation("webhook", messages, "POST", "Deliver an event to a subscription's sink"),
            "list": _operation("feed", messages, "GET", "Give out events from a cursor on"),
        },
        "components": {"messages": messages},
    }


def _operation(channel: str, messages: dict[str, Any], method: str, summary: str) -> dict[str, Any]:
    return {
        "action": "send",
        "summary": summary,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{key}"} for key in messages],
        "bindings": {"http": {"method": method, "bindingVersion": "0.3.0"}},
    }


def _key(kind: type[EventData]) -> str:
    return kind.TYPE.split(".", 2)[2]


def _message(kind: type[EventData], *, public_url: str) -> dict[str, Any]:
    return {
        "name": kind.TYPE,
        "title": kind.__name__,
        "summary": (kind.__doc__ or "").strip(),
        "contentType": _CONTENT_TYPE,
        "payload": envelope_schema(kind, public_url=public_url),
    }


def envelope_schema(kind: type[EventData], *, public_url: str) -> dict[str, Any]:
    """JSON Schema of the whole event, attributes and data."""
    text = {"type": "string", "minLength": 1}
    uri = {"type": "string", "format": "uri-reference", "minLength": 1}
    service = kind.TYPE.split(".")[2]
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time", "caseid", "sequence", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {**text, "description": "With `source`, the same on every delivery of this event"},
            "source": {**uri, "description": "The publishing service", "examples": [f"{public_url}/{service}"]},
            "type": {"const": kind.TYPE},
            "subject": {**text, "description": "cases/{caseid}"},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "dataschema": {**uri, "description": "Where the schema of `data` is"},
            "dataref": {**uri, "description": "Where more is to be read, by those who may"},
            "caseid": {"type": "string", "format": "uuid"},
            "partitionkey": {**text, "description": "The case: what order holds within"},
            "sequence": {
                "type": "string",
                "pattern": "^[0-9]{10}$",
                "description": "Number of the event among those of its source and case, from 1 on, by ones",
            },
            "correlationid": {**text, "description": "Ties together all that one API call caused"},
            "causationid": {**text, "description": "Id of the event that caused this one"},
            "traceparent": {**text, "description": "W3C trace context"},
            "data": kind.model_json_schema(by_alias=True),
        },
    }
