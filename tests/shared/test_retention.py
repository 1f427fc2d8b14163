"""What has served its time goes; what has not stays."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import Interval, bindparam, text

from rtp_embedded.platform import Platform
from rtp_shared.retention import purge
from tests.support.tables import open_as

pytestmark = pytest.mark.anyio

OUTBOX = text("""
    INSERT INTO outbox (event_id, type, case_id, readers, body, created_at, retry_at, published_at)
    VALUES (:id, 'test', :id, '{}', '', now() - interval '9 days', 'infinity', now() - :published)
""").bindparams(bindparam("published", type_=Interval()))
INBOX = text("INSERT INTO inbox (event_id, type, handled_at) VALUES (:id, 'test', now() - :handled)").bindparams(
    bindparam("handled", type_=Interval())
)
ANSWER = text("""
    INSERT INTO stored_answers (client_id, key, fingerprint, status, headers, body, stored_at)
    VALUES ('retention', :key, '', 200, '{}', '', now() - :stored)
""").bindparams(bindparam("stored", type_=Interval()))
LEFT = text("SELECT event_id FROM outbox WHERE type = 'test' UNION ALL SELECT event_id FROM inbox WHERE type = 'test'")


def parse(age: str) -> timedelta:
    number, unit = age.removesuffix("s").split()
    return timedelta(**{f"{unit}s": int(number)})


async def test_only_what_is_old_and_done_is_purged(platform: Platform) -> None:
    runtime = platform.background["finance-directory"]
    events = {name: uuid.uuid4() for name in ("old", "fresh", "waiting")}
    async with open_as(runtime, "owner") as session:
        for name, published in (("old", "8 days"), ("fresh", "1 minute"), ("waiting", None)):
            await session.execute(OUTBOX, {"id": events[name], "published": published and parse(published)})
        for name, handled in (("old", "91 days"), ("fresh", "89 days")):
            await session.execute(INBOX, {"id": events[name], "handled": parse(handled)})
        for name, stored in (("old", "25 hours"), ("fresh", "23 hours")):
            await session.execute(ANSWER, {"key": name, "stored": parse(stored)})
    assert await purge(runtime.database, runtime.settings) == {"outbox": 1, "inbox": 1, "stored_answers": 1}
    async with open_as(runtime, "owner") as session:
        left = await session.scalars(LEFT)
        assert sorted(left) == sorted([events["fresh"], events["waiting"], events["fresh"]])
        await session.execute(text("DELETE FROM outbox WHERE type = 'test'"))
