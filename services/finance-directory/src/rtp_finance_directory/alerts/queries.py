"""Queries of saved searches, and of what is to be told."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.alerts.errors import NoSuchSavedSearch
from rtp_finance_directory.alerts.models import ProductNews, SavedSearch, SavedSearchFind
from rtp_finance_directory.alerts.news import OFFERED
from rtp_finance_directory.directory.models import Product
from rtp_finance_directory.search.criteria import ProductCriteria, build_conditions
from rtp_finance_directory.search.days import get_next_closing, takes_applications_on
from rtp_finance_directory.vocabulary import PublicationState
from rtp_shared.db import AnySelect

PUBLISHED = Product.publication == PublicationState.PUBLISHED
OPENINGS = func.coalesce(ProductNews.opening, 0)


async def list_searches(session: AsyncSession, *, client: str, limit: int, after: UUID | None) -> Sequence[SavedSearch]:
    """List a client's searches, newest first."""
    query = select(SavedSearch).where(SavedSearch.client == client)
    if after is not None:
        query = query.where(SavedSearch.id < after)
    return (await session.scalars(query.order_by(SavedSearch.id.desc()).limit(limit + 1))).all()


async def get_search(session: AsyncSession, search_id: UUID, *, client: str, lock: bool = False) -> SavedSearch:
    query = select(SavedSearch).where(SavedSearch.id == search_id, SavedSearch.client == client)
    search = await session.scalar(query.with_for_update() if lock else query)
    if search is None:
        raise NoSuchSavedSearch
    return search


def select_new_finds(search_id: UUID, criteria: ProductCriteria, *, today: date) -> AnySelect:
    """Select what meets the criteria and was not found before, or has opened anew since."""
    found = and_(SavedSearchFind.product_id == Product.id, SavedSearchFind.search_id == search_id)
    return (
        select(Product.id, OPENINGS.label("opening"))
        .outerjoin(ProductNews, ProductNews.product_id == Product.id)
        .outerjoin(SavedSearchFind, found)
        .where(*build_conditions(criteria, today=today))
        .where(or_(SavedSearchFind.opening.is_(None), SavedSearchFind.opening < OPENINGS))
        .order_by(Product.id)
    )


async def list_due_searches(
    session: AsyncSession, *, looked_before: datetime, today: date, limit: int, without: Collection[UUID] = ()
) -> Sequence[UUID]:
    """List searches of which nothing was told today, at which nobody has looked for long, and that are not left out."""
    waiting = or_(SavedSearch.told_on.is_(None), SavedSearch.told_on < today)
    query = select(SavedSearch.id).where(waiting, SavedSearch.looked_at <= looked_before)
    if without:
        query = query.where(SavedSearch.id.not_in(without))
    return (await session.scalars(query.order_by(SavedSearch.looked_at).limit(limit))).all()


async def list_followers(session: AsyncSession, product_id: UUID) -> Sequence[str]:
    """List the identities of clients of which a search has found the product."""
    query = select(SavedSearch.client).join(SavedSearchFind, SavedSearchFind.search_id == SavedSearch.id)
    found = query.where(SavedSearchFind.product_id == product_id).distinct().order_by(SavedSearch.client)
    return (await session.scalars(found)).all()


async def list_products_with_news(session: AsyncSession, *, today: date, closing_days: int) -> Sequence[UUID]:
    """List products of which there may be something to tell: all of which there is, by the rule of `find_news`."""
    open_now = func.coalesce(PUBLISHED & Product.status.in_(OFFERED) & takes_applications_on(today), False)
    closes = get_next_closing(today)
    near = closes <= today + timedelta(days=closing_days)
    query = (
        select(Product.id)
        .outerjoin(ProductNews, ProductNews.product_id == Product.id)
        .where(
            or_(
                open_now != func.coalesce(ProductNews.open, False),
                and_(open_now, near, closes.is_distinct_from(ProductNews.closing_told)),
            )
        )
    )
    return (await session.scalars(query.order_by(Product.id))).all()


async def list_unverified(
    session: AsyncSession, *, since: date, limit: int, without: Collection[UUID] = ()
) -> Sequence[UUID]:
    """List published products that nobody has verified since the day, and whose keeper was not told since then, but
    for those left out."""
    looked_at = func.greatest(Product.verified_on, ProductNews.reminded_on)
    query = (
        select(Product.id)
        .outerjoin(ProductNews, ProductNews.product_id == Product.id)
        .where(PUBLISHED, Product.owner.is_not(None), or_(looked_at.is_(None), looked_at <= since))
    )
    if without:
        query = query.where(Product.id.not_in(without))
    return (await session.scalars(query.order_by(Product.id).limit(limit))).all()
