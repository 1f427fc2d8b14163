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
