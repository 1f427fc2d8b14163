"""What every operation of the merged document says of its answers, and what generators of clients stumble over."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from rtp_gateway.inbound.portal.answers import FORMS, REFUSALS, describe_answers
from tests.support.documented import read_document, resolve

Json = dict[str, Any]
WRITES = {"post", "put", "patch", "delete"}


def operations() -> Iterator[tuple[str, str, Json]]:
    for path, methods in read_document()["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def find_schemas(part: Any) -> Iterator[Json]:
    if isinstance(part, dict):
        yield part
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from find_schemas(each)


def list_names(operation: Json) -> set[str]:
    return {each["name"] for each in operation.get("parameters", ())}


def declare(operation: Json, path: str = "/v1/cases") -> Json:
    """Return the answers of an operation as the gateway completes them."""
    problem = {"description": "-", "content": {"application/problem+json": {"schema": {}}}}
    operation = {"tags": ["Made up"], "responses": {"200": {"description": "-"}, "4XX": problem}, **operation}
    paths = {path: operation.pop("methods", {"get": operation})}
    describe_answers({"servers": [{"url": ""}], "paths": paths, "components": {"schemas": {}}})
    answers: Json = operation["responses"]
    return answers


def test_every_refusal_is_declared_by_its_status_and_in_its_form() -> None:
    for method, path, operation in operations():
        assert not {"4XX", "5XX", "default"} & operation["responses"].keys(), path
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                [form] = resolve(answer)["content"]
                wanted = "fhir+json" if path.startswith("/fhir") else "json" if "oauth2" in path else "problem+json"
                assert form == f"application/{wanted}", (method, path, status)


def test_what_an_operation_takes_says_how_it_may_refuse() -> None:
    for method, path, operation in operations():
        statuses, takes = {int(each) for each in operation["responses"]}, list_names(operation)
        assert {400, 503} <= statuses, (method, path)
        assert (403 in statuses) == bool(operation["security"]), (method, path)
        assert (428 in statuses) == any(
            each["name"] == "If-Match" and each["required"] for each in operation.get("parameters", ())
        )
        assert (412 in statuses) == ("If-Match" in takes), (method, path)
        assert {408, 413, 415} <= statuses if method in WRITES else not {408, 412, 413, 415, 428} & statuses
        assert 409 in statuses or "Idempotency-Key" not in takes, (method, path)
        assert 404 in statuses or "{" not in path, (method, path)
        assert (304 in statuses) == ("If-None-Match" in takes), (method, path)


def test_numbers_have_no_keyword_that_json_schema_does_not_know() -> None:
    known = {"type", "title", "description", "default", "examples", "minimum", "maximum", "exclusiveMinimum", "const"}
    for schema in find_schemas(read_document()):
        if schema.get("type") in ("integer", "number"):
            assert schema.keys() <= known, schema


def test_a_member_that_may_be_left_out_of_an_answer_is_not_required() -> None:
    schemas = read_document()["components"]["schemas"]
    required = set(schemas["SubscriptionView"]["required"])
    assert required >= {"id", "sink", "status", "version"}
    assert not required & {"endedAt", "disabledAt", "source", "description", "sinkcredential", "warnings"}
    assert "x-left-out" not in str(schemas)


def test_429_is_declared_where_a_token_is_counted_or_somebody_may_do_too_much_at_once() -> None:
    found = {operation["operationId"] for _, _, operation in operations() if "429" in operation["responses"]}
    assert found >= {"putDocumentContent", "getCaseBundle", "importCase", "listEvents", "streamEvents"}
    assert found >= {"createSubscription", "changeSubscription", "replaceSubscription", "resumeSubscription"}
    assert found >= {"openCase", "submitExpressionOfInterest", "listCases", "pauseSubscription"}


def test_headers_are_declared_with_the_answers_that_have_them() -> None:
    for method, path, operation in operations():
        takes = list_names(operation)
        for status, answer in operation["responses"].items():
            answer = resolve(answer)
            headers = answer["headers"].keys()
            assert "Correlation-Id" in headers
            assert ("WWW-Authenticate" in headers) == (status in ("401", "403")), (method, path, status)
            assert "Retry-After" in headers or status not in ("429", "503"), (method, path, status)
            assert status == "202" or ("Location" in headers) == (status == "201"), (method, path, status)
            assert ("Idempotency-Replayed" in headers) == (status < "300" and "Idempotency-Key" in takes)
            assert "ETag" in headers or not ("If-Match" in takes and status == "200"), (method, path, status)


@pytest.mark.parametrize(
    ("operation", "path", "more"),
    [
        ({}, "/v1/events", set()),
        ({}, "/v1/events/{event_id}", {404}),
        ({}, "/v1/cases", {502, 504}),
        ({"security": [{}]}, "/v1/events", {403, 429}),
        ({"responses": {"200": {"description": "-"}, "418": {"description": "-"}}}, "/v1/events", {418}),
        ({"parameters": [{"name": "Idempotency-Key"}]}, "/v1/events", {409}),
        ({"parameters": [{"name": "If-Match", "required": False}]}, "/v1/events", {304, 412}),
        ({"parameters": [{"name": "If-Match", "required": True}]}, "/v1/events", {304, 412, 428}),
        ({}, "/v1/cases/{case_id}/bundle", {404, 429, 502, 504}),
    ],
)
def test_each_rule_alone(operation: Json, path: str, more: set[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REFUSALS, 418, ("Teapot", "-"))
    if "responses" in operation:
        form = {"4XX": {"description": "-", "content": {next(iter(FORMS)): {"schema": {}}}}}
        operation = operation | {"responses": operation["responses"] | form}
    assert {int(each) for each in declare(operation, path)} == {200, 400, 401, 422, 503} | more


def test_no_body_is_null_or_something() -> None:
    for _, path, operation in operations():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert "anyOf" not in content["schema"], path


def test_titles_and_names_of_schemas_are_unique_and_name_no_module() -> None:
    schemas = read_document()["components"]["schemas"]
    titles = Counter(schema["title"].lower() for schema in schemas.values())
    assert [title for title, count in titles.items() if count > 1] == []
    assert [name for name in schemas if "rtp_" in name] == []


def test_values_of_a_list_differ_by_more_than_case() -> None:
    for schema in find_schemas(read_document()):
        if isinstance(values := schema.get("enum"), list):
            folded = {re.sub(r"\W", "_", str(each)).lower() for each in values}
            assert len(folded) == len(values), values


def test_every_answer_with_a_body_has_a_schema() -> None:
    for method, path, operation in operations():
        for status, answer in operation["responses"].items():
            for media_type, content in resolve(answer).get("content", {}).items():
                assert content["schema"], (method, path, status, media_type)


def test_bodies_come_in_forms_that_generated_clients_can_send() -> None:
    sent = {kind for _, _, each in operations() for kind in each.get("requestBody", {}).get("content", {})}
    assert sent == {"application/json", "application/octet-stream", "application/x-www-form-urlencoded"}


def test_what_must_be_there_is_there() -> None:
    for schema in find_schemas(read_document()):
        if isinstance(schema.get("properties"), dict) and isinstance(required := schema.get("required"), list):
            assert set(required) <= schema["properties"].keys()
