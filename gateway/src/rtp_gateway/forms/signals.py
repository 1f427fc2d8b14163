"""Events as FHIR R4 signals: a Bundle of type history, as the NHS Multicast Notification Service (MNS) sends it.

Source: MNS signal schema (`fhirsignal.schema.json`), after HL7's Subscriptions R5 Backport, profile
backport-subscription-status-r4.

The schema fixes the five parameters and their parts, and so does it the event number at "1": there is no place for a
sequence among them. It leaves extensions open, and FHIR R4 has those on elements (a parameter), not on the roots of
Bundle and Parameters. So the chain of events is in one extension of ours, on the parameter `notification-event`.
"""

import re
from collections.abc import Mapping
from functools import cache
from uuid import UUID, uuid5

from rtp_gateway.types import JsonMapping, JsonObject
from rtp_shared.contracts import catalogue
from rtp_shared.contracts.base import PREFIX

CONTENT_TYPE = "application/fhir+json"
PROFILE = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription-status-r4"
CHAIN = "/fhir/StructureDefinition/event-chain"
"""URL, below the platform's own, of the extension that holds the attributes of the same names."""
CHAINED = ("partitionkey", "sequence", "previoushash", "eventhash", "erasedat")

_TYPE = re.compile(rf"{re.escape(PREFIX)}\.([a-z0-9-]+)\.([a-z0-9-]+)\.v([0-9]+)")


def name_signal(type_: str) -> str:
    """Return an event type as MNS would name it: `rtp-applications-case-submitted-1`."""
    match = _TYPE.fullmatch(type_)
    if match is None:
        raise ValueError(f"not a type of event of ours: {type_}")
    return "rtp-{}-{}-{}".format(*match.groups())


def find_event_type(name: str) -> str | None:
    """Return the event type of this name; None where none that is published has it."""
    return _map_types().get(name)


@cache
def _map_types() -> Mapping[str, str]:
    # A list, because the hyphens in a name do not show where the service ends and the event begins.
    return {name_signal(type_): type_ for type_ in catalogue() if _TYPE.fullmatch(type_)}


def build_bundle(event: JsonMapping, *, event_hash: str, subscription_url: str) -> JsonObject:
    """Return the signal of an event, the same one on every attempt. Like the thin form it holds none of its data."""
    # Temporary, and so of one subscription: two of them may come together in one place.
    temporary = str(uuid5(UUID(event["id"]), subscription_url))
    return {
        "resourceType": "Bundle",
        "id": event["id"],
        "type": "history",
        "timestamp": event["time"],
        "entry": [
            {
                "fullUrl": f"urn:uuid:{temporary}",
                "resource": {
                    "resourceType": "Parameters",
                    "id": temporary,
                    "meta": {"profile": [PROFILE]},
                    "parameter": _build_parameters({"eventhash": event_hash, **event}, subscription_url),
                },
                "request": {"method": "GET", "url": subscription_url},
                "response": {"status": "200"},
            }
        ],
    }


def _build_parameters(event: JsonMapping, subscription_url: str) -> list[JsonObject]:
    return [
        {"name": "subscription", "valueReference": {"reference": subscription_url}},
        {"name": "status", "valueCode": "active"},
        {"name": "type", "valueCode": "event-notification"},
        {"name": "notification-event", "extension": [_build_chain(event)], "part": _build_notification(event)},
        {"name": "additional-context", "part": _build_context(event)},
    ]


def _build_chain(event: JsonMapping) -> JsonObject:
    inner = [{"url": name, "valueString": event[name]} for name in CHAINED if event.get(name)]
    return {"url": event["dataschema"].partition("/schemas/")[0] + CHAIN, "extension": inner}


def _build_notification(event: JsonMapping) -> list[JsonObject]:
    parts = [{"name": "event-number", "valueString": "1"}, {"name": "timestamp", "valueInstant": event["time"]}]
    if event.get("dataref"):
        parts.append({"name": "focus", "valueReference": {"reference": event["dataref"]}})
    return parts


def _build_context(event: JsonMapping) -> list[JsonObject]:
    parts = [
        {"name": "event-type", "valueString": name_signal(event["type"])},
        {"name": "source", "valueUri": event["source"]},
    ]
    if event.get("subject"):
        parts.append({"name": "subject", "valueReference": {"identifier": {"value": event["subject"]}}})
    return parts
