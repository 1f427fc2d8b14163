"""The page for staff groups' systems, docs/needs.md: what it shows is sent, in its order, and answered as it says."""

import json
import re
from pathlib import Path

import pytest

from rtp_advice_matching.needs.rules import KindSought, read_lists
from rtp_embedded.platform import Platform
from rtp_shared.contracts.vocabulary import Route, Stage, SupportTopic
from tests.advice_matching.requests import request_of
from tests.conftest import NewClient

pytestmark = pytest.mark.anyio
PAGE = Path(__file__).parents[3] / "docs" / "needs.md"
SHOWN = re.compile(r"```http\n(\w+) (\S+)\n(.*?)(\d{3})(?: (\S+))?\n```", re.DOTALL)


async def test_what_the_page_shows_works_as_it_says(platform: Platform, new_client: NewClient) -> None:
    api = await new_client()
    names, etag = {"request": (await request_of(platform, api))["id"]}, ""
    shown = SHOWN.findall(PAGE.read_text())
    assert len(shown) == PAGE.read_text().count("```http") >= 6
    for method, path, body, status, field in shown:
        headers = {"PATCH": {"If-Match": etag}, "PUT": {"If-Match": "*"}}.get(method, {})
        answer = await api.request(
            method, path.format_map(names), json=json.loads(body) if body else None, headers=headers
        )
        assert answer.status_code == int(status), (path, answer.text)
        etag = answer.headers.get("etag", etag)
        if answer.status_code == 201:
            names["need"], etag = answer.json()["id"], f'"{answer.json()["version"]}"'
        if field:
            assert [each["field"] for each in answer.json()["errors"]] == [field]
        if path.endswith("{request}"):
            assert "proposed" in {each["status"] for each in answer.json()["strands"] if each["kind"] == "mentor"}
        elif method == "GET":
            assert {"legal", "financial"} <= {each["topic"] for each in answer.json()["items"]}


def test_every_line_of_the_lists_is_in_the_words_of_the_directory() -> None:
    for held in read_lists():
        for line in held["stages"]:
            assert line["stage"] in set(Stage) - {Stage.EXPLORE}
            assert line["topic"] in set(SupportTopic)
            assert set(line.get("routes", [])) <= set(Route)
        for line in [*held["stages"], *held["barriers"]]:
            assert line["tag"] in ("F", "K", "P")
            assert line["source"]
            assert line.get("topic", "legal") in set(SupportTopic)
            assert line["kind"] in set(KindSought)


def test_a_barrier_asks_for_nobody_whose_topic_would_tell_of_it() -> None:
    """Advisers and mentors are matched by the topics of the request, among which those of barriers are not."""
    kinds = {line["kind"] for held in read_lists() for line in held["barriers"]}
    assert kinds <= {KindSought.AMBASSADOR, KindSought.INFORMATION}


def test_every_barrier_of_the_lists_is_one_that_can_be_raised() -> None:
    from rtp_applications.registers.barriers.models import BarrierKind

    assert {line["barrier"] for held in read_lists() for line in held["barriers"]} <= set(BarrierKind)
