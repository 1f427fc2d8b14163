"""Queries of the records of awards."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.queries import get_name
from rtp_applications.procurement.awards.errors import NoSuchAward
from rtp_applications.procurement.awards.models import ContractAward
from rtp_applications.procurement.rules.cooling import PastAward
from rtp_shared.db import AnyRow, AnySelect

_award = ContractAward.__table__.c


async def get_award(session: AsyncSession, award_id: UUID) -> AnyRow:
    row = (await session.execute(_select_awards().where(_award.id == award_id))).first()
    if row is None:
        raise NoSuchAward
    return row


async def list_awards(
    session: AsyncSession,
    *,
    limit: int,
    after: UUID | None,
    authorities: Sequence[UUID] | None,
    provider: str | None,
) -> Sequence[AnyRow]:
    """Return awards, the latest recorded first, also those that were withdrawn."""
    query = _select_awards().order_by(_award.id.desc()).limit(limit + 1)
    if authorities is not None:
        query = query.where(_award.authority_id.in_(authorities))
    if provider is not None:
        query = query.where(_award.provider == provider)
    if after is not None:
        query = query.where(_award.id < after)
    return (await session.execute(query)).all()


async def list_past_awards(session: AsyncSession, authority_id: UUID, provider: str) -> list[PastAward]:
    """Return the reserved contracts of an authority with a provider that count for its cooling-off."""
    found = await session.scalars(
        select(ContractAward).where(
            ContractAward.authority_id == authority_id,
            ContractAward.provider == provider,
            ContractAward.reserved_under.is_not(None),
            ContractAward.withdrawn_at.is_(None),
        )
    )
    return [each.as_past_award() for each in found]


def _select_awards() -> AnySelect:
    return select(*ContractAward.__table__.columns, get_name(_award.authority_id).label("authority_name"))
