"""Subscriptions in FHIR, read and written: pure."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from rtp_gateway.forms.rendering import Form
from rtp_gateway.outbound.fhir import criteria, mapping
from rtp_gateway.outbound.fhir.errors import NotInFhir, ResourceRefused
from rtp_gateway.outbound.fhir.schemas import SubscriptionResource
from rtp_gateway.outbound.subscriptions.models import Subscription, SubscriptionStatus
from rtp_gateway.outbound.transports.queues import QueueAccess
from rtp_gateway.outbound.transports.requests import Protocol
from rtp_shared.problems import FieldError, Invalid

SUBMITTED = "eventType=rtp-applications-case-submitted-1"
TYPE = "org.righttoprovide.applications.case-submitted.v1"
AT = datetime(2027, 4, 5, 12, 30, tzinfo=UTC)
PUBLIC_URL = "https://rtp.example"
ASKED: dict[str, Any] = {
    "resourceType": "Subscription",
    "status": "requested",
    "reason": "Case system",
    "criteria": f"{SUBMITTED} AND sector='youth'",
    "channel": {"type": "rest-hook", "endpoint": "https://x.example/hook", "payload": "application/fhir+json"},
    "end": "2028-04-05T17:31:00.000Z",
    "contact": [{"system": "email", "value": "desk@x.example"}],
}


@pytest.mark.parametrize(
    ("types", "asked"),
    [
        ([], []),
        ([TYPE, TYPE], []),
        ([TYPE], [{"prefix": {"sector": "y"}}]),
        ([TYPE], [{"not": {"exact": {"sector": "youth"}}}]),
        ([TYPE], [{"any": [{"exact": {"sector": "youth"}}]}]),
        ([TYPE], [{"exact": {"data.status": "x"}}]),
        ([TYPE], [{"exact": {"sector": "youth"}}, {"exact": {"sector": "other"}}]),
        ([TYPE], [{"all": [{"suffix": {"sector": "youth"}}]}]),
    ],
)
def test_what_criteria_cannot_say(types: list[str], asked: list[dict[str, Any]]) -> None:
    assert criteria.write(types, asked) is None
    with pytest.raises(NotInFhir):
        mapping.to_resource(make_subscription(types=types, filters=asked), public_url=PUBLIC_URL)


def make_subscription(**columns: Any) -> Subscription:
    resource = {
        "id": uuid.UUID("0199c3d4-52a0-7c11-9d2e-6a1f0c9b7e55"),
        "protocol": Protocol.HTTP,
        "sink": "https://x.example/hook",
        "types": [TYPE],
        "filters": [],
        "payload": Form.FHIR,
        "config": {},
        "description": "Case system",
        "public_key": "whpk_x",
        "status": SubscriptionStatus.ACTIVE,
        "version": 3,
        "changed_at": AT,
    }
    return Subscription(**{**resource, **columns})


def show(**columns: Any) -> dict[str, Any]:
    """A subscription with these columns, as FHIR shows it."""
    return mapping.to_resource(make_subscription(**columns), public_url=PUBLIC_URL)


def make_resource(**changed: Any) -> SubscriptionResource:
    channel = {**ASKED["channel"], **changed.pop("channel", {})}
    every = {**ASKED, "channel": channel, **changed}
    return SubscriptionResource.model_validate({name: value for name, value in every.items() if value is not ...})


def test_in_and_out_again() -> None:
    details = mapping.to_details(make_resource())
    expected = {
        "protocol": Protocol.HTTP,
        "sink": "https://x.example/hook",
        "types": [TYPE],
        "filters": [{"exact": {"sector": "youth"}}],
        "payload": Form.FHIR,
        "description": "Case system",
    }
    columns = details.model_dump(include={*expected, "config"})
    assert columns == {**expected, "config": details.config}
    document = show(**columns)
    key = {"url": "https://rtp.example/fhir/StructureDefinition/webhook-public-key", "valueString": "whpk_x"}
    assert document == {
        **ASKED,
        "id": "0199c3d4-52a0-7c11-9d2e-6a1f0c9b7e55",
        "meta": {"versionId": "3", "lastUpdated": "2027-04-05T12:30:00.000Z"},
        "extension": [key],
        "status": "active",
        "criteria": f"{SUBMITTED} AND sector=youth",
    }
    assert mapping.to_details(SubscriptionResource.model_validate({**document, "status": "requested"})) == details


def test_json_is_the_full_event_and_message_is_a_queue() -> None:
    details = mapping.to_details(
        make_resource(channel={"type": "message", "endpoint": None, "payload": "application/json"})
    )
    assert (details.protocol, details.payload, details.sink) == (Protocol.AMQP, Form.FULL, None)
    document = show(protocol=Protocol.AMQP, sink="amqps://b/v#q", payload=Form.FULL)
    assert document["channel"] == {"type": "message", "endpoint": "amqps://b/v#q", "payload": "application/json"}
    assert "extension" not in document


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (SubscriptionStatus.PENDING, "requested"),
        (SubscriptionStatus.ACTIVE, "active"),
        (SubscriptionStatus.PAUSED, "off"),
        (SubscriptionStatus.DISABLED, "error"),
        (SubscriptionStatus.ENDED, "off"),
    ],
)
def test_statuses(status: SubscriptionStatus, shown: str) -> None:
    document = show(status=status)
    assert document["status"] == shown
    assert "error" not in document


def test_what_is_wrong_with_a_disabled_one_is_said() -> None:
    document = show(status=SubscriptionStatus.DISABLED, disabled_at=AT)
    assert "until 2027-04-05T12:30:00.000Z" in document["error"]


@pytest.mark.parametrize("reason", ["", "  ", mapping.NO_REASON])
def test_no_reason_need_be_given_and_yet_fhir_gets_one(reason: str) -> None:
    assert mapping.to_details(make_resource(reason=reason)).description is None
    assert show(description=None)["reason"] == mapping.NO_REASON


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"status": "active"}, "/status"),
        ({"criteria": "x"}, "/criteria"),
        ({"channel": {"header": ["Authorization: Bearer x"]}}, "/channel/header"),
        ({"channel": {"endpoint": None}}, "/channel/endpoint"),
        ({"channel": {"type": "message"}}, "/channel/endpoint"),
        ({"channel": {"endpoint": "http:"}}, "/sink"),
        ({"contact": [{"value": "x" * 200}] * 3}, "/contact"),
    ],
)
def test_what_cannot_be_had_is_named(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        mapping.to_details(make_resource(**changed))
    assert [error.field for error in refused.value.errors] == [field]


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"resourceType": "Patient"}, ("resourceType",)),
        ({"status": "on"}, ("status",)),
        ({"reason": ...}, ("reason",)),
        ({"reason": "two\nlines"}, ("reason",)),
        ({"channel": {"type": "email"}}, ("channel", "type")),
        ({"channel": {"payload": "text/plain"}}, ("channel", "payload")),
        ({"channel": {"modifierExtension": [{"url": "x"}]}}, ("channel", "modifierExtension")),
        ({"modifierExtension": [{"url": "x"}]}, ("modifierExtension",)),
        ({"implicitRules": "http://x"}, ("implicitRules",)),
        ({"end": "2028-04-05"}, ("end",)),
        ({"end": "2028-04-05T17:31:00"}, ("end",)),
        ({"end": "2028-02-30T17:31:00Z"}, ("end",)),
        ({"end": 7}, ("end",)),
        ({"contact": [{"system": "pigeon"}]}, ("contact", 0, "system")),
    ],
)
def test_what_is_no_subscription_is_refused_where_it_is_wrong(changed: dict[str, Any], path: tuple[Any, ...]) -> None:
    with pytest.raises(ValidationError) as refused:
        make_resource(**changed)
    assert [error["loc"] for error in refused.value.errors()] == [path]


def test_what_fhir_lets_a_server_leave_aside_is_left_aside() -> None:
    more = {"text": {"status": "empty"}, "extension": [{"url": "x", "valueCode": "y"}], "_criteria": {}, "meta": {}}
    assert mapping.to_details(make_resource(**more, channel={"_payload": {}})) == mapping.to_details(make_resource())


def test_a_change_keeps_what_fhir_has_no_words_for() -> None:
    held = make_subscription(config={"mine": "note", "fhir.end": "2028-01-01T00:00:00Z"})
    changes = mapping.to_changes(make_resource(end=..., status="active", id=str(held.id)), held)
    assert changes.config == {"mine": "note", "fhir.contact": '[{"system":"email","value":"desk@x.example"}]'}
    assert changes.model_fields_set == {"sink", "types", "filters", "payload", "description", "config"}
    queue = make_subscription(protocol=Protocol.AMQP, sink="amqps://b/v#q")
    for endpoint in (None, queue.sink):
        changes = mapping.to_changes(make_resource(channel={"type": "message", "endpoint": endpoint}), queue)
        assert "sink" not in changes.model_fields_set


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"id": str(uuid.uuid4())}, "/id"),
        ({"channel": {"type": "message", "endpoint": None}}, "/channel/type"),
        ({"channel": {"header": ["x: y"]}}, "/channel/header"),
    ],
)
def test_what_cannot_be_changed_is_named(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(ResourceRefused) as refused:
        mapping.to_changes(make_resource(**changed), make_subscription())
    assert [error.field for error in refused.value.errors] == [field]


@pytest.mark.parametrize("note", [{"fhir.end": "soon"}, {"fhir.contact": "["}, {"fhir.contact": "{}"}])
def test_notes_that_somebody_else_wrote_do_no_harm(note: dict[str, str]) -> None:
    document = show(config=note)
    assert not {"end", "contact"} & document.keys()


def test_what_is_shown_once() -> None:
    [secret] = mapping.describe_secrets(public_url=PUBLIC_URL, secret="whsec_x", queue=None)
    assert secret == {"url": f"{PUBLIC_URL}/fhir/StructureDefinition/webhook-secret", "valueString": "whsec_x"}
    queue = QueueAccess(
        url="amqps://b/v", host="b", vhost="v", queue="q", dead_letter_queue="d", username="u", password="p"
    )
    [access] = mapping.describe_secrets(public_url=PUBLIC_URL, secret="whsec_x", queue=queue)
    said = {each["url"]: each["valueString"] for each in access["extension"]}
    assert said == {
        "url": "amqps://b/v", "vhost": "v", "queue": "q", "deadLetterQueue": "d", "username": "u", "password": "p",
    }  # fmt: skip


def test_our_fields_by_their_names_in_fhir() -> None:
    assert mapping.to_fhir_field(FieldError("/sink", "x")).field == "/channel/endpoint"
    assert mapping.to_fhir_field(FieldError("/filters/0/exact", "x")).field == "/criteria"
    assert mapping.to_fhir_field(FieldError("sink", "x", "query")).field == "sink"
    assert mapping.to_fhir_field(FieldError("/channel/type", "x")).field == "/channel/type"
