"""Queries of repairs and overrides. Row-level security stands behind each."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.repairs.errors import NoSuchOverride, NoSuchRepair
from rtp_advice_matching.repairs.models import Override, Repair
from rtp_advice_matching.rounds.models import RoundStatus
from rtp_shared.db import AnyRow, AnySelect, visible_to

_REPAIR = [column for column in Repair.__table__.c if column.name not in ("document", "readers")]
_OVERRIDE = [column for column in Override.__table__.c if column.name != "readers"]


async def list_repairs(
    session: AsyncSession, round_id: UUID, *, readers: Sequence[str], limit: int, after: UUID | None = None
) -> Sequence[AnyRow]:
    """List a round's repairs, newest first, and one row more than `limit` where more follow."""
    query: AnySelect = select(*_REPAIR).where(Repair.round_id == round_id, visible_to(Repair.readers, readers))
    if after is not None:
        query = query.where(Repair.id < after)
    return (await session.execute(query.order_by(Repair.id.desc()).limit(limit + 1))).all()


async def get_repair(session: AsyncSession, round_id: UUID, repair_id: UUID, *, readers: Sequence[str]) -> AnyRow:
    query = select(*_REPAIR).where(
        Repair.id == repair_id, Repair.round_id == round_id, visible_to(Repair.readers, readers)
    )
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchRepair
    return row


async def get_document(session: AsyncSession, round_id: UUID, repair_id: UUID, *, readers: Sequence[str]) -> str:
    query = select(Repair.document).where(
        Repair.id == repair_id, Repair.round_id == round_id, visible_to(Repair.readers, readers)
    )
    document = await session.scalar(query)
    if document is None:
        raise NoSuchRepair
    return document


async def find_committed(session: AsyncSession, round_id: UUID, *, readers: Sequence[str]) -> str | None:
    """Return the document of the round's repair that was committed last."""
    query = select(Repair.document).where(
        Repair.round_id == round_id, Repair.status == RoundStatus.COMMITTED, visible_to(Repair.readers, readers)
    )
    return await session.scalar(query.order_by(Repair.committed_at.desc(), Repair.id.desc()).limit(1))


async def list_overrides(
    session: AsyncSession, round_id: UUID, *, readers: Sequence[str], limit: int, after: UUID | None = None
) -> Sequence[AnyRow]:
    """List a round's overrides, newest first, and one row more than `limit` where more follow."""
    query: AnySelect = select(*_OVERRIDE).where(Override.round_id == round_id, visible_to(Override.readers, readers))
    if after is not None:
        query = query.where(Override.id < after)
    return (await session.execute(query.order_by(Override.id.desc()).limit(limit + 1))).all()


async def get_override(session: AsyncSession, round_id: UUID, override_id: UUID, *, readers: Sequence[str]) -> AnyRow:
    query = select(*_OVERRIDE).where(
        Override.id == override_id, Override.round_id == round_id, visible_to(Override.readers, readers)
    )
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchOverride
    return row
