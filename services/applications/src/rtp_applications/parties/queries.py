"""Queries about the people of a case."""

from typing import cast
from uuid import UUID

from sqlalchemy import Table, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases.models import CaseParty

_party = cast("Table", CaseParty.__table__).c
_NAMES = select(_party.id, _party.name).where(_party.case_id == bindparam("case_id"), _party.name.is_not(None))


async def list_names(session: AsyncSession, case_id: UUID) -> dict[UUID, str]:
    """Return personal names by party. `views.can_see_name` says who may be shown which: ask it for every one."""
    return {row.id: row.name for row in await session.execute(_NAMES, {"case_id": case_id})}
