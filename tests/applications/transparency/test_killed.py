"""Killed at any step, the log loses nothing: a worker that comes next goes on, and what was signed stays true."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from rtp_applications.app import service as applications
from rtp_applications.transparency.rules.notes import SignedCheckpoint
from rtp_applications.transparency.settings import LogSettings
from rtp_embedded.platform import Platform
from rtp_embedded.postgres import Postgres
from rtp_shared.web import build_app
from tests.applications.history.stories import history_of
from tests.applications.transparency import rfc6962
from tests.applications.transparency.extending import POINTS
from tests.applications.transparency.logs import (
    get_worker,
    load_verifier,
    new_pem,
    new_witness_key,
    publish,
    take_receipt,
    with_settings,
)
from tests.conftest import Api
from tests.support.cases import open_case
from tests.support.serving import serving
from tests.support.tables import connect_as_owner

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[3]


@dataclass
class Workers:
    """Workers of one log, each a process of its own that extends it once."""

    process: Process
    witness: str
    """The public key of who cosigns it."""

    async def extend(self, *, kill_at: str = "") -> int:
        """Return the exit code of a worker that is killed at a point, if one is named."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{kill_at}\n".encode())
        await self.process.stdin.drain()
        return int(await self.process.stdout.readline())


@pytest.fixture(scope="module")
async def workers(platform: Platform) -> AsyncIterator[Workers]:
    """Workers whose log another instance cosigns, over real HTTP."""
    await publish(platform)
    settings = get_worker(platform).settings
    assert isinstance(settings, LogSettings)
    assert settings.log_key
    key = settings.get_log_key(platform.public_url)
    origin = f"{new_witness_key('x').verifier.key_id.hex()}.example/v1/log"
    web = platform.runtimes[applications.name]
    elsewhere = with_settings(web, witnessed_logs=[str(key and key.verifier)], witness_key=new_pem(), log_origin=origin)
    assert isinstance(elsewhere.settings, LogSettings)
    witness_key = elsewhere.settings.get_witness_key("")
    assert witness_key
    witness = str(witness_key.verifier)
    url = get_worker(platform).database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    own = {
        "RTP_DATABASE_URL": url,
        "RTP_PUBLIC_URL": platform.public_url,
        "RTP_LOG_KEY": settings.log_key.get_secret_value(),
        "RTP_LOG_SECONDS": "1",
        "RTP_LOG_BATCH": "8",
    }
    async with serving(build_app(elsewhere)) as address:
        own["RTP_LOG_WITNESSES"] = f'["{address}/v1/log/witness {witness}"]'
        async with start(own) as process:
            yield Workers(process, witness)


@asynccontextmanager
async def start(own: dict[str, str]) -> AsyncIterator[Process]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RTP_")}
    command = [sys.executable, "-m", "tests.applications.transparency.extending"]
    process = await asyncio.create_subprocess_exec(*command, env=inherited | own, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    try:
        yield process
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()


async def require_whole(server: Postgres) -> None:
    """Check the log by its tables: each leaf at one place, with its own commitment, and every root as it was."""
    async with connect_as_owner(server) as connection:
        rows = await connection.fetch("SELECT hashes FROM log_tiles WHERE level = 0 ORDER BY number")
        entries = [row["hashes"][at : at + 32] for row in rows for at in range(0, len(row["hashes"]), 32)]
        placed = await connection.fetch("SELECT place, commitment FROM log_leaves WHERE place IS NOT NULL")
        assert all(entries[row["place"]] == row["commitment"] for row in placed)
        assert len({row["place"] for row in placed}) == len(placed)
        checkpoints = await connection.fetch("SELECT size, root, note FROM log_checkpoints ORDER BY size DESC LIMIT 6")
        assert checkpoints[0]["size"] == len(entries)
        for row in checkpoints:
            assert rfc6962.mth(entries[: row["size"]]) == row["root"]
            assert row["note"] is None or SignedCheckpoint.parse(row["note"]).checkpoint.root == row["root"]


async def let_time_pass(server: Postgres) -> None:
    """Date the newest checkpoint back, as if the time until the next one had passed."""
    newest = "(SELECT max(size) FROM log_checkpoints)"
    async with connect_as_owner(server) as connection:
        await connection.execute(
            f"UPDATE log_checkpoints SET made_at = made_at - interval '1 minute' WHERE size = {newest}"  # noqa: S608
        )


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_any_step_it_loses_nothing(
    platform: Platform, database_server: Postgres, group: Api, workers: Workers, point: str
) -> None:
    case = await open_case(group)
    await let_time_pass(database_server)
    assert await workers.extend(kill_at=point) == -signal.SIGKILL
    await require_whole(database_server)
    await let_time_pass(database_server)
    assert await workers.extend() == 0
    await require_whole(database_server)
    [entry] = await history_of(group, case)
    receipt = (await take_receipt(group, case, entry["hash"])).json()
    verifier = load_verifier()
    log = verifier.Key((await group.get("/v1/log")).json()["key"], verifier.LOG)
    witness = verifier.Key(workers.witness, verifier.WITNESS)
    assert verifier.verify_receipt(receipt, log, [witness], quorum=1)[1] == [witness.name]
