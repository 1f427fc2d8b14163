"""Subscriptions in FHIR, read and written: pure."""

import re
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rtp_gateway.forms import signals
from rtp_gateway.forms.rendering import Form
from rtp_gateway.outbound.fhir import criteria, mapping
from rtp_gateway.outbound.fhir.errors import CriteriaRefused, NotInFhir, ResourceRefused
from rtp_gateway.outbound.fhir.schemas import SubscriptionResource
from rtp_gateway.outbound.subscriptions import filters
from rtp_gateway.outbound.subscriptions.models import Subscription, SubscriptionStatus
from rtp_gateway.outbound.transports.queues import QueueAccess
from rtp_gateway.outbound.transports.requests import Protocol
from rtp_shared.contracts import catalogue
from rtp_shared.contracts.vocabulary import Route, Sector
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

values = {
    "route": st.sampled_from(list(Route)).map(str),
    "sector": st.sampled_from(list(Sector)).map(str),
    "region": st.from_regex(r"[A-Z][0-9]{8}", fullmatch=True).filter(str.isascii),
    "employer": st.uuids().map(str),
    "commissioner": st.uuids().map(str),
    "caseid": st.uuids().map(str),
    "subject": st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40),
}
gaps = st.sampled_from([" ", "  ", "\n", "\t "])


def quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str, dict[str, str]]:
    """Criteria as somebody may write them, and what they mean."""
    type_ = draw(st.sampled_from(sorted(catalogue())))
    said = draw(st.fixed_dictionaries({}, optional=values))
    pairs = draw(st.permutations([("eventType", signals.name_signal(type_)), *said.items()]))
    texts = []
    for key, value in pairs:
        bare = not set(value) & set("'\\=") and not any(c.isspace() for c in value) and draw(st.booleans())
        texts.append(f"{key}{draw(st.sampled_from(['=', ' = ']))}{value if bare else quoted(value)}")
    return f"{draw(gaps)}AND{draw(gaps)}".join(texts), type_, said


@given(written())
def test_criteria_go_both_ways(given_: tuple[str, str, dict[str, str]]) -> None:
    text, type_, said = given_
    chosen = criteria.read(text)
    assert (chosen.type, chosen.values) == (type_, said)
    filters.check(chosen.filters)
    again = criteria.write([chosen.type], chosen.filters)
    assert again is not None
    assert again.startswith("eventType=rtp-")
    assert criteria.read(again) == chosen
    assert criteria.write([type_], [{"all": [{"exact": {key: value}} for key, value in said.items()]}]) == again


@given(written(), st.dictionaries(st.sampled_from([*values, "type"]), st.sampled_from(["youth", "E12000007", "x"])))
def test_criteria_choose_what_their_conditions_say(
    given_: tuple[str, str, dict[str, str]], other: dict[str, str]
) -> None:
    text, type_, said = given_
    chosen = criteria.read(text)
    assert filters.matches(chosen.filters, {"type": type_, **said})
    event = {"type": type_, **said, **other}
    assert filters.matches(chosen.filters, event) == all(event.get(key) == value for key, value in said.items())


@given(st.text(max_size=60) | st.text("eventType=rtp' AND\\s1", max_size=60))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    try:
        criteria.read(text)
    except CriteriaRefused as refused:
        [error] = refused.errors
        assert error.field == "/criteria"


def test_criteria_as_mns_and_as_others_write_them() -> None:
    assert criteria.read(f"{SUBMITTED} AND region=E12000007") == criteria.read(
        "region = 'E12000007'  AND eventType='rtp-applications-case-submitted-1'"
    )
    assert criteria.read(f"{SUBMITTED} AND subject='it\\'s \\\\ this'").values == {"subject": "it's \\ this"}
    case_id = uuid.uuid4()
    assert criteria.read(f"{SUBMITTED} AND caseid={str(case_id).upper()}").values == {"caseid": str(case_id)}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sector=youth", "must name the type of event"),
        ("eventType=pds-change-of-gp-2", "not published"),
        (f"{SUBMITTED} AND colour=red", "key that is not known; there are eventType, route, sector"),
        (f"{SUBMITTED} AND sector=sport", "sector must be one of community-health, "),
        (f"{SUBMITTED} AND region=London", "region must be an ONS code"),
        (f"{SUBMITTED} AND employer=Leeds", "employer must be the id"),
        (f"{SUBMITTED} AND {SUBMITTED}", "names eventType twice"),
        (f"{SUBMITTED} AND sector=youth AND sector=fire-and-rescue", "names sector twice"),
        (f"{SUBMITTED} OR sector=youth", f"needs AND at character {len(SUBMITTED) + 2}; there is no OR"),
        (f"{SUBMITTED} and sector=youth", "needs AND"),
        (f"{SUBMITTED} AND ", "cannot be read from character"),
        (f"{SUBMITTED} AND sector='youth", "cannot be read from character"),
        (f"{SUBMITTED} AND sector='youth'AND route=employer-led", "cannot be read from character"),
        (f"{SUBMITTED} AND subject=''", "cannot be read from character"),
        (f"{SUBMITTED} AND subject='\\n'", "cannot be read from character"),
        (f"{SUBMITTED} AND subject='\x00'", "not text"),
        (f"{SUBMITTED} AND subject={'x' * 501}", "at most 500"),
        (f"{SUBMITTED}{' ' * 2000}", "at most 2000"),
        ("Patient?name=x", "cannot be read from character 1 on|must name the type|not known"),
        ("", "cannot be read from character 1 on"),
    ],
)
def test_criteria_are_refused_with_what_to_do(text: str, reason: str) -> None:
    with pytest.raises(CriteriaRefused) as refused:
        criteria.read(text)
    assert re.search(reason, refused.value.errors[0].reason), refused.value.errors


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
        mapping.to_resource(kept(types=types, filters=asked), public_url=PUBLIC_URL)


