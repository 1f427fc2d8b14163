"""Finding what names a person: by id, in the fields that contracts declare, and nowhere else.

Every function needs a transaction that acts as `system`: a person is looked for in every event, whoever may see it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.erasure.models import PersonKind
from rtp_shared.contracts import catalogue
from rtp_shared.db import get_driver

# Looked for as bytes first, which is quick, and then as the value of a declared field, or one of its values.
_NAMING = """
    SELECT position, event_id, type, case_id AS subject_id, recorded_at, body, hash FROM events
    WHERE erased_at IS NULL AND type = ANY ($2::text[]) AND position(convert_to($1, 'UTF8') IN body) > 0
      AND EXISTS (
        SELECT FROM unnest($2::text[], $3::text[]) AS declared (type, field)
        WHERE declared.type = events.type
          AND convert_from(body, 'UTF8')::jsonb -> 'data' -> declared.field @> to_jsonb($1::text))
    ORDER BY position
"""
_ANSWERS = """
    SELECT subscription_id, position, attempt FROM attempts
    WHERE answer IS NOT NULL AND (position = ANY ($1::bigint[]) OR position($2 IN answer) > 0)
    ORDER BY subscription_id, position, attempt
"""
_ERASED_BEFORE = "SELECT EXISTS (SELECT FROM erasures WHERE kind = $1 AND person_id = $2 AND confirmed_at IS NOT NULL)"


@dataclass(frozen=True, slots=True)
class Found:
    """The events and the answers that name a person."""

    events: Sequence[asyncpg.Record]
    answers: Sequence[asyncpg.Record]

    @property
    def version(self) -> int:
        """A number that is another one when anything else is found."""
        keys = [row["position"] for row in self.events], [tuple(row) for row in self.answers]
        return int.from_bytes(hashlib.sha256(repr(keys).encode()).digest()[:6])


async def find_person(session: AsyncSession, kind: PersonKind, person_id: UUID) -> Found | None:
    """Return what names the person; None if no event does or ever did, as far as is known.

    Answers are whatever sinks wrote, so they are looked through only for somebody whom an event named.
    """
    connection, text = await get_driver(session), str(person_id)
    types, fields = _list_declared(kind)
    events = await connection.fetch(_NAMING, text, types, fields)
    if not events and not await connection.fetchval(_ERASED_BEFORE, kind.value, person_id):
        return None
    answers = await connection.fetch(_ANSWERS, [row["position"] for row in events], text)
    return Found(events, answers)


@cache
def _list_declared(kind: PersonKind) -> tuple[list[str], list[str]]:
    """Return the types of events and beside each the name of a field of its data that holds ids of such people."""
    declared = [
        (type_, str(event.model_fields[field].alias))
        for type_, event in catalogue().items()
        for field, of in event.PEOPLE.items()
        if of == kind
    ]
    return [type_ for type_, _ in declared], [field for _, field in declared]
