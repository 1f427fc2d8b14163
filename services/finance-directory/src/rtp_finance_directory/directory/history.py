"""The versions of products: one is kept with every change, at a position of the directory's clock."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, case, func, insert, literal, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.directory.models import Product, ProductVersion
from rtp_finance_directory.moderation.models import DirectoryClock
from rtp_finance_directory.vocabulary import ProductChange, PublicationState

SHOWN = (ProductChange.PUBLISHED, ProductChange.CHANGED)


async def record_versions(session: AsyncSession, changes: Mapping[UUID, ProductChange], *, at: datetime) -> None:
    """Keep the products' present versions. Call it last: it holds the clock until the transaction ends.

    Whoever changes products waits there for whoever came before. So a reader that has seen a position has seen all
    that come before it, and a harvester's cursor loses nothing.
    """
    if not changes:
        return
    moved = update(DirectoryClock).values(position=DirectoryClock.position + len(changes))
    position = (await session.execute(moved.returning(DirectoryClock.position))).scalar_one()
    number = func.row_number().over(order_by=Product.id)
    change = case({product_id: literal(each.value) for product_id, each in changes.items()}, value=Product.id)
    was_told = (
        select(ProductVersion.publication == PublicationState.PUBLISHED)
        .where(ProductVersion.product_id == Product.id)
        .order_by(ProductVersion.version.desc())
        .limit(1)
        .correlate(Product)
        .scalar_subquery()
    )
    told = (Product.publication == PublicationState.PUBLISHED) | func.coalesce(was_told, False)
    rows = select(
        Product.id,
        Product.version,
        position - len(changes) + number,
        change,
        told,
        Product.publication,
        Product.owner,
        literal(at),
        func.to_jsonb(literal_column("products")).op("-")(literal("search", Text)),
    ).where(Product.id.in_(changes))
    names = ("product_id", "version", "position", "change", "told", "publication", "owner", "recorded_at", "body")
    await session.execute(insert(ProductVersion).from_select(names, rows))