def kept(**columns: Any) -> Subscription:
    made = {
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
    return Subscription(**{**made, **columns})


def asked(**changed: Any) -> SubscriptionResource:
    channel = {**ASKED["channel"], **changed.pop("channel", {})}
    every = {**ASKED, "channel": channel, **changed}
    return SubscriptionResource.model_validate({name: value for name, value in every.items() if value is not ...})


def test_in_and_out_again() -> None:
    details = mapping.to_details(asked())
    assert details.protocol is Protocol.HTTP
    assert details.sink == "https://x.example/hook"
    assert details.types == [TYPE]
    assert details.filters == [{"exact": {"sector": "youth"}}]
    assert details.payload is Form.FHIR
    assert details.description == "Case system"
    columns = details.model_dump(include={"types", "filters", "payload", "config", "description", "sink", "protocol"})
    document = mapping.to_resource(kept(**columns), public_url=PUBLIC_URL)
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
    details = mapping.to_details(asked(channel={"type": "message", "endpoint": None, "payload": "application/json"}))
    assert (details.protocol, details.payload, details.sink) == (Protocol.AMQP, Form.FULL, None)
    document = mapping.to_resource(kept(protocol=Protocol.AMQP, sink="amqps://b/v#q", payload=Form.FULL), public_url="")
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
    document = mapping.to_resource(kept(status=status), public_url=PUBLIC_URL)
    assert document["status"] == shown
    assert "error" not in document


def test_what_is_wrong_with_a_disabled_one_is_said() -> None:
    document = mapping.to_resource(kept(status=SubscriptionStatus.DISABLED, disabled_at=AT), public_url=PUBLIC_URL)
    assert "until 2027-04-05T12:30:00.000Z" in document["error"]


@pytest.mark.parametrize("reason", ["", "  ", mapping.NO_REASON])
def test_no_reason_need_be_given_and_yet_fhir_gets_one(reason: str) -> None:
    assert mapping.to_details(asked(reason=reason)).description is None
    assert mapping.to_resource(kept(description=None), public_url=PUBLIC_URL)["reason"] == mapping.NO_REASON


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
        mapping.to_details(asked(**changed))
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
        asked(**changed)
    assert [error["loc"] for error in refused.value.errors()] == [path]


def test_what_fhir_lets_a_server_leave_aside_is_left_aside() -> None:
    more = {"text": {"status": "empty"}, "extension": [{"url": "x", "valueCode": "y"}], "_criteria": {}, "meta": {}}
    assert mapping.to_details(asked(**more, channel={"_payload": {}})) == mapping.to_details(asked())


def test_a_change_keeps_what_fhir_has_no_words_for() -> None:
    held = kept(config={"mine": "note", "fhir.end": "2028-01-01T00:00:00Z"})
    changes = mapping.to_changes(asked(end=..., status="active", id=str(held.id)), held)
    assert changes.config == {"mine": "note", "fhir.contact": '[{"system":"email","value":"desk@x.example"}]'}
    assert changes.model_fields_set == {"sink", "types", "filters", "payload", "description", "config"}
    queue = kept(protocol=Protocol.AMQP, sink="amqps://b/v#q")
    for endpoint in (None, queue.sink):
        changes = mapping.to_changes(asked(channel={"type": "message", "endpoint": endpoint}), queue)
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
        mapping.to_changes(asked(**changed), kept())
    assert [error.field for error in refused.value.errors] == [field]


@pytest.mark.parametrize("note", [{"fhir.end": "soon"}, {"fhir.contact": "["}, {"fhir.contact": "{}"}])
def test_notes_that_somebody_else_wrote_do_no_harm(note: dict[str, str]) -> None:
    document = mapping.to_resource(kept(config=note), public_url=PUBLIC_URL)
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
