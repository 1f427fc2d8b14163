"""The command that loads grants: files, directories and addresses, what it says, and with what it ends."""

import json
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from rtp_finance_directory import load_grants
from rtp_finance_directory.grants.loading.file_standard import GRANTS
from rtp_finance_directory.loading.command import Options, load_all
from rtp_finance_directory.loading.fetch import NotFetched, fetch, is_public
from rtp_finance_directory.loading.pages import Fetching
from rtp_shared.db import Database
from tests.finance_directory.grants.conftest import FILES, NOW, REAL
from tests.support.ports import find_free_port

pytestmark = pytest.mark.anyio

Run = Callable[..., Any]


@pytest.fixture
def run(operator: Database) -> Run:
    """Load sources as the command does: `await run(sources, report=..., allow_private=...)`."""

    async def run(*sources: Path | str, **named: Any) -> int:
        asked = Options(
            sources=[str(source) for source in sources],
            modified=None,
            again=False,
            fetching=Fetching(named.get("most_bytes", 10**7), 9, allow_private=named.get("allow_private", False)),
            report=named.get("report"),
            problems=2,
        )
        return await load_all(operator, GRANTS, asked, lambda: NOW)

    return run


async def test_a_directory_is_loaded_file_by_file_and_each_is_reported(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("alwf-grants.json", "nulls.json"):
        shutil.copy(FILES / name, tmp_path)
    (tmp_path / "notes.txt").write_text("not of it", "utf-8")
    report = tmp_path / "reports" / "report.txt"
    report.parent.mkdir()
    assert await run(tmp_path, report=report) == 3
    said = capsys.readouterr().out
    assert "alwf-grants.json: 475 grants read (json, utf-8)" in said
    assert "18 problems: missing 18" in said
    assert "row 1, Identifier (id): is missing or empty. Every grant needs it." in said
    assert "and 16 more" in said
    real, nulls = json.loads(report.read_text("utf-8"))
    assert (real["counts"]["made"], real["problems"]) == (475, [])
    assert [problem["row"] for problem in nulls["problems"]] == [1] * 8 + [2] * 10
    assert await run(REAL) == 0
    assert "loaded before, so nothing was done" in capsys.readouterr().out


async def test_a_source_that_is_none_does_not_keep_the_next_from_it(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "none").mkdir()
    sources = (
        tmp_path / "missing.csv",
        tmp_path / "none",
        tmp_path / "empty.csv",
        "https://127.0.0.1/grants.json?key=s",
    )
    assert await run(*sources, REAL) == 1
    said = capsys.readouterr()
    assert "475 new" in said.out
    lines = said.err.splitlines()
    assert len(lines) == 4
    for line, words in zip(lines, ("no such file", "no file in it", "it is empty", "not public"), strict=True):
        assert words in line
    assert "key" not in said.err


def test_a_database_that_is_away_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RTP_DATABASE_URL", f"postgresql://nobody:secret@127.0.0.1:{find_free_port()}/none")
    assert load_grants.main([str(REAL)]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "RTP_DATABASE_URL" in error
    assert "secret" not in error


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """A server of the real grants, with a redirect to them and one that goes round."""

    async def send(_: web.Request) -> web.FileResponse:
        return web.FileResponse(REAL)

    async def redirect(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": request.query["to"]})

    app = web.Application()
    app.router.add_get("/grants.json", send)
    app.router.add_get("/redirect", redirect)
    runner = web.AppRunner(app)
    await runner.setup()
    port = find_free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


async def test_an_address_is_loaded_like_a_file(run: Run, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(f"{address}/redirect?to=/grants.json", allow_private=True) == 0
    assert "475 new" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "most", "words"),
    [
        ("/grants.json", 1000, "larger than 1,000 bytes"),
        ("/none.json", 10**7, "answers 404"),
        ("/redirect?to=/none.json", 10**7, "answers 404"),
        ("/redirect?to=file:///etc/passwd", 10**7, "begins with https"),
    ],
)
async def test_an_address_that_gives_no_file_says_why(
    address: str, tmp_path: Path, path: str, most: int, words: str
) -> None:
    with pytest.raises(NotFetched, match=words):
        await fetch(address + path, tmp_path / "file", most_bytes=most, allow_private=True)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://localhost/",
        "https://169.254.169.254/latest", "https://2130706433/", "https://0x7f000001/", "http://example.org/",
    ],
)  # fmt: skip
async def test_addresses_that_are_not_public_are_not_asked(url: str, tmp_path: Path) -> None:
    with pytest.raises(NotFetched, match=r"not public|not fetched by http|leads to"):
        await fetch(url, tmp_path / "file", most_bytes=1000, allow_private=False)
    assert not (tmp_path / "file").exists()


@pytest.mark.parametrize("host", ["8.8.8.8", "2a00:1450::1"])
def test_a_public_address_is_public(host: str) -> None:
    assert is_public(host)


@pytest.mark.parametrize("host", ["100.64.0.1", "168.63.129.16", "2002:7f00:1::", "fd00::1", "224.0.0.1", "a"])
def test_others_are_not(host: str) -> None:
    assert not is_public(host)
