"""The command for rounds of any size: the same round and certificate as over HTTP, committed in batches."""

import json
import runpy
import sys
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from rtp_advice_matching import match_round
from rtp_advice_matching.match_round import parse_options
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_advice_matching.rounds import commands
from rtp_advice_matching.rounds.errors import NoSuchRound, RoundCommitted
from rtp_advice_matching.rounds.models import RoundRequest
from rtp_advice_matching.settings import AdviceSettings
from rtp_embedded.platform import Platform
from rtp_shared.service import Runtime
from tests.advice_matching.conftest import NewAdviser
from tests.advice_matching.requests import read, request_of
from tests.advice_matching.rounds.test_certificate import SCRIPT
from tests.conftest import Api, NewClient
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio
Run = Callable[..., Any]
ORGANISATION = uuid.uuid4()


@pytest.fixture
async def run(advice: Runtime, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command as the web process's role; return what it wrote to standard output and standard error."""
    url = advice.database.url.set(drivername="postgresql", username=advice.service.get_role("web"))
    settings = AdviceSettings(database_url=url.render_as_string(hide_password=False))

    async def run(*asked: Any) -> tuple[str, str]:
        capsys.readouterr()
        options = parse_options([*map(str, asked), "--organisation", str(ORGANISATION)])
        await match_round.run(settings, options, lambda line: sys.stderr.write(f"{line}\n"))
        return capsys.readouterr()

    return run


@pytest.fixture
async def groups(platform: Platform, new_client: NewClient, new_adviser: NewAdviser, advice: Runtime) -> list[Any]:
    """Five groups that wait; there are places for all."""
    async with open_as(advice, "owner") as session:
        await session.execute(update(SupportRequest).values(status=SupportStatus.CLOSED))
    await new_adviser(capacity=2)
    await new_adviser(capacity=1, stages=[])
    clients = [await new_client() for _ in range(5)]
    return [(client, await request_of(platform, client)) for client in clients]


@pytest.fixture
async def operator(new_client: NewClient) -> Api:
    return await new_client(organisation=ORGANISATION, scopes="support:match")


async def test_a_round_is_worked_out_read_and_committed_in_batches(
    run: Run, groups: list[Any], operator: Api, advice: Runtime
) -> None:
    tried, told = await run("compute", "--dry-run")
    assert "placed 5" in tried
    assert tried.endswith("nothing was saved\n")
    assert "5 requests and" in told
    assert (await operator.get("/v1/matching-rounds")).json()["items"] == []
    made, told = await run("compute")
    assert "5 requests are saved" in told
    round_id = made.splitlines()[0].removeprefix("round ")
    shown = (await operator.get(f"/v1/matching-rounds/{round_id}")).json()
    assert f"input {shown['inputHash']}" in made
    assert f"input {shown['inputHash']}" in tried
    written, _ = await run("certificate", round_id)
    assert written == (await operator.get(f"/v1/matching-rounds/{round_id}/certificate")).text
    assert runpy.run_path(str(SCRIPT))["verify"](json.loads(written)) == []
    said, told = await run("commit", round_id, "--batch", 2)
    assert said == "committed; 5 pairs were looked at\n"
    assert told.splitlines() == ["2 pairs", "4 pairs", "5 pairs"]
    done = (await operator.get(f"/v1/matching-rounds/{round_id}")).json()
    assert (done["status"], done["proposed"], done["leftOut"]) == ("committed", 5, [])
    answers = json.loads(written)["answers"]
    given = json.loads(written)["input"]
    chosen = {
        each["id"]: given["advisers"][answer["chosen"]["adviser"]]["id"]
        for each, answer in zip(given["requests"], answers, strict=True)
    }
    for client, request in groups:
        assert (await read(client, request["id"]))["proposals"][0]["adviserId"] == chosen[request["id"]]
    with pytest.raises(RoundCommitted):
        await run("commit", round_id)


async def test_a_commit_that_ended_early_goes_on_where_it_ended(
    run: Run, groups: list[Any], operator: Api, advice: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = await run("compute")
    round_id = made.splitlines()[0].removeprefix("round ")

    class Killed(Exception):
        pass

    original, calls = commands.commit, list[int]()

    async def commit_once(*args: Any, **named: Any) -> Any:
        if calls:
            raise Killed
        calls.append(1)
        return await original(*args, **named)

    monkeypatch.setattr(commands, "commit", commit_once)
    with pytest.raises(Killed):
        await run("commit", round_id, "--batch", 1)
    monkeypatch.undo()
    half = (await operator.get(f"/v1/matching-rounds/{round_id}")).json()
    assert (half["status"], half["proposed"]) == ("computed", 1)
    said, _ = await run("commit", round_id, "--batch", 100)
    assert said == "committed; 4 pairs were looked at\n"
    done = (await operator.get(f"/v1/matching-rounds/{round_id}")).json()
    assert (done["status"], done["proposed"], done["leftOut"]) == ("committed", 5, [])
    async with open_as(advice, "owner") as session:
        mine = RoundRequest.round_id == uuid.UUID(round_id)
        outcomes = (await session.scalars(select(RoundRequest.outcome).where(mine))).all()
    assert outcomes == ["proposed"] * 5


async def test_a_round_of_another_organisation_is_not_there(run: Run, groups: list[Any], new_client: NewClient) -> None:
    theirs = await new_client(scopes="support:match")
    round_id = (await theirs.post("/v1/matching-rounds", json={})).json()["id"]
    for what in ("certificate", "commit"):
        with pytest.raises(NoSuchRound):
            await run(what, round_id)


def test_what_is_no_number_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for asked in (["compute", "--list-length", "0"], ["commit", str(ORGANISATION), "--batch", "x"], ["commit", "x"]):
        with pytest.raises(SystemExit):
            parse_options([*asked, "--organisation", str(ORGANISATION)])
    assert "must be a whole number above 0" in capsys.readouterr().err


def test_where_no_database_answers_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RTP_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert match_round.main(["compute", "--organisation", str(ORGANISATION)]) == match_round.NOT_DONE
    assert "stopped:" in capsys.readouterr().err
