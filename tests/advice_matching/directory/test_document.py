"""The page for networks, docs/advisers.md: what it shows is sent, in its order, and answered as it says."""

import json
import re
from pathlib import Path

import pytest

from tests.advice_matching.directory.profiles import KEEPER
from tests.conftest import NewClient

pytestmark = pytest.mark.anyio
PAGE = Path(__file__).parents[3] / "docs" / "advisers.md"
SHOWN = re.compile(r"```http\n(\w+) (\S+)\n(.*?)(\d{3})(?: (\S+))?\n```", re.DOTALL)


async def test_what_the_page_shows_works_as_it_says(new_client: NewClient) -> None:
    api = await new_client(scopes=KEEPER)
    names, etag = {"network": str(api.organisation)}, ""
    shown = SHOWN.findall(PAGE.read_text())
    assert len(shown) == PAGE.read_text().count("```http") >= 9
    for method, path, body, status, field in shown:
        answer = await api.request(
            method,
            path.format_map(names),
            json=json.loads(body) if body else None,
            headers={"If-Match": etag} if etag and method != "GET" else {},
        )
        assert answer.status_code == int(status), (path, answer.text)
        etag = answer.headers.get("etag", etag)
        if path == "/v1/advisers" and method == "POST":
            names["adviser"] = answer.json()["id"]
        if field:
            assert [each["field"] for each in answer.json()["errors"]] == [field]
        if method == "GET":
            assert [each["id"] for each in answer.json()["items"]] == [names["adviser"]]
