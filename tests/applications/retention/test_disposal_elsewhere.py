"""What the other services know of a destroyed case goes with it, however often and late they hear of it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from rtp_embedded.platform import Platform
from rtp_shared.contracts.applications import CaseDisposed
from tests.applications.deadlines.office import list_kinds
from tests.applications.retention.test_disposal import KEPT, LEAD, Ended, ended, look
from tests.conftest import Api
from tests.support.tables import open_as

__all__ = ["ended", "look"]

pytestmark = pytest.mark.anyio

_OF_FINANCE = """
    SELECT s.status, s.facts, (SELECT count(*) FROM shortlist_lines l WHERE l.shortlist_id = s.id) AS lines,
        s.fitting + s.not_fitting AS judged, w.sector, w.employer, w.ended_at, t.go_live_on
    FROM shortlists s JOIN case_watches w USING (case_id) LEFT JOIN case_timings t USING (case_id)
    WHERE s.case_id = :case_id
"""
_OF_GATEWAY = "SELECT type, body, erased_at FROM events WHERE case_id = :case_id ORDER BY position"


async def read_rows(platform: Platform, service: str, statement: str, case_id: str) -> list[Any]:
    async with open_as(platform.background[service], "owner") as session:
        return list((await session.execute(text(statement), {"case_id": UUID(case_id)})).all())


async def dispose(platform: Platform, look: Callable[..., Any], ended: Ended) -> None:
    await platform.drain_events()
    assert await look(ended.case, KEPT - LEAD)
    assert await look(ended.case, KEPT + timedelta(days=1))
    await platform.drain_events()


async def test_finance_forgets_what_it_judged_by(ended: Ended, platform: Platform, look: Callable[..., Any]) -> None:
    await platform.drain_events()
    [before] = await read_rows(platform, "finance-directory", _OF_FINANCE, ended.case["id"])
    assert before.facts
    assert before.lines
    assert before.employer
    await dispose(platform, look, ended)
    [after] = await read_rows(platform, "finance-directory", _OF_FINANCE, ended.case["id"])
    assert (after.status, after.facts, after.lines, after.sector, after.employer) == ("closed", None, 0, None, None)
    assert after.ended_at is not None
    assert after.judged == before.judged, "how many were judged was counted"


async def test_the_gateway_keeps_the_events_without_their_data(
    ended: Ended, group: Api, platform: Platform, look: Callable[..., Any]
) -> None:
    await dispose(platform, look, ended)
    rows = await read_rows(platform, "gateway", _OF_GATEWAY, ended.case["id"])
    for row in rows:
        event = json.loads(row.body)
        told = row.type == CaseDisposed.TYPE
        assert ("data" in event, row.erased_at is None) == (told, told), row.type
    assert (await list_kinds(group, ended.case))[-1] == "case-disposed"
