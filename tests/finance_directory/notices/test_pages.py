"""A portal gives its notices page by page: all are loaded, from nowhere else, and a load that was stopped goes on."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from aiohttp import web

from rtp_finance_directory.loading import pages
from rtp_finance_directory.loading.fetch import Busy
from rtp_finance_directory.loading.pages import Fetching, fetch_pages
from rtp_finance_directory.notices.loading.file_standard import NOTICES
from rtp_shared.db import Database
from tests.finance_directory.notices.conftest import make_release
from tests.finance_directory.notices.test_command import run
from tests.support.ports import find_free_port

pytestmark = pytest.mark.anyio


class Portal:
    """A portal of numbered pages, each with one release, that counts who asks for what."""

    def __init__(self) -> None:
        self.url = ""
        self.last = 3
        self.links: dict[int, Any] = {}
        self.busy = 0
        self.broken: int | None = None
        self.asked: Counter[int] = Counter()

    async def answer(self, request: web.Request) -> web.Response:
        number = int(request.query.get("page", "1"))
        self.asked[number] += 1
        if self.busy:
            self.busy -= 1
            return web.Response(status=429, headers={"Retry-After": "0"})
        if number == self.broken:
            return web.Response(status=500)
        following = self.links.get(number, f"?page={number + 1}&key=secret" if number < self.last else None)
        package = {"version": "1.1", "releases": [make_release(number)], "links": {"next": following}}
        return web.Response(text=json.dumps(package), content_type="application/json")


@pytest.fixture
async def portal() -> AsyncIterator[Portal]:
    portal, app = Portal(), web.Application()
    app.router.add_get("/ocds", portal.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    port = find_free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    portal.url = f"http://127.0.0.1:{port}/ocds"
    yield portal
    await runner.cleanup()


async def count(operator: Database) -> int:
    async with operator.transaction() as session:
        connection = await session.connection()
        return int((await connection.exec_driver_sql("SELECT count(*) FROM notices")).scalar_one())


async def test_every_page_is_loaded_and_reported_without_what_may_be_secret(
    operator: Database, portal: Portal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(operator, portal.url, private=True, report=tmp_path / "report.json") == 0
    said = capsys.readouterr()
    assert [f"page {number}" in said.out for number in (1, 2, 3, 4)] == [False, True, True, False]
    assert "secret" not in said.out + said.err
    assert len(json.loads((tmp_path / "report.json").read_text("utf-8"))) == 3
    assert await count(operator) == 3


async def test_a_load_that_was_stopped_goes_on_and_one_that_was_done_does_nothing(
    operator: Database, portal: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    portal.broken = 2
    assert await run(operator, portal.url, private=True) == 1
    assert "page 2: not loaded: it answers 500" in capsys.readouterr().err
    portal.broken = None
    assert await run(operator, portal.url, private=True) == 0
    assert capsys.readouterr().out.count("loaded before, so nothing was done") == 1
    assert await run(operator, portal.url, private=True) == 0
    assert capsys.readouterr().out.count("loaded before, so nothing was done") == 3
    assert await count(operator) == 3


@pytest.mark.parametrize(
    ("following", "words"),
    [
        ("https://other.example/ocds?page=2", "another server"),
        ("//other.example/ocds", "another server"),
        ("file:///etc/passwd", "another server"),
        ("?page=1", "loaded already"),
        ("?page=2", "loaded already"),
    ],
)
async def test_pages_lead_to_no_other_server_and_not_round(
    operator: Database, portal: Portal, following: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    portal.links = {1: "?page=2", 2: following}
    assert await run(operator, f"{portal.url}?page=1", private=True) == 1
    assert words in capsys.readouterr().err
    assert set(portal.asked) <= {1, 2}


@pytest.mark.parametrize("links", [None, [], {}, {"next": 7}, {"next": ""}, {"next": None}])
async def test_links_that_name_nothing_end_it(operator: Database, portal: Portal, links: Any) -> None:
    portal.links = {1: links["next"] if isinstance(links, dict) and "next" in links else links}
    assert await run(operator, portal.url, private=True) == 0
    assert await count(operator) == 1


async def test_there_is_a_bound_and_it_is_said(
    operator: Database, portal: Portal, capsys: pytest.CaptureFixture[str]
) -> None:
    portal.last = 99
    assert await run(operator, portal.url, private=True, pages=2) == 1
    assert "more than 2 pages: --most-pages allows more" in capsys.readouterr().err
    assert dict(portal.asked) == {1: 1, 2: 1}


async def test_a_busy_portal_is_asked_again_some_times(operator: Database, portal: Portal) -> None:
    portal.busy = pages.TRIES - 1
    assert await run(operator, portal.url, private=True) == 0
    portal.busy = pages.TRIES
    assert await run(operator, portal.url, private=True) == 1


async def test_a_portal_that_asks_to_wait_for_hours_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, portal: Portal
) -> None:
    async def be_busy(*_: object, **__: object) -> None:
        raise Busy(503, pages.LONGEST_WAIT + 1)

    monkeypatch.setattr(pages, "fetch", be_busy)
    fetching = Fetching(10**6, 9, allow_private=True)
    with anyio.fail_after(10):
        [(said, _)] = [each async for each in fetch_pages(NOTICES, portal.url, fetching)]
    assert "come back after 121 seconds" in str(said)
