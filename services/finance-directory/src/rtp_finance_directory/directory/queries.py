"""Queries of the directory."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import QueryableAttribute

from rtp_finance_directory.areas import list_areas_around, list_areas_within
from rtp_finance_directory.directory.errors import NoSuchProduct, NoSuchProductVersion
from rtp_finance_directory.directory.models import SAID, Product, ProductVersion
from rtp_finance_directory.moderation.queries import PUBLISHED, RowSight
from rtp_finance_directory.vocabulary import ListFacet, ProductKind, ProductStatus, PublicationState
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from rtp_shared.db import AnyRow, AnySelect
from rtp_shared.names import contain_name

Condition = ColumnElement[bool]


ON_OFFER = (ProductStatus.OPEN, ProductStatus.CHECK)


def _is_shown_to(organisation: UUID | None) -> Condition:
    """Match what is published, and what the organisation keeps. Row-level security holds besides."""
    published = Product.publication == PublicationState.PUBLISHED
    return published if organisation is None else published | (Product.owner == organisation)


async def get_product(
    session: AsyncSession, product_id: UUID, *, organisation: UUID | None, oversees: bool = False
) -> AnyRow:
    query = select(*SAID).where(Product.id == product_id)
    if not oversees:
        query = query.where(_is_shown_to(organisation))
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchProduct
    return row


async def list_products(
    session: AsyncSession,
    *,
    today: date,
    limit: int,
    after: tuple[str, UUID] | None = None,
    text: str | None = None,
    kind: ProductKind | None = None,
    status: Sequence[ProductStatus] = (),
    direct: bool | None = None,
    region: str | None = None,
    amount_pence: int | None = None,
    sector: Sector | None = None,
    legal_form: LegalForm | None = None,
    purpose: FinancePurpose | None = None,
    unverified_since: date | None = None,
    funder_id: UUID | None = None,
    sight: RowSight = PUBLISHED,
) -> Sequence[AnyRow]:
    """List products by provider. A filter drops only what is known not to fit; no `status` drops what is over.

    By `sight` they are published, or what an organisation keeps, or what the operator moderates.
    """
    provider = func.lower(Product.provider)
    columns = (*SAID, provider.label("sort_key"))  # as PostgreSQL lowers it: Python's may differ
    query: AnySelect = select(*columns).order_by(provider, Product.id).limit(limit + 1)
    conditions = [
        *sight.match(Product),
        match_status(status, today),
        match_list(Product.sectors, sector, ListFacet.SECTORS),
        match_list(Product.legal_forms, legal_form, ListFacet.LEGAL_FORMS),
        match_list(Product.purposes, purpose, ListFacet.PURPOSES),
    ]
    if text is not None:
        conditions.append(contain_name(Product.provider + " " + Product.name, text))
    if funder_id is not None:
        conditions.append(Product.funder_id == funder_id)
    if kind is not None:
        conditions.append(Product.kinds.contains([kind.value]))
    if direct is not None:
        conditions.append(Product.direct == direct)
    if region is not None:
        conditions.append(match_region(region))
    if amount_pence is not None:
        conditions.append(func.coalesce(Product.min_amount_pence, 0) <= amount_pence)
        conditions.append(or_(Product.max_amount_pence.is_(None), Product.max_amount_pence >= amount_pence))
    if unverified_since is not None:
        conditions.append(or_(Product.verified_on.is_(None), Product.verified_on < unverified_since))
    if after is not None:
        conditions.append(or_(provider > after[0], (provider == after[0]) & (Product.id > after[1])))
    return (await session.execute(query.where(*(each for each in conditions if each is not None)))).all()


def match_status(status: Sequence[ProductStatus], today: date) -> Condition:
    """Match products of these statuses; if none is named, what is not over."""
    if status:
        return Product.status.in_(status)
    return Product.status.in_(ON_OFFER) & or_(Product.closed_on.is_(None), Product.closed_on >= today)


def match_list(column: QueryableAttribute[list[str] | None], word: str | None, facet: ListFacet) -> Condition | None:
    """Match products that accept the word, or any, or perhaps: as the rules of eligibility see it."""
    if word is None:
        return None
    incomplete = ~Product.complete_lists.contains([facet.value])
    return or_(column.is_(None), column == [], column.contains([word]), incomplete)


def match_region(region: str) -> Condition:
    """Match products that serve the region, or a part of it, or perhaps."""
    serving = [*list_areas_around(region), *list_areas_within(region)]
    return or_(Product.areas.is_(None), Product.areas == [], Product.areas.overlap(serving))


def _is_version_shown_to(organisation: UUID | None) -> Condition:
    published = ProductVersion.publication == PublicationState.PUBLISHED
    return published if organisation is None else published | (ProductVersion.owner == organisation)


async def get_version(
    session: AsyncSession, product_id: UUID, *, organisation: UUID | None, version: int | None = None,
    as_at: datetime | None = None,
) -> AnyRow:  # fmt: skip
    """Return a version of a product by its number, or the one that held at a time; raise where none was shown then."""
    query = select(*ProductVersion.__table__.c).where(ProductVersion.product_id == product_id)
    if version is not None:
        query = query.where(ProductVersion.version == version)
    if as_at is not None:
        query = query.where(ProductVersion.recorded_at <= as_at)
    held = query.order_by(ProductVersion.version.desc()).limit(1).subquery()
    shown = held.c.publication == PublicationState.PUBLISHED
    if organisation is not None:
        shown |= held.c.owner == organisation
    row = (await session.execute(select(held).where(shown))).first()
    if row is None:
        raise NoSuchProductVersion
    return row


async def list_versions(
    session: AsyncSession, product_id: UUID, *, organisation: UUID | None, limit: int, before: int | None = None
) -> Sequence[AnyRow]:
    """List the versions of a product that were published, newest first; its keeper sees all."""
    columns = (ProductVersion.version, ProductVersion.change, ProductVersion.recorded_at)
    query: AnySelect = select(*columns).where(
        ProductVersion.product_id == product_id, _is_version_shown_to(organisation)
    )
    if before is not None:
        query = query.where(ProductVersion.version < before)
    return (await session.execute(query.order_by(ProductVersion.version.desc()).limit(limit + 1))).all()


async def list_changes(session: AsyncSession, *, after: int, limit: int) -> Sequence[AnyRow]:
    """List what changed in the published directory after a position of its clock, in the order of the commits.

    One row more than `limit` comes where more follow.
    """
    columns = (ProductVersion.product_id, ProductVersion.version, ProductVersion.change, ProductVersion.recorded_at)
    query: AnySelect = select(*columns, ProductVersion.position).where(
        ProductVersion.told, ProductVersion.position > after
    )
    return (await session.execute(query.order_by(ProductVersion.position).limit(limit + 1))).all()


async def list_due(session: AsyncSession, today: date) -> Sequence[UUID]:
    """List the products that their schedule publishes or takes off by today."""
    publishes = (Product.publish_on <= today) & (Product.publication != PublicationState.IN_REVIEW)
    due = or_(publishes, Product.unpublish_on <= today)
    return (await session.scalars(select(Product.id).where(due).order_by(Product.id))).all()
