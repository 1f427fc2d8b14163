"""Retention: what is older than the settings allow goes, of both houses, and nothing that is younger."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from rtp_gateway.retention import erase_all_old
from rtp_shared.clock import utcnow
from tests.gateway.conftest import Owner

pytestmark = pytest.mark.anyio
COUNTS = text("""
    SELECT (SELECT count(*) FROM attempts WHERE client_id = :id) AS attempts,
        (SELECT count(*) FROM calls WHERE client_id = :id) AS calls,
        (SELECT count(*) FROM events WHERE 'client:' || :id = ANY (readers) AND erased_at IS NULL) AS whole_events
""")


async def test_each_part_goes_after_its_own_time(owner: Owner) -> None:
    await owner.subscribe()
    await owner.publish(uuid.uuid4(), 1)
    await owner.new_worker().drain()
    assert owner.platform.app.recorder is not None
    await owner.platform.app.recorder.calls.flush()

    async def counts_after(days: int) -> Any:
        later = utcnow() + timedelta(days=days)
        await erase_all_old(replace(owner.platform.background["gateway"], clock=lambda: later))
        async with owner.platform.gateway.database.transaction(read_only=True) as session:
            return tuple((await session.execute(COUNTS, {"id": owner.api.client_id})).one())

    assert await counts_after(29) == (1, 1, 1)
    assert await counts_after(31) == (0, 0, 1)
    assert await counts_after(401) == (0, 0, 0)
