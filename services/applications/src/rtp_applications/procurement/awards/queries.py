"""Queries of the records of awards."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.bodies.queries import get_name
from rtp_applications.procurement.awards.errors import NoSuchAward
from rtp_applications.procurement.awards.models import ContractAward, NoticedAward
from rtp_applications.procurement.rules.codes import CpvCode
from rtp_applications.procurement.rules.cooling import PastAward
from rtp_shared.db import AnyRow, AnySelect

_award = ContractAward.__table__.c
GUESSED = "name"
"""How an authority was recognised, where it is a guess: such an award is shown, and counts for nothing."""


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
            ContractAward.authority_known_by.is_distinct_from(GUESSED),
        )
    )
    return [each.as_past_award() for each in found]


async def find_same_contract(
    session: AsyncSession, authority_id: UUID, provider: str, entered_into_on: date, codes: Sequence[str]
) -> ContractAward | None:
    """Return the record of this contract, if there is one that was not taken back: one of another kind of services is
    another contract.
    """
    wanted = [CpvCode(each) for each in codes]
    found = await _lock_awards(session, authority_id, provider)
    return next((each for each in found if each.is_same(entered_into_on, wanted)), None)


async def lock_unlinked(session: AsyncSession, authority_id: UUID, provider: str) -> list[ContractAward]:
    """Return the records of contracts of the authority with the provider that no award from a notice stands behind."""
    linked = exists().where(NoticedAward.award_id == ContractAward.id)
    return await _lock_awards(session, authority_id, provider, ~linked)


async def _lock_awards(
    session: AsyncSession, authority_id: UUID, provider: str, *more: ColumnElement[bool]
) -> list[ContractAward]:
    """Return what stands on record, with the rows locked. Whoever may enter one takes turns, so that none is twice."""
    turn = func.hashtextextended(f"contract_awards {authority_id} {provider}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(turn)))
    query = (
        select(ContractAward)
        .where(
            ContractAward.authority_id == authority_id,
            ContractAward.provider == provider,
            ContractAward.withdrawn_at.is_(None),
            *more,
        )
        .order_by(ContractAward.id)
        .with_for_update()
    )
    return list(await session.scalars(query))


def _select_awards() -> AnySelect:
    return select(*ContractAward.__table__.columns, get_name(_award.authority_id).label("authority_name"))
