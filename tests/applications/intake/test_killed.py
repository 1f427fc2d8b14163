"""An import whose worker is killed, again and again: every row is reported, every good one comes in, and once."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from tests.applications.intake.files import Row, bring_in, list_problems, make_row, send, write_lines
from tests.conftest import PUBLIC_URL, Api
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio
ROWS = int(os.environ.get("RTP_TEST_IMPORT_ROWS", "3000"))
"""10000 takes three minutes, all of it importing: each row is a case with its history, event and entries."""
BROKEN_EVERY = 7
KILLED_AFTER = (2, 1, 3)
"""Batches of one worker after another."""


async def work_until_killed(platform: Platform, batches: int) -> bool:
    """Let a worker in a process of its own import, and kill it after so many batches; return whether it was done."""
    url = platform.background["applications"].settings.database_url.get_secret_value()
    environment = {**os.environ, "RTP_DATABASE_URL": url, "RTP_PUBLIC_URL": PUBLIC_URL}
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.applications.intake.worker"),
        env=environment,
        cwd=Path(__file__).parents[3],
        stdout=asyncio.subprocess.PIPE,
    )
    assert worker.stdout is not None
    said = 0
    while said < batches and await worker.stdout.readline():
        said += 1
    if said == batches:
        worker.kill()  # in the middle of the next batch
    code = await worker.wait()
    assert said == batches or code == 0
    return said < batches


async def test_each_row_is_dealt_with_once_however_often_its_worker_is_killed(
    platform: Platform, officers: Api
) -> None:
    rows = [make_row(**({"status": "draft"} if number % BROKEN_EVERY == 0 else {})) for number in range(ROWS)]
    broken = [number + 1 for number in range(ROWS) if number % BROKEN_EVERY == 0]
    sent = await send(officers, write_lines(rows))
    for batches in KILLED_AFTER:
        assert not await work_until_killed(platform, batches)
    assert await work_until_killed(platform, ROWS)
    done = (await officers.get(f"/v1/case-imports/{sent['id']}")).json()
    assert (done["state"], done["done"]) == ("finished", ROWS)
    assert (done["made"], done["known"], done["refused"]) == (ROWS - len(broken), 0, len(broken))
    assert await _list_all_problems(officers, done) == broken
    assert await _count_cases(platform, done) == (ROWS - len(broken), ROWS - len(broken))
    again = await bring_in(platform, officers, write_lines(rows))
    assert (again["made"], again["known"], again["refused"]) == (0, ROWS - len(broken), len(broken))
    assert len(await list_problems(officers, again)) == min(200, len(broken))


async def _list_all_problems(api: Api, done: Row) -> list[int]:
    found: list[int] = []
    after: dict[str, str] = {}
    while True:
        page = (await api.get(f"/v1/case-imports/{done['id']}/problems", params={"limit": 200, **after})).json()
        found += [each["row"] for each in page["items"]]
        if not page["next"]:
            return found
        after = {"after": page["next"]}


async def _count_cases(platform: Platform, done: Row) -> tuple[int, int]:
    """Count the cases of the import, and the events that told of them."""
    count = text("""
        SELECT count(DISTINCT r.case_id), count(o.event_id)
        FROM case_references r LEFT JOIN outbox o ON o.case_id = r.case_id AND o.type LIKE '%case-imported.v1'
        WHERE r.import_id = :id
    """)
    async with open_as(platform.background["applications"], "owner") as session:
        cases, events = (await session.execute(count, {"id": done["id"]})).one()
    return cases, events
