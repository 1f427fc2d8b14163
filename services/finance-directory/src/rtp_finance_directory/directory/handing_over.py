"""A funder that came with the service is handed over to the organisation that it is, with all that is said of it."""

import uuid
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.directory.history import record_versions
from rtp_finance_directory.directory.models import Product
from rtp_finance_directory.funders.errors import NoSuchFunder
from rtp_finance_directory.funders.history import record_entries
from rtp_finance_directory.funders.models import Funder, FundingProgramme
from rtp_finance_directory.moderation.errors import NotOfTheOperator
from rtp_finance_directory.moderation.models import STANDING
from rtp_finance_directory.vocabulary import ProductChange
from rtp_shared.etags import Expected

Named = TypeVar("Named", Product, FundingProgramme)


async def hand_over_funder(
    session: AsyncSession,
    funder_id: uuid.UUID,
    organisation: uuid.UUID | None,
    *,
    version: Expected,
    now: datetime,
) -> None:
    """Let the organisation keep the funder with its programmes and products, as far as they came with the service and
    one keeper has them all. What organisations have added themselves stays theirs. The same keeper counts no version.
    """
    funder = await session.scalar(select(Funder).where(Funder.id == funder_id).with_for_update())
    if funder is None:
        raise NoSuchFunder
    version.require(funder.version)
    if funder.slug == str(funder.id):  # an organisation drafted it
        raise NotOfTheOperator
    former = funder.owner
    if former == organisation:
        return
    programmes = await _lock_named(session, FundingProgramme, funder_id, former)
    products = await _lock_named(session, Product, funder_id, former)
    entries = {funder.id: _hand_over(funder, organisation)}
    of_programmes = {row.id: _hand_over(row, organisation) for row in programmes}
    of_products = {row.id: _hand_over(row, organisation) for row in products}
    await session.flush()
    await record_entries(session, Funder, entries, at=now)
    await record_entries(session, FundingProgramme, of_programmes, at=now)
    await record_versions(session, of_products, at=now)


def _hand_over(row: Funder | FundingProgramme | Product, organisation: uuid.UUID | None) -> ProductChange:
    row.version += 1
    return row.hand_over(organisation)


async def _lock_named(
    session: AsyncSession, noun: type[Named], funder_id: uuid.UUID, keeper: uuid.UUID | None
) -> list[Named]:
    """Return the rows of the funder that came with the service and that its keeper has, locked in their order."""
    query = select(noun).where(
        noun.funder_id == funder_id,
        noun.owner.is_not_distinct_from(keeper),
        noun.slug != cast(noun.id, Text),
        noun.publication.in_(STANDING),
    )
    return list((await session.scalars(query.order_by(noun.id).with_for_update())).all())
