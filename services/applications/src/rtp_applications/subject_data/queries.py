"""Queries of what is kept of one person, and of who else is named beside them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.subject_data.sources import SOURCES, NamedPlace
from rtp_shared.db import AnyRow

_BUILT = [(source, source.build()) for source in SOURCES]
_NAMES = text(
    "SELECT DISTINCT n.name FROM party_names n JOIN case_parties p ON p.id = n.party_id "
    "WHERE p.person = :reference AND (:everybody OR p.holder = ANY (:readers))"
)
_OTHERS = text("""
    SELECT person, NULL AS name FROM case_parties WHERE case_id = ANY (:cases) AND person <> :reference
    UNION SELECT NULL, n.name FROM party_names n JOIN case_parties p ON p.id = n.party_id
        WHERE n.case_id = ANY (:cases) AND p.person <> :reference
    UNION SELECT s ->> 'person', NULL FROM case_records r, jsonb_array_elements(r.signed) s
        WHERE r.case_id = ANY (:cases) AND s ->> 'person' <> :reference
    UNION SELECT actor ->> 'person', NULL FROM audit_entries
        WHERE case_id = ANY (:cases) AND actor ->> 'person' <> :reference
""").bindparams(bindparam("cases", type_=ARRAY(Uuid)), bindparam("reference", type_=Text))


async def list_names_of(
    session: AsyncSession, reference: str, *, readers: Sequence[str], everybody: bool
) -> Sequence[str]:
    """Return the names under which whoever asks vouches for the person."""
    named = _NAMES.bindparams(bindparam("readers", type_=ARRAY(Text)))
    asked = {"reference": reference, "readers": list(readers), "everybody": everybody}
    return (await session.scalars(named, asked)).all()


async def list_kept(
    session: AsyncSession, reference: str, words: Sequence[str], *, readers: Sequence[str], everybody: bool
) -> Sequence[tuple[NamedPlace, AnyRow]]:
    """Return the rows in which the person is named, as far as these identities vouch for the person in them."""
    asked = {"reference": reference, "readers": list(readers), "all": everybody, "words": list(words)}
    found = []
    for source, statement in _BUILT:
        given = {name: value for name, value in asked.items() if f":{name}" in source.get_text()}
        found += [(source, row) for row in await session.execute(statement, given)]
    return found


async def list_others(
    session: AsyncSession, cases: Sequence[UUID], reference: str
) -> tuple[Sequence[str], Sequence[str]]:
    """Return references and names of everybody else in these cases. It needs the system's sight."""
    rows = (await session.execute(_OTHERS, {"cases": list(cases), "reference": reference})).all()
    return [row.person for row in rows if row.person], [row.name for row in rows if row.name]
