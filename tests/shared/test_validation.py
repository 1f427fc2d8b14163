"""A refusal names what was sent, in our words."""

import re
import uuid
from typing import Any

import pytest
from pydantic import ValidationError

from rtp_shared.validation import describe_errors
from tests.architecture.test_inputs import list_models
from tests.conftest import Api, NewClient
from tests.support.cases import READY, open_case
from tests.support.problems import name_problem

LIBRARY = re.compile(
    r"Input should|Field required|Extra inputs|String should|List should|Value error|Assertion|Unable to"
)
OURS = re.compile(r"(?<!')\b[A-Z][a-z]+[A-Z]|function-|tagged-union|\[key\]")
"""Names of classes and of validators."""


@pytest.fixture
async def api(new_client: NewClient) -> Api:
    return await new_client()


@pytest.mark.parametrize(
    "value", [None, 0, "", "x" * 10_000, [], [0], {}, {"x": 1}, True, 1e400, "\0", {"type": "x"}], ids=repr
)
def test_no_field_of_any_body_is_refused_in_the_words_of_a_library(value: Any) -> None:
    for model in list_models():
        body = {field.alias or name: value for name, field in model.model_fields.items()}
        for sent in (body, {**body, "odd": value}, value, {}):
            try:
                model.model_validate(sent)
            except ValidationError as error:
                errors = [{**each, "loc": ("body", *each["loc"])} for each in error.errors(include_url=False)]
                for each in describe_errors(errors, sent):
                    assert not LIBRARY.search(each.reason), (model, each)
                    assert not OURS.search(each.reason), (model, each)
                    assert each.field == "" or each.field.startswith("/")
                    for part in each.field.split("/")[1:]:
                        assert part.isdecimal() or not part[0].isupper(), (model, each)


SUBSCRIPTION = {
    "types": ["org.righttoprovide.applications.case-submitted.v1"],
    "protocol": "HTTP",
    "sink": "https://x.test/",
}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        ("/v1/cases", {**READY, "route": "x"}, {"/route": "must be '"}),
        ("/v1/cases", {**READY, "headcount": "5"}, {"/headcount": "must be a whole number"}),
        ("/v1/cases", {**READY, "conflictsDeclared": 1}, {"/conflictsDeclared": "must be true or false"}),
        ("/v1/cases", {**READY, "odd/~": 1}, {"/odd~1~0": "is not a field here"}),
        ("/v1/cases", {**READY, "supportNeeds": ["legal", 1]}, {"/supportNeeds/1": "must be"}),
        ("/v1/cases", [], {"": "must be an object"}),
        ("/v1/cases", {**READY, "employer": {}}, {"/employer": "must be text"}),
        ("/v1/subscriptions", {**SUBSCRIPTION, "filters": [{"exact": {"type": 1}}]}, {"/filters/0/exact/type": ""}),
        ("/v1/subscriptions", {**SUBSCRIPTION, "sinkcredential": {}}, {"/sinkcredential": ""}),
        ("/v1/subscriptions", {**SUBSCRIPTION, "sinkcredential": {"credentialtype": "X"}}, {"/sinkcredential": ""}),
        ("/v1/subscriptions", {**SUBSCRIPTION, "protocolsettings": {"x": 2}}, {"/protocolsettings/x": ""}),
    ],
)  # fmt: skip
async def test_pointers_lead_into_what_was_sent(api: Api, path: str, body: Any, errors: dict[str, str]) -> None:
    answer = await api.post(path, json=body)
    assert answer.status_code == 422, answer.text
    found = {each["field"]: each["reason"] for each in answer.json()["errors"]}
    assert found.keys() == errors.keys(), found
    for field, reason in errors.items():
        assert found[field].startswith(reason)
        assert not LIBRARY.search(found[field])


@pytest.mark.anyio
async def test_what_is_wrong_beside_the_body_is_named_as_it_was_sent(api: Api) -> None:
    answer = await api.get("/v1/products?status=open&status=odd&limit=x", headers={"On-Behalf-Of": "a b"})
    named = {(each["in"], each["field"]) for each in answer.json()["errors"]}
    assert named == {("query", "status"), ("query", "limit")}
    acting = await api.get("/v1/cases/not-one", headers={"On-Behalf-Of": "a b"})
    named = {(each["in"], each["field"]) for each in acting.json()["errors"]}
    assert named == {("path", "case_id"), ("header", "On-Behalf-Of")}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("path", "close"),
    [
        ("/v1/cases/{id}/actions/submitt", "submit"),
        ("/v1/cases/{id}/actions/Submit", "submit"),
        ("/v1/cases/{id}/actions/zzz", None),
        ("/v1/cases/{id}/documents/{id}/actions/withdrawn", "withdraw"),
        ("/v1/cases/{id}/parties/{id}/actions/remove", None),
        ("/v1/barriers/{id}/actions/answered", "answer"),
        ("/v1/support-requests/{id}/actions/acept", "accept"),
        ("/v1/subscriptions/{id}/actions/pauze", "pause"),
        ("/v1/subscriptions/{id}/dead-letters/{id}/actions/skipp", "skip"),
    ],
)
async def test_an_unknown_action_has_a_type_of_its_own(api: Api, path: str, close: str | None) -> None:
    case = await open_case(api)
    answer = await api.post(path.replace("{id}", case["id"]), json={})
    assert name_problem(answer) == (404, "unknown-action")
    assert close is None or answer.json()["detail"].endswith(close) or f" {close}," in answer.json()["detail"]
    nowhere = await api.post(f"/v1/nothing/{uuid.uuid4()}/actions/x")
    assert nowhere.json()["type"] == "about:blank"
