"""The command that brings a council's file in, against a platform that answers over HTTP."""

import asyncio
from pathlib import Path

import httpx
import pytest

from rtp_applications.load_cases import NOT_DONE, REFUSED, NotTaken, load_file, main
from rtp_embedded.platform import Platform
from tests.applications.intake.files import find_case, finish, make_row, write_lines, write_table
from tests.conftest import PUBLIC_URL, Api

pytestmark = pytest.mark.anyio


class Bridge(httpx.BaseTransport):
    """Hands requests of a thread to the platform in the loop of the test, which imports what came meanwhile."""

    def __init__(self, platform: Platform, loop: asyncio.AbstractEventLoop) -> None:
        self._platform = platform
        self._loop = loop

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        content = request.read()
        return asyncio.run_coroutine_threadsafe(self._ask(request, content), self._loop).result(60)

    async def _ask(self, request: httpx.Request, content: bytes) -> httpx.Response:
        transport = httpx.ASGITransport(self._platform.app)
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
            answer = await client.request(
                request.method, request.url, content=content, headers=dict(request.headers.items())
            )
        await finish(self._platform)
        return httpx.Response(answer.status_code, content=answer.content)


async def load(platform: Platform, api: Api, path: Path, *, dry_run: bool = False) -> int:
    bridge = Bridge(platform, asyncio.get_running_loop())

    def work() -> int:
        with httpx.Client(transport=bridge, base_url=PUBLIC_URL) as client:
            return load_file(client, api.client_id, path, dry_run=dry_run, pause=0)

    return await asyncio.to_thread(work)


async def test_a_file_is_loaded_and_what_is_wrong_is_said(
    platform: Platform,
    officers: Api,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RTP_CLIENT_SECRET", officers.secret)
    good, broken = make_row(), make_row(status="draft")
    path = tmp_path / "cases.csv"
    path.write_bytes(write_table([good, broken]))
    assert await load(platform, officers, path, dry_run=True) == REFUSED
    assert capsys.readouterr().out == "cases.csv: 2 rows; 1 would come in, 0 were here, 1 were refused\n"
    assert await load(platform, officers, path) == REFUSED
    said = capsys.readouterr()
    assert said.out == "cases.csv: 2 rows; 1 came in, 0 were here, 1 were refused\n"
    assert said.err.startswith(f"row 3, {broken['reference']}: status one of ")
    path.with_suffix(".ndjson").write_bytes(write_lines([good]))
    assert await load(platform, officers, path.with_suffix(".ndjson")) == 0
    assert (await find_case(officers, good["reference"]))["status"] == good["status"]


async def test_a_file_that_is_refused_is_said_to_be(
    platform: Platform, officers: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("colour\nred\n")
    monkeypatch.setenv("RTP_CLIENT_SECRET", officers.secret)
    with pytest.raises(NotTaken, match=r"422.*colour is no column"):
        await load(platform, officers, path)
    monkeypatch.setenv("RTP_CLIENT_SECRET", "wrong")
    with pytest.raises(NotTaken, match="no token"):
        await load(platform, officers, path)


def test_a_platform_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "cases.ndjson"
    path.write_bytes(write_lines([make_row()]))
    assert main([str(path), "--url", "http://127.0.0.1:9", "--client", "x"]) == NOT_DONE
    assert capsys.readouterr().err.startswith("not loaded: ")
