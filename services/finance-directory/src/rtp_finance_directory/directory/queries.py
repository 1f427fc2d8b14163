"""Queries of the directory."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import QueryableAttribute

from rtp_finance_directory.areas import list_areas_around, list_areas_within
from rtp_finance_directory.directory.errors import NoSuchProduct
from rtp_finance_directory.directory.models import Product
from rtp_finance_directory.vocabulary import ListFacet, ProductKind, ProductStatus
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from rtp_shared.db import AnyRow, AnySelect
from rtp_shared.names import contain_name

Condition = ColumnElement[bool]


ON_OFFER = (ProductStatus.OPEN, ProductStatus.CHECK)


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
