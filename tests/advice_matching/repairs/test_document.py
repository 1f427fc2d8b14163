"""The page for operators, docs/rounds.md: what it shows is sent, in its order, and answered as it says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_embedded.platform import Platform
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser
from tests.advice_matching.requests import request_of
from tests.conftest import Api, NewClient
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio
PAGE = Path(__file__).parents[3] / "docs" / "rounds.md"
SHOWN = re.compile(r"```http\n(\w+) (\S+)\n(?:On-Behalf-Of: (\w+)\n)?(.*?)(\d{3})\n```", re.DOTALL)
MADE = {"/matching-rounds": "round", "/overrides": "override", "/repairs": "repair"}


def fill(text: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


async def read_pairs(operator: Api, round_path: str) -> dict[str, str]:
    """Return the request that the round gave to each adviser, by their ids."""
    content: dict[str, Any] = (await operator.get(f"{round_path}/certificate")).json()
    given = content["input"]
    return {
        given["advisers"][each["chosen"]["adviser"]]["id"]: request["id"]
        for request, each in zip(given["requests"], content["answers"], strict=True)
    }


async def test_what_the_page_shows_works_as_it_says(
    platform: Platform, operator: Api, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime
) -> None:
    async with open_as(advice, "owner") as session:
        await session.execute(update(SupportRequest).values(status=SupportStatus.CLOSED))
    best, other, third = (
        await new_adviser(capacity=1),
        await new_adviser(capacity=1, stages=[]),
        await new_adviser(capacity=1, stages=[], legal_forms=[]),
    )
    for _ in range(2):
        await request_of(platform, await new_client())
    names = {"adviser": str(best.id), "other": str(other.id), "third": str(third.id)}
    shown, etags = SHOWN.findall(PAGE.read_text()), dict[str, str]()
    assert len(shown) == PAGE.read_text().count("```http") >= 13
    for method, path, person, body, status in shown:
        filled = fill(path, names)
        thing = filled.partition("/actions/")[0]
        headers = {"On-Behalf-Of": person} if person else {}
        headers |= {"If-Match": etags[thing]} if "/actions/" in filled else {}
        sent = json.loads(fill(body, names)) if body else None
        answer = await operator.request(method, filled, json=sent, headers=headers)
        assert answer.status_code == int(status), (path, answer.text)
        if status == "201":
            name = next(name for end, name in MADE.items() if filled.endswith(end))
            names[name] = answer.json()["id"]
            etags[answer.headers["location"]] = answer.headers["etag"]
        if names.keys() >= {"round"} and "request" not in names:
            names["request"] = (await read_pairs(operator, f"/v1/matching-rounds/{names['round']}"))[names["adviser"]]
