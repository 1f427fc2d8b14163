"""Erasing data of stored events and attempts: one person's on demand, everybody's after the time in the settings.

Only the data of an event is erased; its attributes and its hash stay (its thin form), so sequences have no holes and
chains can still be checked. A sink's answer is erased altogether.
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.backlog import ordering
from rtp_gateway.outbound.erasure.schemas import Erased
from rtp_shared.db import enter_system_scope, get_driver

AT_ONCE = 500

# Looked for as bytes first, which is quick, and then as a whole value: a reference is part of no other text.
_EVENTS_ABOUT = """
    SELECT position FROM events
    WHERE erased_at IS NULL AND position(convert_to($1, 'UTF8') IN body) > 0
      AND jsonb_path_exists(convert_from(body, 'UTF8')::jsonb -> 'data', '$.** ? (@ == $reference)',
          jsonb_build_object('reference', $1::text))
    ORDER BY position
"""
_OLD = """
    SELECT position FROM events e
    WHERE erased_at IS NULL AND recorded_at < $1
      AND NOT EXISTS (SELECT FROM deliveries d WHERE d.position = e.position AND d.state IN ('pending', 'dead'))
    ORDER BY recorded_at LIMIT $2
"""
_ERASE = "SELECT erase_event($1, $2)"  # it makes the thin form itself (migration 0003)
_ANSWERS_EVENTS_ABOUT = """
    UPDATE attempts SET answer = NULL
    WHERE answer IS NOT NULL AND (position = ANY($1::bigint[]) OR position($2 IN answer) > 0)
"""
_OLD_ATTEMPTS = "DELETE FROM attempts WHERE at < $1"


async def erase_person(session: AsyncSession, reference: str, *, now: datetime) -> Erased:
    """Erase the data of every event that names the person, and every answer to it or that names them."""
    await enter_system_scope(session, "a person is erased from every event, whoever may see it")
    connection = await get_driver(session)
    rows = await connection.fetch(_EVENTS_ABOUT, reference)
    # An attempt that is under way must not bring an answer that is kept after all others were erased.
    await ordering.lock_subjects_of(session, [row["position"] for row in rows])
    await _erase(session, rows, now)
    answers = await connection.execute(_ANSWERS_EVENTS_ABOUT, [row["position"] for row in rows], reference)
    return Erased(events=len(rows), answers=_count(answers))


async def erase_old(session: AsyncSession, *, before: datetime, now: datetime) -> int:
    """Erase the data of some events recorded before; return how many. Events still to be delivered keep their data."""
    connection = await get_driver(session)
    rows = await connection.fetch(_OLD, before, AT_ONCE)
    await _erase(session, rows, now)
    return len(rows)


async def delete_old_attempts(session: AsyncSession, *, before: datetime) -> int:
    """Delete attempts made before; return how many."""
    return _count(await (await get_driver(session)).execute(_OLD_ATTEMPTS, before))


async def _erase(session: AsyncSession, rows: Sequence[asyncpg.Record], now: datetime) -> None:
    erased = [(row["position"], now) for row in rows]
    if erased:
        await (await get_driver(session)).executemany(_ERASE, erased)


def _count(status: str) -> int:
    """Return the rows of PostgreSQL's command tag, such as `UPDATE 3`."""
    return int(status.rpartition(" ")[2])
