"""What the migration makes of requests that are there already."""

import importlib
import uuid
from typing import Any

import asyncpg
import pytest

from rtp_advice_matching.app import service
from rtp_embedded.postgres import Postgres
from tests.advice_matching.engagements.conftest import NewPair
from tests.advice_matching.needs.conftest import Json
from tests.advice_matching.requests import withdraw

pytestmark = pytest.mark.anyio
FORGET = (
    "DELETE FROM needs; DELETE FROM case_progress; UPDATE support_requests SET case_readers = '{}', ended_as = NULL"
)
STANDING = "SELECT key, state, rests, version FROM needs WHERE request_id = $1 ORDER BY id"
READERS = "SELECT case_readers FROM support_requests WHERE id = $1"
HEARD = "SELECT route, asked, status, stage FROM case_progress WHERE case_id = $1"


async def migrate(server: Postgres, requests: list[Json]) -> dict[str, tuple[Any, Any, Any]]:
    """What is made of each request as a process of the release before left it; all of it is undone again."""
    migration = importlib.import_module("rtp_advice_matching.migrations.versions.0010_needs")
    owner = await asyncpg.connect(server.url(service.database, f"{service.database}_owner"))
    undone = owner.transaction()
    await undone.start()
    try:
        await owner.execute(FORGET)
        for statement in (migration.CASE_READERS, migration.HEARD, migration.ASKED):
            await owner.execute(statement)
        made = {}
        for request in requests:
            id_, case_id = uuid.UUID(request["id"]), uuid.UUID(request["caseId"])
            needs = [tuple(row) for row in await owner.fetch(STANDING, id_)]
            heard = tuple(await owner.fetchrow(HEARD, case_id))
            made[request["id"]] = (needs, await owner.fetchval(READERS, id_), heard)
        return made
    finally:
        await undone.rollback()
        await owner.close()


async def test_topics_become_needs_and_networks_see_none(new_pair: NewPair, database_server: Postgres) -> None:
    waiting, working, withdrawn = [await new_pair(topics=["legal"]) for _ in range(3)]
    await working.activate()
    await withdraw(withdrawn.group, withdrawn.request["caseId"])
    await withdrawn.platform.drain_events()
    before = await read_readers(database_server, [waiting.request, working.request])
    made = await migrate(database_server, [each.request for each in (waiting, working, withdrawn)])
    legal, financial = "applicants:adviser:legal", "applicants:adviser:financial"
    needs, readers, heard = made[waiting.request["id"]]
    assert needs == [(legal, "open", None, 1), (financial, "open", None, 1)]
    assert readers == before[waiting.request["id"]]
    assert heard == ("right-to-provide", ["legal", "financial"], None, "make-the-case")
    needs, readers, _ = made[working.request["id"]]
    assert needs == [(legal, "being-met", None, 1), (financial, "open", None, 1)]
    assert set(readers) == {*before[working.request["id"]], f"org:{working.adviser.network_id}"}
    _, _, heard = made[withdrawn.request["id"]]
    assert heard[2] == "withdrawn"


async def read_readers(server: Postgres, requests: list[Json]) -> dict[str, list[str]]:
    """Who sees the case of each, as it was heard at the submission."""
    owner = await asyncpg.connect(server.url(service.database, f"{service.database}_owner"))
    try:
        return {each["id"]: await owner.fetchval(READERS, uuid.UUID(each["id"])) for each in requests}
    finally:
        await owner.close()
