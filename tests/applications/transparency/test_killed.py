"""Killed at any step, the log loses nothing: a worker that comes next goes on, and what was signed stays true."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
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


@pytest.fixture
async def environment(platform: Platform) -> AsyncIterator[dict[str, str]]:
    """The variables of a worker whose log is cosigned by another instance, over real HTTP."""
    first = await publish(platform)
    worker = get_worker(platform)
    assert isinstance(worker.settings, LogSettings)
    key = worker.settings.get_log_key(platform.public_url)
    assert key
    elsewhere = with_settings(
        platform.runtimes[applications.name],
        witnessed_logs=[str(key.verifier)],
        witness_key=new_pem(),
        log_origin=f"w{first.checkpoint.size}.example/v1/log",
    )
    assert isinstance(elsewhere.settings, LogSettings)
    witness_key = elsewhere.settings.get_witness_key("")
    assert witness_key
    async with serving(build_app(elsewhere)) as url:
        yield {
            **{name: value for name, value in os.environ.items() if not name.startswith("RTP_")},
            "RTP_DATABASE_URL": str(
                worker.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
            ),
            "RTP_PUBLIC_URL": platform.public_url,
            "RTP_LOG_KEY": worker.settings.log_key.get_secret_value() if worker.settings.log_key else "",
            "RTP_LOG_SECONDS": "1",
            "RTP_LOG_BATCH": "8",
            "RTP_LOG_WITNESSES": f'["{url}/v1/log/witness {witness_key.verifier}"]',
        }


async def extend(environment: dict[str, str], *, kill_at: str = "") -> int | None:
    """Extend the log once in a process of its own; its exit code."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.applications.transparency.extending",
        env={**environment, "RTP_TEST_KILL_AT": kill_at},
        cwd=ROOT,
    )
    return await process.wait()


async def require_whole(server: Postgres) -> None:
    """Check the whole log by its tables: each leaf at one place, with its own commitment, and every root as it was."""
    async with connect_as_owner(server) as connection:
        rows = await connection.fetch("SELECT hashes FROM log_tiles WHERE level = 0 ORDER BY number")
        entries = [row["hashes"][at : at + 32] for row in rows for at in range(0, len(row["hashes"]), 32)]
        placed = await connection.fetch("SELECT place, commitment FROM log_leaves WHERE place IS NOT NULL")
        assert {row["commitment"] for row in placed} == {entries[row["place"]] for row in placed}
        assert all(entries[row["place"]] == row["commitment"] for row in placed)
        assert max(Counter(row["place"] for row in placed).values()) == 1
        checkpoints = await connection.fetch("SELECT size, root, note FROM log_checkpoints ORDER BY size DESC LIMIT 6")
        assert checkpoints[0]["size"] == len(entries)
        for row in checkpoints:
            assert rfc6962.mth(entries[: row["size"]]) == row["root"]
            assert row["note"] is None or SignedCheckpoint.parse(row["note"]).checkpoint.root == row["root"]


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_any_step_it_loses_nothing(
    platform: Platform, database_server: Postgres, group: Api, environment: dict[str, str], point: str
) -> None:
    case = await open_case(group)
    await let_time_pass(database_server)
    assert await extend(environment, kill_at=point) == -signal.SIGKILL
    await require_whole(database_server)
    await let_time_pass(database_server)
    assert await extend(environment) == 0
    await require_whole(database_server)
    [entry] = await history_of(group, case)
    receipt = (await take_receipt(group, case, entry["hash"])).json()
    verifier = load_verifier()
    log = verifier.Key((await group.get("/v1/log")).json()["key"], verifier.LOG)
    witness = verifier.Key(environment["RTP_LOG_WITNESSES"].split()[1].strip('"]'), verifier.WITNESS)
    assert verifier.verify_receipt(receipt, log, [witness], quorum=1)[1] == [witness.name]


async def let_time_pass(server: Postgres) -> None:
    """Date the newest checkpoint back, as if the time until the next one had passed."""
    async with connect_as_owner(server) as connection:
        await connection.execute(
            "UPDATE log_checkpoints SET made_at = made_at - interval '1 minute' "
            "WHERE size = (SELECT max(size) FROM log_checkpoints)"
        )
