"""The channels and operations of the AsyncAPI document: every way in which events travel."""

from collections.abc import Iterable, Mapping

from rtp_gateway.inbound.portal import messages
from rtp_gateway.inbound.portal.envelopes import THIN, key_of
from rtp_gateway.inbound.portal.messages import BUNDLE, INTERNAL, QUEUED, SIGNED, Part
from rtp_gateway.settings import SUBSCRIBERS_VHOST
from rtp_gateway.types import JsonObject
from rtp_shared.contracts import EventData, catalogue
from rtp_shared.rabbit.topology import EXCHANGE

_QUEUE_NAME = "subscription.{id}"
WEBHOOK, FHIR, QUEUE, FEED, STREAM = "webhook", "webhook-fhir", "queue", "feed", "stream"
_TO_QUEUE = "deliver-to-queue"
_AMQP, _HTTP = "0.3.0", "0.3.0"


def build_channels(*, queues: bool) -> Part:
    """Build the channels, without subscribers' queues where there are no `queues`."""
    return {name: channel for name, channel in _build_all_channels().items() if queues or name != QUEUE}


def _build_all_channels() -> Part:
    kinds = {key_of(kind): kind for _, kind in sorted(catalogue().items())}
    plain = {key: {"$ref": f"#/components/messages/{key}"} for key in [*kinds, THIN]}
    in_queue = {**_list_messages(kinds, QUEUED), BUNDLE: {"$ref": f"#/components/messages/{BUNDLE}"}}
    return {
        WEBHOOK: _build_channel("Webhook", None, "subscriber", _WEBHOOK, _list_messages(kinds, SIGNED)),
        FHIR: _build_channel(
            "Webhook in FHIR form", None, "subscriber", _FHIR, {BUNDLE: messages.build_bundle(headers=SIGNED)}
        ),
        QUEUE: {
            **_build_channel("Queue", _QUEUE_NAME, "broker", _QUEUE, in_queue),
            "parameters": {"id": {"description": "Id of the subscription"}},
            "bindings": {"amqp": _build_queue_binding()},
        },
        FEED: _build_channel(
            "Feed", "/v1/events", "platform", _FEED, {"event-page": {"$ref": "#/components/messages/event-page"}}
        ),
        STREAM: _build_channel("Stream", "/v1/events/stream", "platform", _STREAM, plain),
        **{f"exchange.{key}": _build_exchange_channel(kind, key) for key, kind in kinds.items()},
    }


def build_operations(*, queues: bool) -> Part:
    """Build the operations of these channels."""
    found = _build_all_operations()
    return {name: operation for name, operation in found.items() if queues or name != _TO_QUEUE}


def _build_all_operations() -> Part:
    keys = [key_of(kind) for _, kind in sorted(catalogue().items())]
    events = [*keys, THIN]
    post = {"http": {"method": "POST", "bindingVersion": _HTTP}}
    durable = {"amqp": {"deliveryMode": 2, "bindingVersion": _AMQP}}
    return {
        "deliver-by-webhook": _build_operation(WEBHOOK, events, "Deliver an event to a subscription's sink", post),
        "deliver-in-fhir-form": _build_operation(FHIR, [BUNDLE], "Deliver an event as a FHIR bundle", post),
        _TO_QUEUE: _build_operation(QUEUE, [*events, BUNDLE], "Put an event into a subscription's queue", durable),
        "list-events": _build_operation(
            FEED, ["event-page"], "Give out events from a cursor on", _build_get_binding(_FEED_QUERY)
        ),
        "stream-events": _build_operation(
            STREAM, events, "Send events as they come", _build_get_binding(_STREAM_QUERY)
        ),
        **{
            f"publish.{key}": _build_operation(f"exchange.{key}", [key], f"Publish {key} to the services", durable)
            for key in keys
        },
    }


def build_channel_bindings() -> Part:
    exchange = {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False, "vhost": "/"}
    return {"exchange": {"amqp": {"is": "routingKey", "exchange": exchange, "bindingVersion": _AMQP}}}


def _build_channel(title: str, address: str | None, server: str, text: str, sent: Mapping[str, Part]) -> Part:
    return {
        "address": address,
        "title": title,
        "description": text,
        "servers": [{"$ref": f"#/servers/{server}"}],
        "messages": dict(sent),
    }


def _list_messages(kinds: Mapping[str, type[EventData]], headers: str) -> Part:
    return {
        **{key: messages.build_message(kind, headers=headers) for key, kind in kinds.items()},
        THIN: messages.build_thin(headers=headers),
    }


def _build_exchange_channel(kind: type[EventData], key: str) -> Part:
    text = (
        f"Topic exchange {EXCHANGE}; the type is the routing key. Every service that hears it has a queue of its own."
    )
    sent = {key: messages.build_message(kind, headers=INTERNAL)}
    return {
        **_build_channel(f"Exchange: {kind.__name__}", kind.TYPE, "internal", text, sent),
        "bindings": {"$ref": "#/components/channelBindings/exchange"},
    }


def _build_queue_binding() -> Part:
    queue = {
        "name": _QUEUE_NAME,
        "durable": True,
        "exclusive": False,
        "autoDelete": False,
        "vhost": SUBSCRIBERS_VHOST,
    }
    return {"is": "queue", "queue": queue, "bindingVersion": _AMQP}


def _build_operation(channel: str, keys: Iterable[str], summary: str, bindings: Part) -> Part:
    return {
        "action": "send",
        "title": summary,
        "summary": f"{summary}.",
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{key}"} for key in keys],
        "bindings": bindings,
    }


def _build_get_binding(query: Mapping[str, str]) -> Part:
    properties: JsonObject = {
        name: {"type": "integer" if name in _WHOLE else "string", "description": text} for name, text in query.items()
    }
    schema = {"type": "object", "properties": properties}
    return {"http": {"method": "GET", "query": schema, "bindingVersion": _HTTP}}


_WHOLE = frozenset({"limit", "wait"})
_FILTERS = {
    "type": "Only events of this type",
    "route": "Only events of cases on this route",
    "sector": "Only events of cases in this sector",
    "region": "Only events of cases in this region (ONS code)",
    "employer": "Only events of cases of this employing body",
    "commissioner": "Only events of cases of this commissioning body",
    "subscription": "Only what this subscription of yours asks for",
}
_FEED_QUERY = {
    "after": "Cursor of an answer before; left out: from the start",
    "limit": "How many events at the most",
    "wait": "Seconds to wait for an event where there is none",
    **_FILTERS,
}
_STREAM_QUERY = {"after": _FEED_QUERY["after"], **_FILTERS}

_WEBHOOK = (
    "POST to your sink, one event a request, in order per case. 2xx means that you have it; redirects are never "
    "followed; 410 ends the subscription; 429 and 503 may say when to come again. Anything else is tried again for "
    "75.5 hours, then rests as a dead letter that you can replay."
)
_FHIR = "As the webhook, for subscriptions whose payload is `fhir`, and those made at /fhir/R4/Subscription."
_QUEUE = (
    "A durable quorum queue of your own, bounded, with your own user. The gateway publishes to it with confirms, in "
    "order per case; you consume and acknowledge. When it is full, events wait at the gateway. What you refuse comes "
    "to rest in a second queue of yours, `subscription.{id}.dead`. FHIR bundles come without the headers."
)
_FEED = "Pull: pages of events, oldest first. With `wait` the answer is kept back until there is an event (long poll)."
_STREAM = (
    "Server-sent events (text/event-stream): `id` is the cursor, `event` the type, `data` the event. Come back with "
    "`Last-Event-ID` and you miss nothing."
)
