"""Promised benefits over HTTP: who sees them, page by page. What becomes of them, the journey `launched` walks."""

from typing import Any

import pytest

from rtp_shared.clock import today
from tests.conftest import Api, NewClient
from tests.support.actors import Case

pytestmark = pytest.mark.anyio


async def read(api: Api, case: Case, **params: Any) -> dict[str, Any]:
    answer = await api.get(f"/v1/cases/{case['id']}/benefits", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_case_that_promised_nothing_has_an_empty_trace(group: Api, officers: Api, screening: Case) -> None:
    for api in (group, officers):
        assert await read(api, screening) == {"items": [], "next": None}


async def test_strangers_learn_nothing(new_client: NewClient, screening: Case) -> None:
    stranger = await new_client()
    assert (await stranger.get(f"/v1/cases/{screening['id']}/benefits")).status_code == 404


async def test_an_unknown_parameter_is_refused_by_name(group: Api, screening: Case) -> None:
    answer = await group.get(f"/v1/cases/{screening['id']}/benefits", params={"colour": "red"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "colour"


async def test_nothing_is_promised_before_there_is_an_accepted_interest(group: Api, screening: Case) -> None:
    said = {
        "id": "x", "description": "x", "measure": "surplus", "sense": "at-least", "target": 1, "unit": "percent",
        "by": str(today().replace(year=today().year + 1)), "source": "x",
    }  # fmt: skip
    path = f"/v1/cases/{screening['id']}/actions/promise-benefit"
    answer = await group.post(path, json=said, headers={"If-Match": "*", "On-Behalf-Of": "p-lead"})
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "not-from-here")
