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
from typing import Any
from uuid import UUID, uuid5

from rtp_shared.contracts.base import PREFIX, catalogue

CONTENT_TYPE = "application/fhir+json"
PROFILE = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription-status-r4"
CHAIN = "/fhir/StructureDefinition/event-chain"
"""URL, below the platform's own, of the extension that holds the attributes of the same names."""
CHAINED = ("partitionkey", "sequence", "previoushash", "eventhash", "erasedat")

_TYPE = re.compile(rf"{re.escape(PREFIX)}\.([a-z0-9-]+)\.([a-z0-9-]+)\.v([0-9]+)")


def signal_name(type_: str) -> str:
    """An event type as MNS would name it: `rtp-applications-case-submitted-1`."""
    match = _TYPE.fullmatch(type_)
    if match is None:
        raise ValueError(f"not a type of event of ours: {type_}")
    return "rtp-{}-{}-{}".format(*match.groups())


def event_type(name: str) -> str | None:
    """The event type of this name; None where none that is published has it."""
    return _types().get(name)


@cache
def _types() -> Mapping[str, str]:
    # A list, because the hyphens in a name do not show where the service ends and the event begins.
    return {signal_name(type_): type_ for type_ in catalogue() if _TYPE.fullmatch(type_)}


def bundle(event: Mapping[str, Any], *, event_hash: str, subscription_url: str) -> dict[str, Any]:
    """The signal of an event, which is the same one on every attempt. Like the thin form it holds none of its data."""
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
                    "parameter": _parameters({"eventhash": event_hash, **event}, subscription_url),
                },
                "request": {"method": "GET", "url": subscription_url},
                "response": {"status": "200"},
            }
        ],
    }


def _parameters(event: Mapping[str, Any], subscription_url: str) -> list[dict[str, Any]]:
    return [
        {"name": "subscription", "valueReference": {"reference": subscription_url}},
        {"name": "status", "valueCode": "active"},
        {"name": "type", "valueCode": "event-notification"},
        {"name": "notification-event", "extension": [_chain(event)], "part": _notified(event)},
        {"name": "additional-context", "part": _context(event)},
    ]


def _chain(event: Mapping[str, Any]) -> dict[str, Any]:
    inner = [{"url": name, "valueString": event[name]} for name in CHAINED if event.get(name)]
    return {"url": event["source"].rpartition("/")[0] + CHAIN, "extension": inner}


def _notified(event: Mapping[str, Any]) -> list[dict[str, Any]]:
    parts = [{"name": "event-number", "valueString": "1"}, {"name": "timestamp", "valueInstant": event["time"]}]
    if event.get("dataref"):
        parts.append({"name": "focus", "valueReference": {"reference": event["dataref"]}})
    return parts


def _context(event: Mapping[str, Any]) -> list[dict[str, Any]]:
    parts = [
        {"name": "event-type", "valueString": signal_name(event["type"])},
        {"name": "source", "valueUri": event["source"]},
    ]
    if event.get("subject"):
        parts.append({"name": "subject", "valueReference": {"identifier": {"value": event["subject"]}}})
    return parts
