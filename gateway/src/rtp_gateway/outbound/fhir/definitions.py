"""The definitions of the extensions that we use, as FHIR R4 StructureDefinitions, at the address that each names."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rtp_gateway.forms.signals import CHAIN
from rtp_gateway.outbound.fhir.mapping import EXTENSIONS
from rtp_gateway.types import JsonObject

FHIR_VERSION = "4.0.1"
PUBLISHED = "2026-11-30"
"""The day on which the statements and definitions were last changed."""

_DERIVED_FROM = "http://hl7.org/fhir/StructureDefinition/Extension"


class Extension(NamedTuple):
    """An extension of ours: where it stands, what it says, and the extensions in it, if it is made of such."""

    title: str
    description: str
    context: str
    parts: Mapping[str, tuple[str, bool]] = {}
    """Name -> what it says, and whether it is always there."""


DEFINED: Mapping[str, Extension] = {
    "webhook-secret": Extension(
        "Webhook secret",
        "The secret that messages of this subscription are signed with (Standard Webhooks, HMAC-SHA256). Shown once, "
        "in the answer that made the subscription.",
        "Subscription",
    ),
    "webhook-public-key": Extension(
        "Webhook public key",
        "The public key that messages of this subscription are signed with too (Standard Webhooks, Ed25519).",
        "Subscription",
    ),
    "queue-access": Extension(
        "Queue access",
        "Where the queue of this subscription is, in AMQP 0-9-1, and how to read it. Shown once, in the answer that "
        "made the subscription.",
        "Subscription",
        {
            "url": ("Address of the broker, without user and password", True),
            "vhost": ("Virtual host", True),
            "queue": ("The queue that events come in", True),
            "deadLetterQueue": ("The queue of messages that were refused", True),
            "username": ("User name", True),
            "password": ("Password, shown this once", True),
        },
    ),
    CHAIN.removeprefix(f"{EXTENSIONS}/"): Extension(
        "Chain of events",
        "The attributes of the CloudEvent that give its place in the chain of its case's events, and prove that no "
        "event is missing.",
        "Parameters.parameter",
        {
            "partitionkey": ("The key within which events are in order: the case", True),
            "sequence": ("The event's number in the chain, padded with zeros", True),
            "previoushash": ("Hash of the event before it; absent for the first", False),
            "eventhash": ("Hash of the event", True),
            "erasedat": ("When the event's data was erased; absent where it was not", False),
        },
    ),
}
"""Name, the last part of the address -> extension."""


def build_definition(name: str, public_url: str) -> JsonObject:
    """Return the StructureDefinition of one of DEFINED."""
    extension, url = DEFINED[name], f"{public_url}{EXTENSIONS}/{name}"
    elements = _describe_parts(extension.parts) if extension.parts else _describe_text()
    root = {"id": "Extension", "path": "Extension", "short": extension.title, "definition": extension.description}
    return {
        "resourceType": "StructureDefinition",
        "id": name,
        "url": url,
        "version": "1.0.0",
        "name": "".join(part.capitalize() for part in name.split("-")),
        "title": extension.title,
        "status": "active",
        "date": PUBLISHED,
        "publisher": "Right to Provide",
        "description": extension.description,
        "fhirVersion": FHIR_VERSION,
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": extension.context}],
        "type": "Extension",
        "baseDefinition": _DERIVED_FROM,
        "derivation": "constraint",
        "differential": {
            "element": [root, *elements[:-1], _fix("Extension.url", "Extension.url", url), *elements[-1:]]
        },
    }


def _describe_text() -> Sequence[JsonObject]:
    return [
        {"id": "Extension.extension", "path": "Extension.extension", "max": "0"},
        {"id": "Extension.value[x]", "path": "Extension.value[x]", "min": 1, "type": [{"code": "string"}]},
    ]


def _describe_parts(parts: Mapping[str, tuple[str, bool]]) -> Sequence[JsonObject]:
    sliced = {"discriminator": [{"type": "value", "path": "url"}], "rules": "open"}
    path, least = "Extension.extension", sum(always for _, always in parts.values())
    elements: list[JsonObject] = [{"id": path, "path": path, "slicing": sliced, "min": least}]
    for name, (meaning, always) in parts.items():
        id_ = f"{path}:{name}"
        elements += [
            {"id": id_, "path": path, "sliceName": name, "short": meaning, "min": int(always), "max": "1"},
            {"id": f"{id_}.extension", "path": f"{path}.extension", "max": "0"},
            _fix(f"{id_}.url", f"{path}.url", name),
            {"id": f"{id_}.value[x]", "path": f"{path}.value[x]", "min": 1, "type": [{"code": "string"}]},
        ]
    return [*elements, {"id": "Extension.value[x]", "path": "Extension.value[x]", "max": "0"}]


def _fix(id_: str, path: str, uri: str) -> JsonObject:
    return {"id": id_, "path": path, "fixedUri": uri}
