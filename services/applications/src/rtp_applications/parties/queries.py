"""Queries about the people of a case."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Table, Uuid, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases.models import PartyName

_named = cast("Table", PartyName.__table__).c
_NAMES = select(_named.party_id, _named.name).where(_named.case_id == bindparam("case_id"))
_NAMES_OF_CASES = select(_named.party_id, _named.name).where(
    _named.case_id == any_(bindparam("case_ids", type_=ARRAY(Uuid)))
)


async def list_names_of_cases(session: AsyncSession, case_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return personal names by party, of several cases: ask `views.can_see_name` for every one, as below."""
    return {row.party_id: row.name for row in await session.execute(_NAMES_OF_CASES, {"case_ids": list(case_ids)})}


async def list_names(session: AsyncSession, case_id: UUID) -> dict[UUID, str]:
    """Return personal names by party. `views.can_see_name` says who may be shown which: ask it for every one.
    Row-level security says the same behind it.
    """
    return {row.party_id: row.name for row in await session.execute(_NAMES, {"case_id": case_id})}
