"""The worker that tells what is new about products, and what saved searches newly find."""

import logging
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.alerts import queries
from rtp_finance_directory.alerts.models import ProductNews, SavedSearch, SavedSearchFind
from rtp_finance_directory.alerts.news import NewsKind, ProductOpening, WithdrawalReason, find_news
from rtp_finance_directory.alerts.schemas import CriteriaGiven
from rtp_finance_directory.directory.models import Product
from rtp_finance_directory.directory.windows import ApplicationWindow
from rtp_finance_directory.settings import FinanceSettings
from rtp_finance_directory.turns import Turns
from rtp_finance_directory.vocabulary import PublicationState
from rtp_shared.clock import LONDON
from rtp_shared.contracts import EventData
from rtp_shared.contracts.events import compute_digest
from rtp_shared.contracts.finance_directory import (
    ProductClosing,
    ProductOpened,
    ProductVerificationLapsed,
    ProductWithdrawn,
    SearchMatched,
)
from rtp_shared.db import describe_error
from rtp_shared.identities import SYSTEM, organisation_identity
from rtp_shared.loops import run_every
from rtp_shared.schemas import STORED
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

EVERY_SECONDS = 30.0
LOOK_AFTER = timedelta(hours=1)
"""A saved search is looked at so often, until something was told of it on a day."""
BATCH = 200
MOST_NAMED = 100
"""Products that one event names; the others are told the next day."""
OPERATOR = "scope:finance:oversee"


def _take_turns(what: str) -> Turns[UUID]:
    return Turns(what)


@dataclass(frozen=True)
class AlertTurns:
    """What has failed of each kind of work."""

    news: Turns[UUID] = field(default_factory=partial(_take_turns, "the news of a product"))
    reminders: Turns[UUID] = field(default_factory=partial(_take_turns, "the reminder of a product's keeper"))
    searches: Turns[UUID] = field(default_factory=partial(_take_turns, "a saved search"))


async def run_alerts(runtime: Runtime) -> None:
    """Look every 30 seconds until cancelled. Any number may work side by side."""
    turns = AlertTurns()

    async def work() -> None:
        await tell_news(runtime, turns.news)
        await remind_keepers(runtime, turns.reminders)
        await look_for_finds(runtime, turns.searches)

    await run_every(
        EVERY_SECONDS,
        work,
        on_error=lambda error: log.warning("could not tell of products", extra={"error": describe_error(error)}),
    )


async def tell_news(runtime: Runtime, turns: Turns[UUID]) -> int:
    """Tell what is new of every product; return how many events that made."""
    now = runtime.clock()
    today, days = _get_day(now), get_settings(runtime).closing_days
    async with runtime.database.transaction(SYSTEM, read_only=True) as session:
        found = await queries.list_products_with_news(session, today=today, closing_days=days)

    async def tell(product_id: UUID) -> bool:
        async with runtime.database.transaction(SYSTEM) as session:
            return await _tell_product(runtime, session, product_id, today=today)

    ready = [each for each in found if not turns.is_waiting(each, now)]
    return sum([bool(await turns.take(each, partial(tell, each), now=now)) for each in ready])


async def _tell_product(runtime: Runtime, session: AsyncSession, product_id: UUID, *, today: date) -> bool:
    locked = await _lock(session, product_id)
    if locked is None:
        return False
    product, news = locked
    opening = _read_opening(product)
    told, kind = find_news(opening, news.get_told(), today=today, closing_days=get_settings(runtime).closing_days)
    news.note(told)
    if kind is None:
        return False
    owner = [organisation_identity(product.owner)] if product.owner else []
    readers = [*await queries.list_followers(session, product_id), *owner, OPERATOR, *SYSTEM]
    await _publish(runtime, session, news, _write_event(kind, product, opening, today), readers)
    return True


def _write_event(kind: NewsKind, product: Product, opening: ProductOpening, today: date) -> EventData:
    closes = opening.get_closing(today)
    if kind is NewsKind.OPENED:
        return ProductOpened(product_id=product.id, version=product.version, opened_on=today, closes_on=closes)
    if kind is NewsKind.CLOSING and closes is not None:
        return ProductClosing(product_id=product.id, version=product.version, closes_on=closes)
    reason = opening.find_withdrawal(today) or WithdrawalReason.CLOSED
    return ProductWithdrawn(product_id=product.id, version=product.version, reason=reason.value)


async def remind_keepers(runtime: Runtime, turns: Turns[UUID]) -> int:
    """Tell keepers of published products that nobody has verified for long, and again until somebody does; return how
    many were told."""
    now = runtime.clock()
    since = _get_day(now) - timedelta(days=get_settings(runtime).verification_days)
    async with runtime.database.transaction(SYSTEM, read_only=True) as session:
        found = await queries.list_unverified(session, since=since, limit=BATCH, without=turns.list_waiting(now))

    async def remind(product_id: UUID) -> bool:
        async with runtime.database.transaction(SYSTEM) as session:
            return await _remind_keeper(runtime, session, product_id, since=since, today=_get_day(now))

    return sum([bool(await turns.take(each, partial(remind, each), now=now)) for each in found])


