"""The command that takes in a feed from files: of any length, as one feed, and what it says and ends with."""

import json
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from rtp_advice_matching import load_open_referral
from rtp_advice_matching.load_open_referral import UnreadableFile, load_files, parse_options, write_report
from rtp_shared.db import Database
from rtp_shared.service import Runtime
from tests.advice_matching.directory.profiles import MODERATOR, NETWORKS, act
from tests.advice_matching.open_referral.test_importing import describe_service
from tests.advice_matching.open_referral.test_reading import ROOT
from tests.conftest import NewClient
from tests.support.ports import find_free_port

pytestmark = pytest.mark.anyio
Load = Callable[..., Any]


@pytest.fixture
async def load(advice: Runtime) -> AsyncIterator[Load]:
    """Takes in files as the command does: `await load("--source", ..., path)`."""
    url = advice.database.url.set(username=advice.service.get_role("operator"))
    database = Database(url.render_as_string(hide_password=False), pool_size=1)

    async def load(*asked: Any) -> int:
        options = parse_options([str(each) for each in asked])
        return write_report(await load_files(database, options), options)

    yield load
    await database.close()


def write(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content), "utf-8")
    return path


def describe_small(organization: dict[str, Any], number: int) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()), "name": f"Service {number}", "status": "active", "organization": organization
    }  # fmt: skip


async def test_a_feed_longer_than_a_body_is_taken_in_and_served(
    load: Load, new_client: NewClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    api, source = await new_client(scopes=MODERATOR), f"https://feed.example/{uuid.uuid4()}"
    whole = describe_service()
    services = [describe_small(whole["organization"], number) for number in range(600)]
    pages = [
        write(tmp_path / "1.json", {"contents": [*services[:501], "oops"]}),
        write(tmp_path / "2.json", services[501:]),
        write(tmp_path / "3.json", whole),
    ]
    assert await load("--source", source, "--dry-run", *pages) == 3
    assert "nothing was saved" in capsys.readouterr().out
    report = tmp_path / "report.json"
    assert await load("--source", source, "--report", report, *pages) == 3
    said = capsys.readouterr()
    assert (said.out, said.err) == ("601 added\n1 refused\n", "/services/501: must be an object\n")
    assert len(json.loads(report.read_text("utf-8"))["records"]) == 602
    await act(api, f"{NETWORKS}/{whole['organization']['id']}", "publish")
    for each in (whole, services[599]):
        assert (await api.get(f"{ROOT}/services/{each['id']}")).status_code == 200

    assert await load("--source", source, "--whole", *pages[1:]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("100 unchanged\n")
    assert said.out.count("left the feed: ") == 501
    assert (await api.get(f"{ROOT}/services/{services[0]['id']}")).status_code == 404
    assert (await api.get(f"{ROOT}/services/{whole['id']}")).status_code == 200


async def test_a_whole_feed_without_a_service_takes_nothing_down(
    load: Load, new_client: NewClient, tmp_path: Path
) -> None:
    api, kept, source = await new_client(scopes=MODERATOR), describe_service(), f"https://feed.example/{uuid.uuid4()}"
    await load("--source", source, write(tmp_path / "feed.json", kept))
    await act(api, f"{NETWORKS}/{kept['organization']['id']}", "publish")
    nothing: list[Any] = []
    for empty in (nothing, {"contents": nothing}):
        with pytest.raises(UnreadableFile, match="no service at all"):
            await load("--source", source, "--whole", write(tmp_path / "empty.json", empty))
    assert (await api.get(f"{ROOT}/services/{kept['id']}")).status_code == 200


async def test_a_file_that_holds_no_services_is_named_and_nothing_is_taken_in(
    load: Load, new_client: NewClient, tmp_path: Path
) -> None:
    api, good = await new_client(scopes=MODERATOR), describe_service()
    (tmp_path / "broken.json").write_text("{", "utf-8")
    bad = (tmp_path / "missing.json", tmp_path / "broken.json", write(tmp_path / "number.json", 7))
    for path in bad:
        with pytest.raises(UnreadableFile, match=path.name):
            await load("--source", "https://feed.example", write(tmp_path / "good.json", good), path)
    assert (await api.get(f"{NETWORKS}/{good['organization']['id']}")).status_code == 404


def test_the_command_says_in_a_line_what_keeps_it_from_its_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RTP_DATABASE_URL", f"postgresql://nobody:secret@127.0.0.1:{find_free_port()}/none")
    feed = write(tmp_path / "feed.json", [])
    for path in (feed, tmp_path / "missing.json"):
        assert load_open_referral.main(["--source", "https://feed.example", str(path)]) == 1
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert "secret" not in error
    with pytest.raises(SystemExit) as ended:
        load_open_referral.main(["--source", "feed.example", str(feed)])
    assert ended.value.code == 2
