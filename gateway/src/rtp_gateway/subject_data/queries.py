"""What the gateway keeps of a person: events that name them by id, erasures they asked for, and their client."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Integer, String, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_gateway.outbound.erasure.models import PersonKind
from rtp_gateway.outbound.erasure.queries import find_person
from rtp_shared.db import AnyRow

MOST_CALLS = 1000
_READERS = bindparam("readers", type_=ARRAY(Text))
_EVENTS = text("""
    SELECT e.event_id::text AS id, e.type, e.case_id, e.recorded_at,
        array(SELECT DISTINCT c.organisation::text FROM deliveries d JOIN clients c ON c.client_id = d.client_id
            WHERE d.position = e.position ORDER BY 1) AS sent_to
    FROM events e WHERE e.position = ANY (:positions) AND (:everybody OR e.readers && :readers) ORDER BY e.position
""").bindparams(bindparam("positions", type_=ARRAY(Integer)), _READERS)
_ERASURES = text("""
    SELECT id::text, kind, asked_at, confirmed_at, asked_by = :reference AS asked,
        confirmed_by = :reference AS confirmed
    FROM erasures
    WHERE (asked_by = :reference AND (:everybody OR 'client:' || asked_client = ANY (:readers)))
        OR (confirmed_by = :reference AND (:everybody OR 'client:' || confirmed_client = ANY (:readers)))
    ORDER BY id
""").bindparams(bindparam("reference", type_=String), _READERS)
_CLIENT_CHANGES = text("""
    SELECT id::text, client_id, change, changed_by, changed_at FROM client_changes
    WHERE person = :reference AND (:everybody OR 'client:' || changed_by = ANY (:readers))
    ORDER BY id
""").bindparams(bindparam("reference", type_=String), _READERS)
_CLIENT = text(
    "SELECT client_id AS id, name, organisation::text, scopes, created_at FROM clients WHERE client_id = :id"
)
_SUBSCRIPTIONS = text(
    "SELECT id::text, sink, description, types, made_at FROM subscriptions WHERE client_id = :id ORDER BY id"
)
_CALLS = text("SELECT id::text, method, path, status, at FROM calls WHERE client_id = :id ORDER BY at DESC LIMIT :most")


async def list_naming_events(
    session: AsyncSession, people: Sequence[tuple[PersonKind, UUID]], *, readers: Sequence[str], everybody: bool
) -> Sequence[AnyRow]:
    """Return the events that name these ids and that the readers may see. It needs the system's sight."""
    positions: set[int] = set()
    for kind, person_id in people:
        if (found := await find_person(session, kind, person_id)) is not None:
            positions |= {row["position"] for row in found.events}
    asked = {"positions": sorted(positions), "readers": list(readers), "everybody": everybody}
    return (await session.execute(_EVENTS, asked)).all()


async def list_erasures_by(
    session: AsyncSession, reference: str, *, readers: Sequence[str], everybody: bool
) -> Sequence[AnyRow]:
    """Return the erasures that the person asked for or confirmed. It needs the system's sight."""
    asked = {"reference": reference, "readers": list(readers), "everybody": everybody}
    return (await session.execute(_ERASURES, asked)).all()


async def list_client_changes_by(
    session: AsyncSession, reference: str, *, readers: Sequence[str], everybody: bool
) -> Sequence[AnyRow]:
    """Return the changes of clients that the person made. It needs the system's sight."""
    asked = {"reference": reference, "readers": list(readers), "everybody": everybody}
    return (await session.execute(_CLIENT_CHANGES, asked)).all()


async def list_of_client(session: AsyncSession, client_id: str) -> Sequence[tuple[str, AnyRow]]:
    """Return what is kept of a client that acts for itself. It needs the system's sight."""
    found: list[tuple[str, AnyRow]] = []
    for kind, statement in (("client", _CLIENT), ("subscription", _SUBSCRIPTIONS), ("call", _CALLS)):
        asked = {"id": client_id, "most": MOST_CALLS} if kind == "call" else {"id": client_id}
        found += [(kind, row) for row in await session.execute(statement, asked)]
    return found
