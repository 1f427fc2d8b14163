"""What a JSON body may hold: its values are counted before anything is done for each of them."""

import json
from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Message

from rtp_shared.json_bodies import MOST_SIGNS, MOST_VALUES, require_few_values
from rtp_shared.problems import TooLarge
from tests.conftest import NewClient

pytestmark = pytest.mark.anyio

PROSE = "First, this [as agreed], then that. " * 500


def build_request(body: bytes) -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


@pytest.mark.parametrize(
    "value",
    [
        {f"key-{number}": 0 for number in range(MOST_VALUES)},
        {"texts": [PROSE] * 6},  # thousands of commas, and seven values
        {"items": [[0]] * (MOST_VALUES // 2 - 1)},
    ],
    ids=["members", "prose", "nested"],
)
async def test_as_many_as_allowed_pass(value: Any) -> None:
    await require_few_values(build_request(json.dumps(value).encode()))


@pytest.mark.parametrize(
    "value",
    [
        {f"key-{number}": 0 for number in range(MOST_VALUES + 1)},
        {"items": [[0]] * (MOST_VALUES // 2)},
        {"items": [{}] * (MOST_VALUES + 1)},
        [PROSE] * (MOST_SIGNS // 1000),
    ],
    ids=["members", "nested", "empty", "signs"],
)
async def test_more_are_refused(value: Any) -> None:
    with pytest.raises(TooLarge):
        await require_few_values(build_request(json.dumps(value).encode()))


@pytest.mark.parametrize(
    "body", [b"[" * MOST_VALUES, b"," * MOST_VALUES, b'"\\ud800"' + b"," * MOST_VALUES, b"\xff" * 9]
)
async def test_what_is_no_json_is_for_others_to_refuse(body: bytes) -> None:
    await require_few_values(build_request(body))


@pytest.mark.parametrize("path", ["/v1/cases", "/v1/subscriptions", "/fhir/R4/Subscription"])
async def test_a_body_with_too_many_values_is_refused_everywhere(new_client: NewClient, path: str) -> None:
    api = await new_client()
    kind = "application/fhir+json" if "fhir" in path else "application/json"
    body = json.dumps({f"key-{number:05}": 0 for number in range(60_000)})
    answer = await api.post(path, content=body, headers={"Content-Type": kind})
    assert answer.status_code == 413, answer.text
