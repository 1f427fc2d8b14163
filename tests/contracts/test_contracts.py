"""Every event ever published can be read today, and says what the contract says."""

import json
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from rtp_gateway.inbound.portal.envelopes import build_envelope_schema
from rtp_gateway.outbound.erasure.models import PersonKind
from rtp_shared import contracts
from rtp_shared.contracts import EventData, catalogue, events

EXAMPLES = Path(contracts.__file__).parent / "examples"
HERE = Path(__file__).parent

each_type = pytest.mark.parametrize("kind", catalogue().values(), ids=catalogue().keys())


def example(kind: type[EventData]) -> bytes:
    path = EXAMPLES / f"{kind.TYPE}.json"
    if not path.exists():
        pytest.fail(f"{kind.__name__} has no example: write {path} (docs/adding-an-event.md)", pytrace=False)
    return path.read_bytes()


@each_type
def test_every_event_has_an_example_that_reads(kind: type[EventData]) -> None:
    event = events.read(example(kind))
    assert event.type == kind.TYPE
    one = "saved-search" if kind.SUBJECT == "saved-searches" else kind.SUBJECT.removesuffix("s")
    about = one.replace("-", "_") + "_id"
    assert event.read_as(kind).model_dump()[about] == event.subject_id
    assert event.attributes["subject"] == f"{kind.SUBJECT}/{event.subject_id}"


def test_every_example_is_of_an_event_that_is_still_known() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.json")} - set(catalogue()) == set()


@each_type
def test_the_example_says_all_that_the_contract_can_say(kind: type[EventData]) -> None:
    said, fields = set(json.loads(example(kind))["data"]), {field.alias for field in kind.model_fields.values()}
    assert said == fields, f"add to the data of examples/{kind.TYPE}.json: {fields - said}; take out: {said - fields}"


@each_type
def test_the_example_is_a_cloudevent_by_the_specification_s_schema(kind: type[EventData]) -> None:
    schema = json.loads((HERE / "cloudevents.schema.v1.0.2.json").read_text())
    checker = jsonschema.Draft7Validator.FORMAT_CHECKER
    jsonschema.Draft7Validator(schema, format_checker=checker).validate(json.loads(example(kind)))


@each_type
def test_the_example_fits_its_published_schema(kind: type[EventData]) -> None:
    schema = build_envelope_schema(kind, public_url="https://righttoprovide.example")
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(
        json.loads(example(kind))
    )


@each_type
def test_the_sdk_of_cloudevents_reads_the_example(kind: type[EventData]) -> None:
    from cloudevents.core.formats.json import JSONFormat
    from cloudevents.core.v1.event import CloudEvent

    event = JSONFormat().read(CloudEvent, example(kind))
    assert event.get_type() == kind.TYPE


@each_type
def test_fields_are_only_added(kind: type[EventData]) -> None:
    """The example is of the first day: a field that it has may not go, and a new field must have a default."""
    first_day = json.loads(example(kind))["data"]
    required = {field.alias for field in kind.model_fields.values() if field.is_required()}
    assert required <= set(first_day)
    assert set(first_day) <= {field.alias for field in kind.model_fields.values()}


@each_type
def test_what_may_be_null_may_be_left_out(kind: type[EventData]) -> None:
    """A published event leaves its nulls out: a field that were required and null could not be read again."""
    nullable = [name for name, field in kind.model_fields.items() if type(None) in get_args(field.annotation)]
    assert [name for name in nullable if kind.model_fields[name].is_required()] == []


def good() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((EXAMPLES / f"{contracts.applications.CaseOpened.TYPE}.json").read_text())
    return document


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"specversion": None}, "specversion"),
        ({"Type": "x"}, "attribute name"),
        ({"time": "yesterday"}, "not right"),
        ({"caseid": "no-uuid"}, "not right"),
        ({"sequence": "first"}, "not right"),
        ({"data": {"route": "right-to-provide"}}, "not right"),
        ({"data": None}, "object"),
        ({"data": ["list"]}, "object"),
    ],
)
def test_what_is_not_one_of_our_events_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(events.NotAnEvent, match=why):
        events.read(json.dumps({**good(), **change}).encode())


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"{}", b'"text"'])
def test_bytes_that_are_no_event_are_refused(body: bytes) -> None:
    with pytest.raises(events.NotAnEvent):
        events.read(body)


def test_an_unknown_attribute_or_field_is_no_obstacle() -> None:
    event = good()
    event["expirytime"] = "2030-01-01T00:00:00Z"
    event["data"]["later"] = 1
    assert events.read(json.dumps(event).encode()).type == event["type"]


NO_PEOPLE = {
    "adviserNetworkId",
    "authority",
    "barrierId",
    "bodiesReplaced",
    "body",
    "buyer",
    "caseId",
    "commissioner",
    "decisionBody",
    "decisionId",
    "documentId",
    "employer",
    "engagementId",
    "funderId",
    "programmeId",
    "needId",
    "eventId",
    "networkId",
    "networkNoticeId",
    "noLongerFitting",
    "nowFitting",
    "organisationId",
    "productId",
    "productIds",
    "openReferralFeedId",
    "resourceId",
    "reservedAwardId",
    "savedSearchId",
    "shortlistId",
    "subscriptionId",
    "successors",
    "supportRequestId",
}
"""Fields that hold ids, but none of people."""


@each_type
def test_every_id_is_said_to_be_a_person_s_or_known_to_be_none(kind: type[EventData]) -> None:
    """Whoever is to be erased is looked for in the declared fields, and nowhere else."""
    ids = {name for name, field in kind.model_fields.items() if "UUID" in str(field.annotation)}
    people = {name for name in ids if kind.model_fields[name].alias not in NO_PEOPLE}
    assert people == set(kind.PEOPLE)
    assert set(kind.PEOPLE.values()) <= set(PersonKind)
