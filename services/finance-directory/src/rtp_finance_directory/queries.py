"""What can be asked. Row-level security stands behind every question about shortlists."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.areas import partly_serving, wholly_serving
from rtp_finance_directory.errors import NoSuchProduct, NoSuchShortlist
from rtp_finance_directory.facts import Terms
from rtp_finance_directory.models import Product, Shortlist, ShortlistLine
from rtp_finance_directory.vocabulary import ListFacet, ProductKind, ProductStatus
from rtp_shared.clock import today
from rtp_shared.contracts.vocabulary import FinancePurpose, LegalForm, Sector
from rtp_shared.db import AnyRow, AnySelect

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


async def terms(session: AsyncSession) -> list[Terms]:
    """What the rules read of every product, closed ones too: people ask about those."""
    return [Terms(**row._mapping) for row in await session.execute(select(*_TERMS.values()))]  # noqa: SLF001


async def get_product(session: AsyncSession, product_id: UUID) -> AnyRow:
    row = (await session.execute(select(*Product.__table__.c).where(Product.id == product_id))).first()
    if row is None:
        raise NoSuchProduct
    return row


async def list_products(
    session: AsyncSession,
    *,
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
    """By provider. A filter takes away only what is known not to fit; without `status`, what is over is left out."""
    provider = func.lower(Product.provider)
    query: AnySelect = select(*Product.__table__.c).order_by(provider, Product.id).limit(limit + 1)
    wanted = [
        _of_status(status),
        _said_to_accept(Product.sectors, sector, ListFacet.SECTORS),
        _said_to_accept(Product.legal_forms, legal_form, ListFacet.LEGAL_FORMS),
        _said_to_accept(Product.purposes, purpose, ListFacet.PURPOSES),
    ]
    if text is not None:
        wanted.append(func.lower(Product.provider + " " + Product.name).contains(text.lower(), autoescape=True))
    if kind is not None:
        wanted.append(Product.kinds.contains([kind.value]))
    if direct is not None:
        wanted.append(Product.direct == direct)
    if region is not None:
        wanted.append(_said_to_serve(region))
    if amount_pence is not None:
        wanted.append(func.coalesce(Product.min_amount_pence, 0) <= amount_pence)
        wanted.append(or_(Product.max_amount_pence.is_(None), Product.max_amount_pence >= amount_pence))
    if after is not None:
        wanted.append(or_(provider > after[0], (provider == after[0]) & (Product.id > after[1])))
    return (await session.execute(query.where(*(each for each in wanted if each is not None)))).all()


def _of_status(status: Sequence[ProductStatus]) -> Any:
    if status:
        return Product.status.in_(status)
    return Product.status.in_(ON_OFFER) & or_(Product.closed_on.is_(None), Product.closed_on >= today())


def _said_to_accept(column: Any, word: str | None, facet: ListFacet) -> Any:
    """Accepts the word, or any, or it is not known whether it does: as the rules of eligibility see it."""
    if word is None:
        return None
    incomplete = ~Product.complete_lists.contains([facet.value])
    return or_(column.is_(None), column == [], column.contains([word]), incomplete)


def _said_to_serve(region: str) -> Any:
    serving = [*wholly_serving(region), *partly_serving(region)]
    return or_(Product.areas.is_(None), Product.areas == [], Product.areas.overlap(serving))


def visible_to(readers: Sequence[str]) -> Any:
    """The first wall: rows that name one of the readers, and were made. Row-level security is the second."""
    return Shortlist.readers.overlap(list(readers)) & Shortlist.made_at.is_not(None)


async def list_shortlists(
    session: AsyncSession,
    *,
    readers: Sequence[str],
    limit: int,
    after: UUID | None = None,
    case_id: UUID | None = None,
) -> Sequence[AnyRow]:
    """Newest first, one row more than `limit` where more follow."""
    query: AnySelect = select(*_SUMMARY).where(visible_to(readers)).order_by(Shortlist.id.desc()).limit(limit + 1)
    if case_id is not None:
        query = query.where(Shortlist.case_id == case_id)
    if after is not None:
        query = query.where(Shortlist.id < after)
    return (await session.execute(query)).all()


async def get_shortlist(
    session: AsyncSession, case_id: UUID, *, readers: Sequence[str]
) -> tuple[AnyRow, Sequence[AnyRow]]:
    """A case's shortlist and its lines, best first."""
    query = select(*_SUMMARY, Shortlist.facts, Shortlist.rule_set).where(
        Shortlist.case_id == case_id, visible_to(readers)
    )
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchShortlist
    lines = (
        select(*_LINE)
        .join(Shortlist, Shortlist.id == ShortlistLine.shortlist_id)
        .where(Shortlist.case_id == case_id, visible_to(readers))
        .order_by(ShortlistLine.position)
    )
    return row, (await session.execute(lines)).all()
