"""Queries of funders and programmes. Row-level security holds besides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.funders.errors import NoSuchEntryVersion, NoSuchFunder, NoSuchProgramme
from rtp_finance_directory.funders.history import OWN, Noun
from rtp_finance_directory.funders.models import EntryVersion, Funder, FundingProgramme
from rtp_finance_directory.moderation.queries import RowSight
from rtp_finance_directory.vocabulary import DirectoryNoun, FunderKind, FunderStatus, PublicationState
from rtp_shared.db import AnyRow, AnySelect
from rtp_shared.names import contain_name

Condition = ColumnElement[bool]


@dataclass(frozen=True)
class EntryFilters:
    """What funders and programmes are looked for by. None does not narrow."""

    text: str | None = None
    unverified_since: date | None = None
    kind: FunderKind | None = None
    status: FunderStatus | None = None
    identifier: str | None = None
    funder_id: UUID | None = None
    open_on: date | None = None

    def match(self, noun: Noun) -> list[Condition | None]:
        return [
            None if self.text is None else contain_name(noun.__table__.c.name, self.text),
            None
            if self.unverified_since is None
            else or_(noun.verified_on.is_(None), noun.verified_on < self.unverified_since),
            *(self._match_funder() if noun is Funder else self._match_programme()),
        ]

    def _match_funder(self) -> list[Condition | None]:
        return [
            None if self.kind is None else Funder.kinds.contains([self.kind.value]),
            None if self.status is None else Funder.status == self.status,
            None if self.identifier is None else Funder.identifiers.contains([self.identifier]),
        ]

    def _match_programme(self) -> list[Condition | None]:
        """Match programmes; a day takes away only what is known not to be open on it."""
        day = self.open_on
        return [
            None if self.funder_id is None else FundingProgramme.funder_id == self.funder_id,
            None if day is None else or_(FundingProgramme.opens_on.is_(None), FundingProgramme.opens_on <= day),
            None if day is None else or_(FundingProgramme.closes_on.is_(None), FundingProgramme.closes_on >= day),
        ]


async def list_entries(
    session: AsyncSession,
    noun: Noun,
    filters: EntryFilters,
    *,
    sight: RowSight,
    limit: int,
    after: tuple[str, UUID] | None = None,
) -> Sequence[AnyRow]:
    """List funders or programmes by name, and one row more than `limit` where more follow."""
    name = func.lower(noun.name)
    query: AnySelect = select(*_said(noun), name.label("sort_key")).order_by(name, noun.id).limit(limit + 1)
    conditions = [*sight.match(noun), *filters.match(noun)]
    if after is not None:
        conditions.append(or_(name > after[0], (name == after[0]) & (noun.id > after[1])))
    return (await session.execute(query.where(*(each for each in conditions if each is not None)))).all()


async def get_entry(
    session: AsyncSession, noun: Noun, entry_id: UUID, *, organisation: UUID | None, oversees: bool = False
) -> AnyRow:
    query = select(*_said(noun)).where(noun.id == entry_id)
    if not oversees:
        published = noun.publication == PublicationState.PUBLISHED
        query = query.where(published if organisation is None else published | (noun.owner == organisation))
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchFunder if noun is Funder else NoSuchProgramme
    return row


async def find_names(session: AsyncSession, noun: Noun, ids: Sequence[UUID]) -> Mapping[UUID, AnyRow]:
    """Return the id, name and website of what is published of these."""
    shown = noun.publication == PublicationState.PUBLISHED
    query = select(noun.id, noun.name, noun.website).where(noun.id.in_(ids), shown)
    return {row.id: row for row in await session.execute(query)}


async def get_entry_version(
    session: AsyncSession, noun: DirectoryNoun, entry_id: UUID, *, organisation: UUID | None,
    version: int | None = None, as_at: datetime | None = None,
) -> AnyRow:  # fmt: skip
    """Return a version by its number, or the one that held at a time; raise where none was shown then."""
    query = select(*EntryVersion.__table__.c).where(EntryVersion.entry_id == entry_id, EntryVersion.noun == noun)
    if version is not None:
        query = query.where(EntryVersion.version == version)
    if as_at is not None:
        query = query.where(EntryVersion.recorded_at <= as_at)
    held = query.order_by(EntryVersion.version.desc()).limit(1).subquery()
    shown = held.c.publication == PublicationState.PUBLISHED
    if organisation is not None:
        shown |= held.c.owner == organisation
    row = (await session.execute(select(held).where(shown))).first()
    if row is None:
        raise NoSuchEntryVersion
    return row


async def list_entry_versions(
    session: AsyncSession,
    noun: DirectoryNoun,
    entry_id: UUID,
    *,
    organisation: UUID | None,
    limit: int,
    before: int | None = None,
) -> Sequence[AnyRow]:
    """List the versions that were published, newest first; the keeper sees all."""
    published = EntryVersion.publication == PublicationState.PUBLISHED
    query: AnySelect = select(EntryVersion.version, EntryVersion.change, EntryVersion.recorded_at).where(
        EntryVersion.entry_id == entry_id,
        EntryVersion.noun == noun,
        published if organisation is None else published | (EntryVersion.owner == organisation),
    )
    if before is not None:
        query = query.where(EntryVersion.version < before)
    return (await session.execute(query.order_by(EntryVersion.version.desc()).limit(limit + 1))).all()


async def list_entry_changes(session: AsyncSession, *, after: int, limit: int) -> Sequence[AnyRow]:
    """List what changed among published funders and programmes after a position, in the order of the commits."""
    columns = (EntryVersion.noun, EntryVersion.entry_id.label("id"), EntryVersion.version, EntryVersion.change)
    query: AnySelect = select(*columns, EntryVersion.recorded_at, EntryVersion.position).where(
        EntryVersion.told, EntryVersion.position > after
    )
    return (await session.execute(query.order_by(EntryVersion.position).limit(limit + 1))).all()


async def list_due_entries(session: AsyncSession, noun: Noun, today: date) -> Sequence[UUID]:
    """List what its schedule publishes or takes off by today."""
    publishes = (noun.publish_on <= today) & (noun.publication != PublicationState.IN_REVIEW)
    return (await session.scalars(select(noun.id).where(or_(publishes, noun.unpublish_on <= today)))).all()


async def list_unverified_entries(session: AsyncSession, noun: Noun, *, since: date, limit: int) -> Sequence[UUID]:
    """List what is published, has a keeper, and was neither verified nor reminded of since the day."""
    query = select(noun.id).where(
        noun.publication == PublicationState.PUBLISHED,
        noun.owner.is_not(None),
        or_(noun.verified_on.is_(None), noun.verified_on <= since),
        or_(noun.reminded_on.is_(None), noun.reminded_on <= since),
    )
    return (await session.scalars(query.order_by(noun.id).limit(limit))).all()


def _said(noun: Noun) -> list[ColumnElement[Any]]:
    table: Table = noun.__table__  # type: ignore[assignment]
    return [column for column in table.c if column.name not in OWN]
