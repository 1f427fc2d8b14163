"""What has served its time goes; what has not stays."""

import uuid

import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_shared.retention import purge

pytestmark = pytest.mark.anyio


async def test_only_what_is_old_and_done_is_purged(platform: Platform) -> None:
    runtime = platform.runtimes["finance-directory"]
    events = {name: uuid.uuid4() for name in ("old", "fresh", "waiting")}
    async with runtime.database.transaction() as session:
        for name, published in (("old", "now() - interval '8 days'"), ("fresh", "now()"), ("waiting", "NULL")):
            await session.execute(
                text(f"""
                    INSERT INTO outbox (event_id, type, case_id, readers, body, created_at, retry_at, published_at)
                    VALUES (:id, 'test', :id, '{{}}', '', now() - interval '9 days', 'infinity', {published})
                """),
                {"id": events[name]},
            )
        for name, age in (("old", "91 days"), ("fresh", "89 days")):
            await session.execute(
                text(f"INSERT INTO inbox (event_id, type, handled_at) VALUES (:id, 'test', now() - interval '{age}')"),
                {"id": events[name]},
            )
        for name, age in (("old", "25 hours"), ("fresh", "23 hours")):
            await session.execute(
                text(f"""
                    INSERT INTO stored_answers (client_id, key, fingerprint, status, headers, body, stored_at)
                    VALUES ('retention', '{name}', '', 200, '{{}}', '', now() - interval '{age}')
                """)
            )
    assert await purge(runtime.database, runtime.settings) == {"outbox": 1, "inbox": 1, "stored_answers": 1}
    async with runtime.database.transaction() as session:
        left = await session.scalars(
            text(
                "SELECT event_id FROM outbox WHERE type = 'test' UNION ALL SELECT event_id FROM inbox WHERE type = 'test'"
            )
        )
        assert sorted(left) == sorted([events["fresh"], events["waiting"], events["fresh"]])
        await session.execute(text("DELETE FROM outbox WHERE type = 'test'"))
