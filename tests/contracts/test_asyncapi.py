"""The AsyncAPI document: valid by its schema, true to its own examples, and whole."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from rtp_gateway.forms import rendering
from rtp_gateway.inbound.portal import asyncapi, envelopes
from rtp_gateway.inbound.portal.envelopes import key_of
from rtp_gateway.inbound.portal.messages import SUBSCRIPTION
from rtp_gateway.outbound.transports import amqp, queues
from rtp_gateway.outbound.transports.requests import DeliveryRequest
from rtp_shared.contracts import EventData, catalogue, events
from rtp_shared.contracts.applications import CaseSubmitted
from rtp_shared.rabbit import topology

HERE = Path(__file__).parent
NOW = datetime(2033, 11, 23, tzinfo=UTC)
DOCUMENT = asyncapi.build_document(public_url="https://righttoprovide.example")
URI = "urn:asyncapi"
REGISTRY: Any = Registry().with_resource(URI, Resource.from_contents(DOCUMENT, default_specification=DRAFT202012))
KEYS = {key_of(kind) for kind in catalogue().values()}


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """The part, or what its reference leads to."""
    if "$ref" not in part:
        return part
    found: Any = DOCUMENT
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return resolved(found)


def messages() -> list[Any]:
    inline = [
        pytest.param(resolved(message), id=f"{name}:{key}")
        for name, channel in DOCUMENT["channels"].items()
        for key, message in channel["messages"].items()
    ]
    apart = [pytest.param(each, id=name) for name, each in DOCUMENT["components"]["messages"].items()]
    return [*inline, *apart]


def fits(value: Any, schema: dict[str, Any]) -> bool:
    reference = {"$ref": f"{URI}{schema['$ref']}"} if "$ref" in schema else schema
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    validator = jsonschema.Draft202012Validator(reference, registry=REGISTRY, format_checker=checker)
    return bool(validator.is_valid(value))


def headers_of(message: dict[str, Any]) -> dict[str, Any] | None:
    for trait in map(resolved, message.get("traits", [])):
        if "headers" in trait:
            headers: dict[str, Any] = trait["headers"]
            return headers
    return None


@pytest.mark.parametrize("url", ["https://righttoprovide.example", "http://localhost:8000", "https://x.example/rtp"])
def test_the_document_is_valid_by_the_schema_of_asyncapi(url: str) -> None:
    schema = json.loads((HERE / "asyncapi-3.0.0.json").read_text())
    jsonschema.Draft7Validator(schema).validate(asyncapi.build_document(public_url=url))


def test_the_schema_would_refuse_a_document_that_is_wrong() -> None:
    schema = json.loads((HERE / "asyncapi-3.0.0.json").read_text())
    for wrong in (
        {"channels": {"a": {"address": 1}}},
        {"operations": {"a": {"action": "deliver"}}},
        {"channels": {"a": {"bindings": {"amqp": {"is": "topic", "bindingVersion": "0.3.0"}}}}},
    ):
        assert not jsonschema.Draft7Validator(schema).is_valid({**DOCUMENT, **wrong}), wrong


@pytest.mark.parametrize("message", messages())
def test_every_message_has_an_example_that_fits_its_own_schemas(message: dict[str, Any]) -> None:
    assert message["examples"]
    for example in message["examples"]:
        if "payload" in example:
            assert fits(example["payload"], message["payload"])
        headers = headers_of(message)
        assert ("headers" in example) == (headers is not None)
        assert headers is None or fits(example["headers"], headers)
        assert "payload" in example or "headers" in example


@pytest.mark.parametrize("name", [name for name in DOCUMENT["channels"] if not name.startswith("exchange.")])
def test_whatever_is_sent_is_exactly_one_of_the_channel_s_messages(name: str) -> None:
    schemas = {key: resolved(message)["payload"] for key, message in DOCUMENT["channels"][name]["messages"].items()}
    samples = {key: resolved(DOCUMENT["components"]["messages"].get(key, {})).get("examples") for key in schemas}
    for key, examples in samples.items():
        for example in examples or []:
            assert [other for other, schema in schemas.items() if fits(example["payload"], schema)] == [key]


def test_the_schemas_tell_what_is_not_one_of_our_events() -> None:
    schema = {"$ref": "#/components/schemas/applications.case-submitted.v1"}
    good = DOCUMENT["components"]["messages"]["applications.case-submitted.v1"]["examples"][0]["payload"]
    assert fits(good, schema)
    for wrong in (
        {"sequence": "1"},
        {"type": "org.righttoprovide.applications.case-opened.v1"},
        {"previoushash": "ABC"},
        {"caseid": "none"},
        {"data": {**good["data"], "employer": "Kent"}},
    ):
        assert not fits({**good, **wrong}, schema), wrong
    for lost in ("caseid", "partitionkey", "data"):
        assert not fits({name: value for name, value in good.items() if name != lost}, schema), lost
    thin = {"$ref": "#/components/schemas/thin-event"}
    without_data = {name: value for name, value in good.items() if name != "data"}
    assert not fits(without_data, thin)
    assert fits({**without_data, "eventhash": events.compute_digest(b"x")}, thin)
    assert not fits({**good, "eventhash": events.compute_digest(b"x")}, thin)


def test_every_operation_sends_messages_of_its_own_channel_and_no_channel_is_without() -> None:
    used = set()
    for name, operation in DOCUMENT["operations"].items():
        channel = operation["channel"]["$ref"].removeprefix("#/channels/")
        used.add(channel)
        assert operation["action"] == "send", name
        own = {f"#/channels/{channel}/messages/{key}" for key in DOCUMENT["channels"][channel]["messages"]}
        assert {message["$ref"] for message in operation["messages"]} == own, name
    assert used == DOCUMENT["channels"].keys()


def test_every_reference_leads_somewhere() -> None:
    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if "$ref" in part:
                assert resolved(part) is not None
            for each in part.values():
                walk(each)
        elif isinstance(part, list):
            for each in part:
                walk(each)

    walk(DOCUMENT)


def test_every_type_travels_every_way() -> None:
    for name in ("webhook", "stream"):
        assert DOCUMENT["channels"][name]["messages"].keys() == KEYS | {"thin-event"}
    assert DOCUMENT["channels"]["queue"]["messages"].keys() == KEYS | {"thin-event", "fhir-bundle"}
    items = DOCUMENT["components"]["schemas"]["event-page"]["properties"]["items"]["items"]["oneOf"]
    assert {each["$ref"].removeprefix("#/components/schemas/") for each in items} == KEYS | {"thin-event"}
    between = {each["address"] for name, each in DOCUMENT["channels"].items() if name.startswith("exchange.")}
    assert between == set(catalogue())


def test_the_queues_are_the_ones_that_are_made() -> None:
    queue = DOCUMENT["channels"]["queue"]
    subscription = UUID("0199c3d4-52a0-7c11-9d2e-6a1f0c9b7eaa")
    assert queue["address"].replace("{id}", str(subscription)) == queues.name_queue(subscription)
    assert queue["address"] == queue["bindings"]["amqp"]["queue"]["name"]
    assert f"`{queue['address']}.dead`" in queue["description"]
    assert queues.name_dead_letter_queue(subscription) == f"{queues.name_queue(subscription)}.dead"
    exchange = DOCUMENT["components"]["channelBindings"]["exchange"]["amqp"]["exchange"]
    assert exchange["name"] == topology.EXCHANGE


def test_the_headers_in_a_queue_are_those_that_are_sent() -> None:
    kind = CaseSubmitted
    request = DeliveryRequest(
        subscription_id=UUID(SUBSCRIPTION),
        message_id="1",
        type=kind.TYPE,
        sink="",
        content_type=events.CONTENT_TYPE,
        body=envelopes.dump_example(kind),
    )
    message = DOCUMENT["channels"]["queue"]["messages"][key_of(kind)]
    assert message["examples"][0]["headers"] == amqp.build_properties(request, now=NOW).headers
    assert amqp.build_properties(request, now=NOW).type == message["bindings"]["amqp"]["messageType"]


def test_the_forms_are_those_that_are_sent() -> None:
    body = envelopes.dump_example(CaseSubmitted)
    for form in rendering.Form:
        hash_ = hashlib.sha256(body).digest()
        content_type, sent = rendering.render(form, body, hash_=hash_, subscription_url="https://x.example/1")
        channel = DOCUMENT["channels"]["queue"]["messages"]
        fitting = [name for name, each in channel.items() if fits(json.loads(sent), resolved(each)["payload"])]
        expected = {"full": key_of(CaseSubmitted), "thin": "thin-event", "fhir": "fhir-bundle"}[form]
        assert fitting == [expected]
        assert content_type == resolved(channel[expected]).get("contentType", DOCUMENT["defaultContentType"])


def test_parameters_are_those_of_the_address() -> None:
    for channel in DOCUMENT["channels"].values():
        named = {part.partition("}")[0] for part in (channel["address"] or "").split("{")[1:]}
        assert channel.get("parameters", {}).keys() == named


@pytest.mark.parametrize("kind", catalogue().values(), ids=catalogue().keys())
def test_an_event_has_a_case_if_it_is_about_one(kind: type[EventData]) -> None:
    schema = DOCUMENT["components"]["schemas"][key_of(kind)]
    about_case = kind.SUBJECT == "cases"
    assert ("caseid" in schema["required"]) == ("caseid" in schema["properties"]) == about_case
    assert ("employer" in schema["properties"]) == about_case


def test_the_document_keeps_to_its_public_address() -> None:
    elsewhere = asyncapi.build_document(public_url="https://x.example")
    assert elsewhere["servers"]["platform"]["host"] == "x.example"
    token = elsewhere["components"]["securitySchemes"]["clientCredentials"]["flows"]["clientCredentials"]["tokenUrl"]
    assert token == "https://x.example/oauth2/token"
    assert json.loads(asyncapi.dump_document("https://x.example")) == elsewhere
