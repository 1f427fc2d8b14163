"""The versions of funders and programmes: one is kept with every change, at a position of the directory's clock."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text, case, cast, func, insert, literal, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.funders.models import EntryVersion, Funder, FundingProgramme
from rtp_finance_directory.moderation.models import DirectoryClock
from rtp_finance_directory.vocabulary import ProductChange, PublicationState

Noun = type[Funder] | type[FundingProgramme]
OWN = ["reminded_on", "sequence", "event_hash"]
"""Columns that say nothing of it, but what was told."""


async def record_entries(
    session: AsyncSession, noun: Noun, changes: Mapping[UUID, ProductChange], *, at: datetime
) -> None:
    """Keep the present versions. Call it last: it holds the clock until the transaction ends, as products do."""
    if not changes:
        return
    moved = update(DirectoryClock).values(position=DirectoryClock.position + len(changes))
    position = (await session.execute(moved.returning(DirectoryClock.position))).scalar_one()
    was_told = (
        select(EntryVersion.publication == PublicationState.PUBLISHED)
        .where(EntryVersion.entry_id == noun.id)
        .order_by(EntryVersion.version.desc())
        .limit(1)
        .correlate(noun)
        .scalar_subquery()
    )
    row = func.to_jsonb(literal_column(noun.__tablename__)).op("-")(cast(literal(OWN, ARRAY(Text())), ARRAY(Text())))
    rows = select(
        noun.id,
        noun.version,
        literal(noun.NOUN.value),
        position - len(changes) + func.row_number().over(order_by=noun.id),
        case({entry_id: literal(each.value) for entry_id, each in changes.items()}, value=noun.id),
        (noun.publication == PublicationState.PUBLISHED) | func.coalesce(was_told, False),
        noun.publication,
        noun.owner,
        literal(at),
        row,
    ).where(noun.id.in_(changes))
    names = ("entry_id", "version", "noun", "position", "change", "told", "publication", "owner", "recorded_at", "body")
    await session.execute(insert(EntryVersion).from_select(names, rows))
