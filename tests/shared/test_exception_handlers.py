"""Refusals are bounded: what is wrong with a large body does not come back larger."""

import pytest

from rtp_shared.exception_handlers import LONGEST_FIELD
from rtp_shared.problems import MOST_ERRORS
from tests.conftest import NewClient

pytestmark = pytest.mark.anyio


async def test_of_many_wrong_fields_the_first_are_named(new_client: NewClient) -> None:
    api = await new_client()
    body = {"route": "right-to-provide", **{f"{number}-{'x' * 1000}": 1 for number in range(800)}}
    answer = await api.post("/v1/cases", json=body)
    problem = answer.json()
    assert answer.status_code == 422
    assert len(problem["errors"]) == MOST_ERRORS
    assert "800 are not right" in problem["detail"]
    assert all(len(each["field"]) <= LONGEST_FIELD for each in problem["errors"])
    assert len(answer.content) < 10_000


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/cases/", "leave out the slash at its end, /v1/cases is there"),
        ("/v1/subscriptions//", "leave out the slash at its end, /v1/subscriptions is there"),
        ("/v1/subscription/", "there is nothing at /v1/subscription/; /openapi.json names every path"),
        ("/nowhere/at/all", "there is nothing at /nowhere/at/all; /openapi.json names every path"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_unknown_path_is_told_where_the_paths_are(
    new_client: NewClient, method: str, path: str, said: str
) -> None:
    answer = await (await new_client()).request(method, f"http://rtp.test{path}")
    assert answer.status_code == 404
    assert said in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "methods"),
    [
        ("PUT", "/v1/cases", "GET, HEAD, POST"),
        ("POST", "/v1/shortlists", "GET, HEAD"),
        ("DELETE", "/v1/events", "GET, HEAD"),
        ("GET", "/v1/imports", "POST"),
    ],
)
async def test_a_method_that_is_not_taken_is_told_those_that_are(
    new_client: NewClient, method: str, path: str, methods: str
) -> None:
    answer = await (await new_client()).request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)
    assert answer.json()["detail"] == f"{method} is not taken at {path}; there is {methods}"
