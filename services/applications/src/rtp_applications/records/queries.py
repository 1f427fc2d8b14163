"""Queries about the records on file in a case."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Table, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.cases.models import CaseRecord
from rtp_applications.workflow.enums import Audience
from rtp_shared.db import AnyRow

_record = cast("Table", CaseRecord.__table__).c
_SHOWN = (_record.kind, _record.key, _record.content, _record.signed, _record.audience)


async def list_records(
    session: AsyncSession,
    case_id: UUID,
    *,
    sees_all: bool,
    limit: int,
    after: Sequence[str] | None = None,
    kind: str | None = None,
) -> Sequence[AnyRow]:
    """Return records by kind and key. What is for the bodies only is left out for others."""
    query = select(*_SHOWN).where(_record.case_id == case_id).order_by(_record.kind, _record.key).limit(limit + 1)
    if not sees_all:
        query = query.where(_record.audience == Audience.EVERYBODY)
    if kind is not None:
        query = query.where(_record.kind == kind)
    if after is not None:
        query = query.where(tuple_(_record.kind, _record.key) > tuple_(*after))
    return (await session.execute(query)).all()
