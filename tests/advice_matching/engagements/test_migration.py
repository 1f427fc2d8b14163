"""What the migration makes of what was offered and agreed on before there were strands."""

import importlib
import uuid
from typing import Any

import asyncpg
import pytest

from rtp_advice_matching.app import service
from rtp_embedded.postgres import Postgres
from tests.advice_matching.engagements.conftest import NewPair, Pair, done

pytestmark = pytest.mark.anyio
FORGET = "DELETE FROM support_strands; UPDATE needs SET met_by = NULL"
STRANDS = "SELECT * FROM support_strands WHERE request_id = $1 AND status <> 'open'"
MET_BY = "SELECT key, state, met_by FROM needs WHERE request_id = $1 AND state = 'being-met' ORDER BY key"


async def read_rows(owner: Any, pairs: list[Pair]) -> list[list[tuple[Any, ...]]]:
    ids = [uuid.UUID(each.request["id"]) for each in pairs]
    return [[tuple(row) for row in await owner.fetch(query, id_)] for id_ in ids for query in (STRANDS, MET_BY)]


async def test_what_stood_becomes_a_strand_as_if_there_had_always_been_one(
    new_pair: NewPair, database_server: Postgres
) -> None:
    migration = importlib.import_module("rtp_advice_matching.migrations.versions.0015_strands")
    working = await new_pair(kind="mentor", capacity=1)
    await working.begin()
    mentoring = await new_pair(kind="ambassador", capacity=1)
    await mentoring.activate()
    over, offered, waiting = await new_pair(), await new_pair(kind="mentor"), await new_pair()
    await done(over.network, await over.activate(), "end-early", reason="other")
    await offered.offer()
    pairs = [waiting, working, mentoring, offered, over]
    owner = await asyncpg.connect(database_server.url(service.database, f"{service.database}_owner"))
    undone = owner.transaction()
    await undone.start()
    try:
        before = await read_rows(owner, pairs)
        assert [len(each) for each in before[::2]] == [0, 1, 1, 1, 0]
        assert before[3], "somebody is at the needs"
        await owner.execute(FORGET)
        for statement in (migration.AGREED, migration.OFFERED, migration.AT_WORK):
            await owner.execute(statement)
        assert await read_rows(owner, pairs) == before
    finally:
        await undone.rollback()
        await owner.close()