async def _remind_keeper(
    runtime: Runtime, session: AsyncSession, product_id: UUID, *, since: date, today: date
) -> bool:
    """Tell the keeper, unless another worker has, or somebody has verified it meanwhile."""
    locked = await _lock(session, product_id)
    if locked is None:
        return False
    product, news = locked
    looked_at = max((day for day in (product.verified_on, news.reminded_on) if day is not None), default=None)
    published = product.publication is PublicationState.PUBLISHED
    if product.owner is None or not published or (looked_at is not None and looked_at > since):
        return False
    news.reminded_on = today
    event = ProductVerificationLapsed(product_id=product_id, verified_on=product.verified_on)
    await _publish(runtime, session, news, event, [organisation_identity(product.owner), *SYSTEM])
    return True


async def look_for_finds(runtime: Runtime, turns: Turns[UUID]) -> int:
    """Tell clients what their searches newly find, at most once a day for a search; return how many were told."""
    now = runtime.clock()
    today, waiting = _get_day(now), turns.list_waiting(now)
    async with runtime.database.transaction(SYSTEM, read_only=True) as session:
        due = await queries.list_due_searches(
            session, looked_before=now - LOOK_AFTER, today=today, limit=BATCH, without=waiting
        )

    async def look(search_id: UUID) -> bool:
        async with runtime.database.transaction(SYSTEM) as session:
            return await _look(runtime, session, search_id, now=now, today=today)

    return sum([bool(await turns.take(each, partial(look, each), now=now)) for each in due])


async def _look(runtime: Runtime, session: AsyncSession, search_id: UUID, *, now: datetime, today: date) -> bool:
    query = select(SavedSearch).where(SavedSearch.id == search_id).with_for_update(skip_locked=True)
    search = await session.scalar(query)
    if search is None or search.told_on == today:
        return False
    search.looked_at = now
    criteria = CriteriaGiven.model_validate(search.criteria, context=STORED).read()
    new = queries.select_new_finds(search_id, criteria, today=today).limit(MOST_NAMED + 1)
    found = (await session.execute(new)).all()
    if not found:
        return False
    rows = [{"search_id": search_id, "product_id": row.id, "opening": row.opening} for row in found[:MOST_NAMED]]
    statement = insert(SavedSearchFind).values(rows)
    again = {"opening": statement.excluded.opening}
    await session.execute(statement.on_conflict_do_update(index_elements=["search_id", "product_id"], set_=again))
    named = [row.id for row in found[:MOST_NAMED]]
    event = SearchMatched(saved_search_id=search_id, product_ids=named, more=len(found) > MOST_NAMED, matched_on=today)
    [body] = await runtime.outbox.publish(
        session, [event], subject_id=search_id, sequence=search.sequence + 1, previous=search.event_hash,
        dataref=f"/v1/saved-searches/{search_id}", readers=list(search.readers),
    )  # fmt: skip
    search.note_event(today, compute_digest(body))
    return True


async def _lock(session: AsyncSession, product_id: UUID) -> tuple[Product, ProductNews] | None:
    """Return the product and what was told of it, locked; None while somebody else has it."""
    query = select(Product).where(Product.id == product_id).with_for_update(skip_locked=True, key_share=True)
    product = await session.scalar(query)
    if product is None:
        return None
    news = await session.get(ProductNews, product_id)
    if news is None:
        news = ProductNews(product_id=product_id, open=False, opening=0, sequence=0)
        session.add(news)
    return product, news


def _read_opening(product: Product) -> ProductOpening:
    windows = [ApplicationWindow.model_validate(window, context=STORED) for window in product.windows]
    return ProductOpening(product.publication, product.status, product.opened_on, product.closed_on, windows)


async def _publish(
    runtime: Runtime, session: AsyncSession, news: ProductNews, event: EventData, readers: list[str]
) -> None:
    [body] = await runtime.outbox.publish(
        session, [event], subject_id=news.product_id, sequence=news.sequence + 1, previous=news.event_hash,
        dataref=f"/v1/products/{news.product_id}/versions", readers=readers,
    )  # fmt: skip
    news.count_event(compute_digest(body))
    await session.flush()


def get_settings(runtime: Runtime) -> FinanceSettings:
    assert isinstance(runtime.settings, FinanceSettings)  # noqa: S101 - the service's own settings
    return runtime.settings


def _get_day(now: datetime) -> date:
    return now.astimezone(LONDON).date()
