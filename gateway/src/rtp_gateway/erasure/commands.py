"""Taking data away from stored events and attempts: one person's on demand, everybody's when it has served its time.

What goes is the data of an event; its attributes and its hash stay (its thin form), so sequences have no holes and
chains can still be checked. An answer of a sink goes altogether.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.deliveries.forms import thin
from rtp_gateway.erasure.schemas import Erased
from rtp_shared.db import enter_system_scope, get_driver

AT_ONCE = 500

# Looked for as bytes first, which is quick, and then as a whole value: a reference is part of no other text.
_ABOUT = """
    SELECT position, body, hash FROM events
    WHERE erased_at IS NULL AND position(convert_to($1, 'UTF8') IN body) > 0
      AND jsonb_path_exists(convert_from(body, 'UTF8')::jsonb -> 'data', '$.** ? (@ == $wanted)',
          jsonb_build_object('wanted', $1::text))
    ORDER BY position
"""
_OLD = """
    SELECT position, body, hash FROM events e
    WHERE erased_at IS NULL AND recorded_at < $1
      AND NOT EXISTS (SELECT FROM deliveries d WHERE d.position = e.position AND d.state IN ('pending', 'dead'))
    ORDER BY recorded_at LIMIT $2
"""
_ERASE = "SELECT erase_event($1, $2, $3)"
_ANSWERS_ABOUT = """
    UPDATE attempts SET answer = NULL
    WHERE answer IS NOT NULL AND (position = ANY($1::bigint[]) OR position($2 IN answer) > 0)
"""
_OLD_ATTEMPTS = "DELETE FROM attempts WHERE at < $1"
_OLD_CALLS = "DELETE FROM calls WHERE at < $1"


async def erase_person(session: AsyncSession, reference: str, *, now: datetime) -> Erased:
    """Erase the data of every event that names the person, and every answer to it or that names them."""
    await enter_system_scope(session, "a person is erased from every event, whoever may see it")
    connection = await get_driver(session)
    rows = await connection.fetch(_ABOUT, reference)
    await _erase(connection, rows, now)
    answers = await connection.execute(_ANSWERS_ABOUT, [row["position"] for row in rows], reference)
    return Erased(events=len(rows), answers=_count(answers))


async def erase_old(session: AsyncSession, *, before: datetime, now: datetime) -> int:
    """Erase the data of some events recorded before; how many. What is still to be delivered keeps its data."""
    connection = await get_driver(session)
    rows = await connection.fetch(_OLD, before, AT_ONCE)
    await _erase(connection, rows, now)
    return len(rows)


async def forget_old(session: AsyncSession, *, before: datetime) -> int:
    """Delete attempts and calls made before; how many."""
    connection = await get_driver(session)
    return sum([_count(await connection.execute(statement, before)) for statement in (_OLD_ATTEMPTS, _OLD_CALLS)])


async def _erase(connection: Any, rows: Sequence[Any], now: datetime) -> None:
    erased = [(row["position"], thin(row["body"], row["hash"], erased_at=now), now) for row in rows]
    if erased:
        await connection.executemany(_ERASE, erased)


def _count(status: str) -> int:
    """Rows, from what PostgreSQL says it did: `UPDATE 3`."""
    return int(status.rpartition(" ")[2])
