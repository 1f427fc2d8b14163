"""Queries of the CommonGrants view: products that are a grant, wholly or partly, and go to mutuals directly."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.common_grants.errors import NoSuchOpportunity
from rtp_finance_directory.directory.models import SAID, Product, ProductVersion
from rtp_finance_directory.search.criteria import parse_words
from rtp_finance_directory.vocabulary import ProductKind, PublicationState
from rtp_shared.db import AnyRow, AnySelect

IS_OPPORTUNITY = (
    Product.publication == PublicationState.PUBLISHED,
    Product.direct,
    Product.kinds.overlap([ProductKind.GRANT.value, ProductKind.BLENDED.value]),
)


async def list_opportunities(session: AsyncSession, *, page: int, size: int) -> tuple[Sequence[AnyRow], int]:
    """Return a page of opportunities, the last changed first, and how many there are in all."""
    rows = (await session.execute(_select().offset((page - 1) * size).limit(size))).all()
    total = await session.scalar(select(func.count()).select_from(Product).where(*IS_OPPORTUNITY))
    return rows, total or 0


async def find_opportunities(session: AsyncSession, text: str | None) -> Sequence[AnyRow]:
    """Return every opportunity that holds the words; all of them without words."""
    query = _select()
    if text is not None:
        query = query.where(Product.search.bool_op("@@")(parse_words(text)))
    return (await session.execute(query)).all()


async def get_opportunity(session: AsyncSession, product_id: UUID) -> AnyRow:
    row = (await session.execute(_select().where(Product.id == product_id))).first()
    if row is None:
        raise NoSuchOpportunity
    return row


def _select() -> AnySelect:
    changed = _tell_time(func.max(ProductVersion.recorded_at)).label("last_modified_at")
    made = _tell_time(func.min(ProductVersion.recorded_at)).label("created_at")
    return select(*SAID, made, changed).where(*IS_OPPORTUNITY).order_by(changed.desc(), Product.id)


def _tell_time(time: object) -> ScalarSelect[object]:
    """Return the first or last time at which something was told of the product."""
    versions = select(time).where(ProductVersion.product_id == Product.id, ProductVersion.told)  # type: ignore[call-overload]
    found: ScalarSelect[object] = versions.correlate(Product).scalar_subquery()
    return found
