"""The command that loads notices: directories, addresses and what it says; the loader is that of grants."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from rtp_finance_directory import load_notices
from rtp_finance_directory.loading.command import Options, load_all
from rtp_finance_directory.loading.pages import Fetching
from rtp_finance_directory.notices.loading.file_standard import NOTICES
from rtp_shared.db import Database
from tests.finance_directory.notices.conftest import NOW, REAL, Write, make_release
from tests.support.ports import find_free_port

pytestmark = pytest.mark.anyio


async def run(
    operator: Database, *sources: Path | str, report: Path | None = None, pages: int = 9, private: bool = False
) -> int:
    asked = Options(
        sources=[str(source) for source in sources],
        modified=None,
        again=False,
        fetching=Fetching(10**7, pages, allow_private=private),
        report=report,
        problems=1,
    )
    return await load_all(operator, NOTICES, asked, lambda: NOW)


async def test_a_directory_is_loaded_file_by_file_and_each_is_reported(
    operator: Database, write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in"
    source.mkdir()
    shutil.copy(REAL, source / "a.json")
    lines = "\n".join(json.dumps(make_release(number)) for number in (1, 2))
    (source / "b.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (source / "notes.txt").write_text("not of it", "utf-8")
    assert await run(operator, source, report=tmp_path / "report.json") == 3
    said = capsys.readouterr().out
    assert "a.json: 100 releases read (json, utf-8)" in said
    assert "b.jsonl.gz: 2 releases read (json lines, utf-8)" in said
    assert "3 problems: same-id 2, not-an-address 1" in said
    assert "and 2 more" in said
    real, packed = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert [problem["row"] for problem in real["problems"]] == [7, 62, 62]
    assert (packed["counts"]["made"], packed["problems"]) == (2, [])
    assert await run(operator, source / "b.jsonl.gz") == 0
    assert "loaded before, so nothing was done" in capsys.readouterr().out


async def test_a_source_that_is_none_does_not_keep_the_next_from_it(
    operator: Database, write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.csv").write_text("ocid,title", "utf-8")
    sources: list[Any] = [tmp_path / "a.csv", "https://127.0.0.1/ocds?key=s", "http://example.org/ocds"]
    assert await run(operator, *sources, write([make_release()])) == 1
    said = capsys.readouterr()
    assert "1 new" in said.out
    for line, words in zip(said.err.splitlines(), ("it is no JSON", "not public", "use https"), strict=True):
        assert words in line
    assert "key" not in said.err


def test_a_database_that_is_away_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RTP_DATABASE_URL", f"postgresql://nobody:secret@127.0.0.1:{find_free_port()}/none")
    assert load_notices.main([str(REAL)]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "RTP_DATABASE_URL" in error
    assert "secret" not in error
