"""Bad input gets a problem that names the field and the reason, and changes nothing."""

import uuid
from typing import Any

import pytest

from tests.conftest import Api
from tests.support.problems import list_fields

pytestmark = pytest.mark.anyio


BAD_BODIES: list[tuple[Any, str]] = [
    ({"employer": "GB-LAE-NONE"}, "/employer"),
    ({"employer": str(uuid.uuid4())}, "/employer"),
    ({"employer": "GB-LAE-ALL"}, "/employer"),  # Allerdale ended in 2023
    ({"commissioner": "GB-NHS-R1C"}, "/commissioner"),  # Solent NHS Trust closed in 2024
    ({"employer": "GB\x00LAE"}, "/employer"),
    ({"serviceName": "a\x00b"}, "/serviceName"),
    ({"serviceName": "line\nline"}, "/serviceName"),
    ({"serviceName": ""}, "/serviceName"),
    ({"serviceName": "x" * 201}, "/serviceName"),
    ({"serviceName": 5}, "/serviceName"),
    ({"sector": "banking"}, "/sector"),
    ({"headcount": -1}, "/headcount"),
    ({"headcount": 10**30}, "/headcount"),
    ({"headcount": 1.5}, "/headcount"),
    ({"headcount": True}, "/headcount"),
    ({"annualValuePence": "100"}, "/annualValuePence"),
    ({"annualValuePence": 10**19}, "/annualValuePence"),
    ({"supportNeeds": ["legal"] * 13}, "/supportNeeds"),
    ({"supportNeeds": "legal"}, "/supportNeeds"),
    ({"financePurposes": ["gold"]}, "/financePurposes/0"),
    ({"conflictsDeclared": None}, "/conflictsDeclared"),
    ({"conflictsDeclared": "on"}, "/conflictsDeclared"),
    ({"sevriceName": "typing mistake"}, "/sevriceName"),
    ({"service_name": "not the name on the wire"}, "/service_name"),
    ({"route": "right-to-request"}, "/route"),
    ([], ""),
    ("text", ""),
]


@pytest.mark.parametrize(("body", "field"), BAD_BODIES)
async def test_bad_bodies_name_the_field_and_change_nothing(group: Api, body: Any, field: str) -> None:
    answer = await group.post("/v1/cases", json=body)
    assert field in list_fields(answer)
    assert answer.headers["content-type"] == "application/problem+json"
    assert all(error["reason"] for error in answer.json()["errors"])
    assert (await group.get("/v1/cases")).json()["items"] == []


HOSTILE = [
    b"{",
    b"\xff\xfe",
    b'{"serviceName": "\xc0\xa0"}',
    b'{"serviceName": "\\ud800"}',
    b'{"headcount": NaN}',
    b'{"headcount": 1' + b"0" * 5000 + b"}",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"null",
]


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_bodies_are_refused(group: Api, body: bytes) -> None:
    answer = await group.post("/v1/cases", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 413, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await group.get("/v1/cases")).json()["items"] == []


async def test_a_body_that_is_not_json_or_too_large_is_refused(group: Api) -> None:
    plain = await group.post("/v1/cases", content=b"a=b", headers={"Content-Type": "text/plain"})
    assert plain.status_code == 415
    large = await group.post("/v1/cases", content=b" " * 2_000_000, headers={"Content-Type": "application/json"})
    assert large.status_code == 413
    assert large.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("after=%00", "after"),
        ("after=!!", "after"),
        ("after=W10", "after"),
        ("after=WyJ4Il0", "after"),
        ("status=open", "status"),
        ("employer=camden", "employer"),
        ("number=RTP-482-715-9360", "number"),
        ("number=%00", "number"),
    ],
)
async def test_bad_queries_name_the_parameter(group: Api, query: str, field: str) -> None:
    answer = await group.get(f"/v1/cases?{query}")
    assert field in list_fields(answer)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/cases/not-a-uuid", 422),
        ("GET", "/v1/nothing", 404),
        ("PUT", "/v1/cases", 405),
        ("GET", "/v1/cases/", 404),
        ("GET", "/v1/bodies/%00", 422),
        ("GET", "/v1/bodies/GB-NHS-NONE", 404),
        ("GET", "/v1/bodies?q=%00", 422),
        ("GET", "/v1/bodies?after=WyJhIiwieCJd", 422),
    ],
)
async def test_wrong_paths_are_problems(group: Api, method: str, path: str, status: int) -> None:
    answer = await group.request(method, path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
