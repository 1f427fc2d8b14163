"""Queries about the people of a case."""

from typing import cast
from uuid import UUID

from sqlalchemy import Table, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases.models import PartyName

_named = cast("Table", PartyName.__table__).c
_NAMES = select(_named.party_id, _named.name).where(_named.case_id == bindparam("case_id"))


async def list_names(session: AsyncSession, case_id: UUID) -> dict[UUID, str]:
    """Return personal names by party. `views.can_see_name` says who may be shown which: ask it for every one.
    Row-level security says the same behind it.
    """
    return {row.party_id: row.name for row in await session.execute(_NAMES, {"case_id": case_id})}
