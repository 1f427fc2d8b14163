"""FHIR R4 Subscriptions in our own terms, and back."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from pydantic import ValidationError

from rtp_gateway.forms.rendering import Form
from rtp_gateway.forms.signals import CONTENT_TYPE
from rtp_gateway.outbound.fhir import criteria
from rtp_gateway.outbound.fhir.errors import NotInFhir, ResourceRefused
from rtp_gateway.outbound.fhir.schemas import JSON, Notes, SubscriptionResource
from rtp_gateway.outbound.subscriptions.models import Subscription, SubscriptionStatus
from rtp_gateway.outbound.subscriptions.schemas import NewSubscription, SubscriptionChanges
from rtp_gateway.outbound.transports.queues import QueueAccess
from rtp_gateway.outbound.transports.requests import Protocol
from rtp_gateway.types import JsonObject
from rtp_shared.problems import FieldError
from rtp_shared.validation import explain

END, CONTACT = "fhir.end", "fhir.contact"
"""Keys of a subscription's `config` that hold what only FHIR says."""
LONGEST_NOTE: Final = 500
NO_REASON: Final = "Not given"
"""FHIR wants a reason and knows no empty text."""
EXTENSIONS: Final = "/fhir/StructureDefinition"

_PROTOCOLS = {"rest-hook": Protocol.HTTP, "message": Protocol.AMQP}
_CHANNELS = {protocol: channel for channel, protocol in _PROTOCOLS.items()}
_FORMS = {CONTENT_TYPE: Form.FHIR, JSON: Form.FULL}
_PAYLOADS = {form: payload for payload, form in _FORMS.items()}
FORMS: Final = tuple(_PAYLOADS)
"""Those that a FHIR client can ask for."""
_STATUSES = {
    SubscriptionStatus.PENDING: "requested",
    SubscriptionStatus.PROVISIONING: "requested",
    SubscriptionStatus.ACTIVE: "active",
    SubscriptionStatus.PAUSED: "off",
    SubscriptionStatus.DISABLED: "error",
    SubscriptionStatus.ENDED: "off",
}
_ELEMENTS = {
    "sink": "channel/endpoint",
    "protocol": "channel/type",
    "protocolsettings": "channel",
    "sinkcredential": "channel/header",
    "payload": "channel/payload",
    "types": "criteria",
    "filters": "criteria",
    "description": "reason",
    "config": "contact",
}
"""The names of our fields in FHIR."""


def to_details(resource: SubscriptionResource) -> NewSubscription:
    """Return the new subscription in our own terms; raise ResourceRefused or CriteriaRefused where it cannot be had."""
    errors = _find_faults(resource)
    if resource.status != "requested":
        errors.append(FieldError("/status", "must be requested"))
    if resource.channel.type == "message" and resource.channel.endpoint is not None:
        errors.append(FieldError("/channel/endpoint", "is left out of a message channel: the queue is made for you"))
    if errors:
        raise ResourceRefused(errors)
    fields = {**_read_fields(resource), "protocol": _PROTOCOLS[resource.channel.type], "config": _read_config(resource)}
    try:
        return NewSubscription.model_validate(fields)
    except ValidationError as error:
        raise _build_refusal(error) from None


def to_changes(resource: SubscriptionResource, subscription: Subscription) -> SubscriptionChanges:
    """Return the changes that replace a subscription. Settings that FHIR has no words for stay as they are."""
    errors = _find_faults(resource)
    if resource.id not in (None, str(subscription.id)):
        errors.append(FieldError("/id", "must be the id in the path"))
    if _PROTOCOLS[resource.channel.type] is not subscription.protocol:
        errors.append(FieldError("/channel/type", "cannot be changed; make another subscription"))
    elif resource.channel.type == "message" and resource.channel.endpoint not in (None, subscription.sink):
        errors.append(FieldError("/channel/endpoint", "cannot be changed: the queue is ours to name"))
    if errors:
        raise ResourceRefused(errors)
    others = {name: note for name, note in subscription.config.items() if name not in (END, CONTACT)}
    fields = {**_read_fields(resource), "config": {**others, **_read_config(resource)}}
    if resource.channel.type == "message":
        del fields["sink"]
    try:
        return SubscriptionChanges.model_validate(fields)
    except ValidationError as error:
        raise _build_refusal(error) from None


def _find_faults(resource: SubscriptionResource) -> list[FieldError]:
    errors = []
    if resource.channel.header:
        errors.append(FieldError("/channel/header", "is not taken; set sinkcredential at /v1/subscriptions/{id}"))
    if resource.channel.type == "rest-hook" and resource.channel.endpoint is None:
        errors.append(FieldError("/channel/endpoint", "is needed for a rest-hook: an https URL"))
    return errors


