"""Erasing data of stored events and attempts: one person's on demand, everybody's after the time in the settings.

Only the data of an event is erased; its attributes and its hash stay (its thin form), so sequences have no holes and
chains can still be checked. A sink's answer is erased altogether. One person asks for somebody's data to go, and a
second one confirms it, having seen the list of what that would be.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.backlog import ordering
from rtp_gateway.outbound.erasure.errors import NoSuchErasure, NoSuchPerson
from rtp_gateway.outbound.erasure.models import Erasure, Person, PersonKind
from rtp_gateway.outbound.erasure.queries import Found, find_person
from rtp_shared.db import enter_system_scope, get_driver
from rtp_shared.etags import Expected

AT_ONCE = 500

_OLD = """
    SELECT position FROM events e
    WHERE erased_at IS NULL AND recorded_at < $1
      AND NOT EXISTS (SELECT FROM deliveries d WHERE d.position = e.position AND d.state IN ('pending', 'dead'))
    ORDER BY recorded_at LIMIT $2
"""
_ERASE = "SELECT erase_event($1, $2)"  # it makes the thin form itself (migration 0005)
_ERASE_ANSWERS = """
    UPDATE attempts a SET answer = NULL
    FROM unnest($1::uuid[], $2::bigint[], $3::int[]) AS found (subscription_id, position, attempt)
    WHERE a.subscription_id = found.subscription_id AND a.position = found.position AND a.attempt = found.attempt
"""
_OLD_ATTEMPTS = "DELETE FROM attempts WHERE at < $1"
_OF_SUBJECT = """
    SELECT position FROM events e WHERE case_id = $1 AND position <> $2 AND erased_at IS NULL ORDER BY position
"""
_ERASE_ANSWERS_OF = """
    UPDATE attempts a SET answer = NULL FROM events e
    WHERE e.case_id = $1 AND a.position = e.position AND a.answer IS NOT NULL
"""
_EVERYWHERE = "a person is looked for and erased in every event, whoever may see it"


async def look_for(session: AsyncSession, kind: PersonKind, person_id: UUID) -> Found:
    """Return what names the person, and change nothing."""
    await enter_system_scope(session, _EVERYWHERE)
    return await _require_found(session, kind, person_id)


async def ask_for_erasure(
    session: AsyncSession, kind: PersonKind, person_id: UUID, *, by: Person, now: datetime
) -> tuple[Erasure, Found]:
    """Ask that all that names the person goes, which a second person has to confirm."""
    await enter_system_scope(session, _EVERYWHERE)
    found = await _require_found(session, kind, person_id)
    erasure = Erasure(kind=kind, person_id=person_id, asked_by=by.reference, asked_client=by.client_id, asked_at=now)
    session.add(erasure)
    await session.flush()
    return erasure, found


async def read_erasure(session: AsyncSession, erasure_id: UUID) -> tuple[Erasure, Found]:
    """Return an erasure, with what names the person now."""
    await enter_system_scope(session, _EVERYWHERE)
    erasure = await session.get(Erasure, erasure_id)
    if erasure is None:
        raise NoSuchErasure
    return erasure, await _require_found(session, erasure.kind, erasure.person_id)


async def confirm_erasure(
    session: AsyncSession, erasure_id: UUID, *, version: Expected, by: Person, now: datetime
) -> tuple[Erasure, Found]:
    """Erase what names the person, if that is what the second person was shown; return what is left."""
    await enter_system_scope(session, _EVERYWHERE)
    query = select(Erasure).where(Erasure.id == erasure_id).with_for_update()
    erasure = (await session.execute(query)).scalar_one_or_none()
    if erasure is None:
        raise NoSuchErasure
    found = await _require_found(session, erasure.kind, erasure.person_id)
    erasure.confirm(by, events=len(found.events), answers=len(found.answers), now=now)
    version.require(found.version)
    await session.flush()
    # An attempt that is under way must not bring an answer that is kept after all others were erased.
    await ordering.lock_subjects_of(session, [row["position"] for row in found.events])
    await _erase(session, found.events, now)
    columns = [[row[name] for row in found.answers] for name in ("subscription_id", "position", "attempt")]
    await (await get_driver(session)).execute(_ERASE_ANSWERS, *columns)
    return erasure, await _require_found(session, erasure.kind, erasure.person_id)


async def erase_old(session: AsyncSession, *, before: datetime, now: datetime) -> int:
    """Erase the data of some events recorded before; return how many. Events still to be delivered keep their data."""
    connection = await get_driver(session)
    rows = await connection.fetch(_OLD, before, AT_ONCE)
    await _erase(session, rows, now)
    return len(rows)


async def erase_events_of(session: AsyncSession, subject_id: UUID, *, but: int, now: datetime) -> None:
    """Erase the data of all events about a case that was destroyed but of the one that tells so, and what subscribers
    answered to them. What is still to be delivered goes out without its data.
    """
    connection = await get_driver(session)
    rows = await connection.fetch(_OF_SUBJECT, subject_id, but)
    await _erase(session, rows, now)
    await connection.execute(_ERASE_ANSWERS_OF, subject_id)


async def delete_old_attempts(session: AsyncSession, *, before: datetime) -> int:
    """Delete attempts made before; return how many."""
    return _count(await (await get_driver(session)).execute(_OLD_ATTEMPTS, before))


async def _require_found(session: AsyncSession, kind: PersonKind, person_id: UUID) -> Found:
    found = await find_person(session, kind, person_id)
    if found is None:
        raise NoSuchPerson
    return found


async def _erase(session: AsyncSession, rows: Sequence[asyncpg.Record], now: datetime) -> None:
    erased = [(row["position"], now) for row in rows]
    if erased:
        await (await get_driver(session)).executemany(_ERASE, erased)


def _count(status: str) -> int:
    """Return the rows of PostgreSQL's command tag, such as `UPDATE 3`."""
    return int(status.rpartition(" ")[2])
