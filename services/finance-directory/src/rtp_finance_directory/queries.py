"""Queries. Row-level security stands behind every query of shortlists."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import QueryableAttribute

from rtp_finance_directory.areas import list_areas_around, list_areas_within
from rtp_finance_directory.errors import NoSuchProduct, NoSuchShortlist
from rtp_finance_directory.facts import Terms
from rtp_finance_directory.models import Product, Shortlist, ShortlistLine
from rtp_finance_directory.vocabulary import ListFacet, ProductKind, ProductStatus
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from rtp_shared.db import AnyRow, AnySelect, visible_to
from rtp_shared.names import contain_name

Condition = ColumnElement[bool]

ON_OFFER = (ProductStatus.OPEN, ProductStatus.CHECK)

_TERMS = {field.name: Product.__table__.c[field.name] for field in fields(Terms)}
_SUMMARY = (
    Shortlist.id,
    Shortlist.case_id,
    Shortlist.case_number,
    Shortlist.status,
    Shortlist.version,
    Shortlist.fitting,
    Shortlist.not_fitting,
    Shortlist.judged_on,
    Shortlist.made_at,
    Shortlist.closed_at,
)
_LINE = (
    ShortlistLine.product_id,
    ShortlistLine.product_version,
    ShortlistLine.provider,
    ShortlistLine.product_name,
    ShortlistLine.verified_on,
    ShortlistLine.verdict,
    ShortlistLine.first_failing,
    ShortlistLine.why,
    ShortlistLine.rules,
)


async def list_terms(session: AsyncSession) -> list[Terms]:
    """List the terms of every product, closed ones too: people ask about those."""
    return [Terms(**row._mapping) for row in await session.execute(select(*_TERMS.values()))]  # noqa: SLF001


async def get_product(session: AsyncSession, product_id: UUID) -> AnyRow:
    row = (await session.execute(select(*Product.__table__.c).where(Product.id == product_id))).first()
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
) -> Sequence[AnyRow]:
    """List products by provider. A filter drops only what is known not to fit; no `status` drops what is over."""
    provider = func.lower(Product.provider)
    query: AnySelect = select(*Product.__table__.c).order_by(provider, Product.id).limit(limit + 1)
    conditions = [
        _match_status(status, today),
        _match_list(Product.sectors, sector, ListFacet.SECTORS),
        _match_list(Product.legal_forms, legal_form, ListFacet.LEGAL_FORMS),
        _match_list(Product.purposes, purpose, ListFacet.PURPOSES),
    ]
    if text is not None:
        conditions.append(contain_name(Product.provider + " " + Product.name, text))
    if kind is not None:
        conditions.append(Product.kinds.contains([kind.value]))
    if direct is not None:
        conditions.append(Product.direct == direct)
    if region is not None:
        conditions.append(_match_region(region))
    if amount_pence is not None:
        conditions.append(func.coalesce(Product.min_amount_pence, 0) <= amount_pence)
        conditions.append(or_(Product.max_amount_pence.is_(None), Product.max_amount_pence >= amount_pence))
    if after is not None:
        conditions.append(or_(provider > after[0], (provider == after[0]) & (Product.id > after[1])))
    return (await session.execute(query.where(*(each for each in conditions if each is not None)))).all()


def _match_status(status: Sequence[ProductStatus], today: date) -> Condition:
    if status:
        return Product.status.in_(status)
    return Product.status.in_(ON_OFFER) & or_(Product.closed_on.is_(None), Product.closed_on >= today)


def _match_list(column: QueryableAttribute[list[str] | None], word: str | None, facet: ListFacet) -> Condition | None:
    """Match products that accept the word, or any, or perhaps: as the rules of eligibility see it."""
    if word is None:
        return None
    incomplete = ~Product.complete_lists.contains([facet.value])
    return or_(column.is_(None), column == [], column.contains([word]), incomplete)


def _match_region(region: str) -> Condition:
    serving = [*list_areas_around(region), *list_areas_within(region)]
    return or_(Product.areas.is_(None), Product.areas == [], Product.areas.overlap(serving))


def _is_visible_to(readers: Sequence[str]) -> Condition:
    """Match shortlists that name one of the readers, and were made. Row-level security holds besides."""
    return visible_to(Shortlist.readers, readers) & Shortlist.made_at.is_not(None)


async def list_shortlists(
    session: AsyncSession,
    *,
    readers: Sequence[str],
    limit: int,
    after: UUID | None = None,
    case_id: UUID | None = None,
) -> Sequence[AnyRow]:
    """List shortlists, newest first, and one row more than `limit` where more follow."""
    query: AnySelect = select(*_SUMMARY).where(_is_visible_to(readers)).order_by(Shortlist.id.desc()).limit(limit + 1)
    if case_id is not None:
        query = query.where(Shortlist.case_id == case_id)
    if after is not None:
        query = query.where(Shortlist.id < after)
    return (await session.execute(query)).all()


async def get_shortlist(
    session: AsyncSession, case_id: UUID, *, readers: Sequence[str]
) -> tuple[AnyRow, Sequence[AnyRow]]:
    """Return a case's shortlist and its lines, best first."""
    query = select(*_SUMMARY, Shortlist.facts, Shortlist.rule_set).where(
        Shortlist.case_id == case_id, _is_visible_to(readers)
    )
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchShortlist
    lines = (
        select(*_LINE)
        .join(Shortlist, Shortlist.id == ShortlistLine.shortlist_id)
        .where(Shortlist.case_id == case_id, _is_visible_to(readers))
        .order_by(ShortlistLine.position)
    )
    return row, (await session.execute(lines)).all()