def _read_fields(resource: SubscriptionResource) -> JsonObject:
    chosen = criteria.read(resource.criteria)
    return {
        "sink": resource.channel.endpoint,
        "types": [chosen.type],
        "filters": chosen.filters,
        "payload": _FORMS[resource.channel.payload],
        "description": None if resource.reason in ("", NO_REASON) else resource.reason,
    }


def _read_config(resource: SubscriptionResource) -> dict[str, str]:
    notes = {END: resource.end} if resource.end else {}
    if resource.contact:
        contact = [each.model_dump(exclude_none=True) for each in resource.contact]
        notes[CONTACT] = json.dumps(contact, separators=(",", ":"))
        if len(notes[CONTACT]) > LONGEST_NOTE:
            raise ResourceRefused([FieldError("/contact", "is too long to be kept")])
    return notes


def _build_refusal(error: ValidationError) -> ResourceRefused:
    found = error.errors()
    return ResourceRefused([FieldError("".join(f"/{part}" for part in each["loc"]), explain(each)) for each in found])


def is_in_fhir(subscription: Subscription) -> bool:
    """Return True if FHIR can say which events it takes, and how."""
    return _write_criteria(subscription) is not None


def _write_criteria(subscription: Subscription) -> str | None:
    if subscription.source is not None or subscription.payload not in _PAYLOADS:
        return None
    return criteria.write(subscription.types, subscription.filters)


def to_resource(subscription: Subscription, *, public_url: str) -> JsonObject:
    """Return the subscription in FHIR; raise NotInFhir where FHIR cannot say it."""
    if (chosen := _write_criteria(subscription)) is None:
        raise NotInFhir(f"it takes events in a way that FHIR cannot say; read /v1/subscriptions/{subscription.id}")
    document = {
        "resourceType": "Subscription",
        "id": str(subscription.id),
        "meta": {"versionId": str(subscription.version), "lastUpdated": _format_instant(subscription.changed_at)},
        "extension": _describe_public_key(subscription, public_url),
        "status": _STATUSES[subscription.status],
        **_read_notes(subscription.config),
        "reason": subscription.description or NO_REASON,
        "criteria": chosen,
        "error": _describe_error(subscription),
        "channel": {
            "type": _CHANNELS[subscription.protocol],
            "endpoint": subscription.sink,
            "payload": _PAYLOADS[subscription.payload],
        },
    }
    return {name: value for name, value in document.items() if value is not None}


def describe_secrets(*, public_url: str, secret: str, queue: QueueAccess | None) -> list[JsonObject]:
    """Return the secrets that its owner is shown once, as extensions: FHIR has no place for them."""
    if queue is None:
        return [_build_extension(f"{public_url}{EXTENSIONS}/webhook-secret", secret)]
    access = {
        "url": queue.url,
        "vhost": queue.vhost,
        "queue": queue.queue,
        "deadLetterQueue": queue.dead_letter_queue,
        "username": queue.username,
        "password": queue.password,
    }
    inner = [_build_extension(name, text) for name, text in access.items()]
    return [{"url": f"{public_url}{EXTENSIONS}/queue-access", "extension": inner}]


def to_fhir_field(error: FieldError) -> FieldError:
    """Name a wrong field of ours as it is named in FHIR."""
    ours = error.field.removeprefix("/").partition("/")[0]
    if error.location != "body" or ours not in _ELEMENTS:
        return error
    return error._replace(field="/" + _ELEMENTS[ours])


def _describe_public_key(subscription: Subscription, public_url: str) -> list[JsonObject] | None:
    if subscription.protocol is not Protocol.HTTP:
        return None
    return [_build_extension(f"{public_url}{EXTENSIONS}/webhook-public-key", subscription.public_key)]


def _build_extension(url: str, text: str) -> JsonObject:
    return {"url": url, "valueString": text}


def _read_notes(config: Mapping[str, str]) -> JsonObject:
    try:
        notes = Notes.model_validate({"end": config.get(END), "contact": json.loads(config.get(CONTACT, "[]"))})
    except ValueError:  # `config` is its owner's to fill at /v1/subscriptions
        return {}
    return notes.model_dump(exclude_none=True, exclude_defaults=True)


def _describe_error(subscription: Subscription) -> str | None:
    if subscription.disabled_at is None:
        return None
    since = _format_instant(subscription.disabled_at)
    return f"Nothing could be delivered for three days, until {since}; tested every hour"


def _format_instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
