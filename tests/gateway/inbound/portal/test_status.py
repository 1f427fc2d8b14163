"""The status of all parts at one address: what answers with its database works, and what does not is named."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rtp_embedded.platform import Platform
from rtp_gateway.inbound.portal.status import StatusBoard
from rtp_gateway.inbound.proxy.forward import Upstreams
from rtp_gateway.routing import NAMES
from rtp_gateway.types import JsonObject
from tests.gateway.inbound.conftest import Anybody

pytestmark = pytest.mark.anyio


class Counted:
    """The services of a platform, of which one can be away; counts what it is asked."""

    def __init__(self, upstreams: Upstreams, away: str, answer: JsonObject | Exception) -> None:
        self._upstreams, self._away, self._answer = upstreams, away, answer
        self.asked = 0

    async def fetch_json(self, name: str, path: str) -> JsonObject:
        self.asked += 1
        if name != self._away:
            return await self._upstreams.fetch_json(name, path)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


Replace = Callable[..., Counted]


@pytest.fixture
def replace(platform: Platform) -> Iterator[Replace]:
    """Puts other services behind the gateway, of which nothing was asked yet; puts the platform's own back."""
    application: Any = platform.app
    state, before = application.own.state, application.own.state.upstreams

    def put(away: str = "", answer: JsonObject | Exception | None = None) -> Counted:
        state.upstreams = counted = Counted(before, away, answer or {})
        state.status_board = StatusBoard(application.own)
        return counted

    yield put
    put()
    state.upstreams = before


async def test_each_part_works_and_says_how_long_it_took(replace: Replace, anybody: Anybody) -> None:
    replace()
    answer = await anybody.get("/status.json")
    assert answer.status_code == 200
    status = answer.json()
    assert status["works"] is True
    assert [each["name"] for each in status["parts"]] == ["gateway", *NAMES]
    assert all(each["works"] and each["milliseconds"] > 0 for each in status["parts"])
    assert "Everything works." in (await anybody.get("/status")).text


@pytest.mark.parametrize(
    "answer",
    [OSError("away"), TimeoutError(), {"type": "about:blank", "status": 503}, {"status": "starting"}, {}],
    ids=repr,
)
async def test_a_part_that_does_not_answer_is_named_and_the_others_are_not(
    replace: Replace, anybody: Anybody, answer: Any
) -> None:
    replace("applications", answer)
    shown = await anybody.get("/status.json")
    assert shown.status_code == 503
    assert [each["name"] for each in shown.json()["parts"] if not each["works"]] == ["applications"]
    page = await anybody.get("/status")
    assert page.text.count("does not answer") == 1
    assert "away" not in page.text


async def test_a_hundred_who_ask_at_once_ask_each_part_once(replace: Replace, anybody: Anybody) -> None:
    upstreams = replace()
    answers = await asyncio.gather(*(anybody.get("/status.json") for _ in range(100)))
    assert {each.status_code for each in answers} == {200}
    assert upstreams.asked == len(NAMES)
