"""Commands on products: verb(session, subject, *, details). Every change keeps a version."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.directory.errors import NoSuchProduct
from rtp_finance_directory.directory.history import record_versions
from rtp_finance_directory.directory.models import WORDS, Product
from rtp_finance_directory.directory.schemas import ProductGiven
from rtp_finance_directory.directory.sense import find_contradictions
from rtp_finance_directory.funders.commands import require_kept_funder
from rtp_finance_directory.moderation.commands import OVERSEE, publish_row, suspend_row
from rtp_finance_directory.moderation.queries import is_reviewed
from rtp_finance_directory.moderation.schemas import PublicationGiven, SuspensionGiven
from rtp_finance_directory.vocabulary import Certainty, ProductChange, PublicationState
from rtp_shared.clock import LONDON
from rtp_shared.etags import Expected
from rtp_shared.identities import Principal
from rtp_shared.problems import Invalid


async def draft_product(session: AsyncSession, said: ProductGiven, *, actor: Principal, now: datetime) -> uuid.UUID:
    """Add a product that the actor's organisation keeps, as a draft that nobody else sees."""
    values = await _read_values(session, said, actor)
    product_id = uuid.uuid4()
    product = Product(
        id=product_id,
        slug=str(product_id),
        version=1,
        owner=actor.organisation,
        publication=PublicationState.DRAFT,
        certainty=Certainty.FOUND,
        verified_on=_get_day(now),
        **values,
    )
    session.add(product)
    await _record(session, product, ProductChange.DRAFTED, now)
    return product_id


async def replace_product(
    session: AsyncSession,
    product_id: uuid.UUID,
    said: ProductGiven,
    *,
    version: Expected,
    actor: Principal,
    now: datetime,
) -> None:
    """Say anew what the product is. What says the same counts no version.

    Of a keeper that is reviewed, other words hide the product until the operator has looked at them; numbers do not.
    """
    product = await _lock(session, product_id, actor, own=True)
    product.require_writable()
    version.require(product.version)
    values = await _read_values(session, said, actor)
    differing = frozenset(name for name, value in values.items() if getattr(product, name) != value)
    if not differing:
        return
    for name in differing:
        setattr(product, name, values[name])
    hides = bool(differing & WORDS) and await is_reviewed(session, product.owner)
    change = product.hide_for_review() if hides else ProductChange.CHANGED
    await _count(session, product, change, now, verified=True)


async def verify_product(
    session: AsyncSession, product_id: uuid.UUID, *, version: Expected, actor: Principal, now: datetime
) -> None:
    """Record that its keeper finds everything as it is said, today."""
    product = await _lock(session, product_id, actor, own=True)
    product.require_writable()
    version.require(product.version)
    if product.verified_on != _get_day(now):
        await _count(session, product, ProductChange.CHANGED, now, verified=True)


async def publish_product(
    session: AsyncSession,
    product_id: uuid.UUID,
    schedule: PublicationGiven,
    *,
    version: Expected,
    actor: Principal,
    now: datetime,
) -> None:
    """Show the product to all, now or from a day on."""
    product = await _lock(session, product_id, actor)
    version.require(product.version)
    change = await publish_row(session, product, schedule, actor=actor, today=_get_day(now))
    await _count(session, product, change, now)


async def suspend_product(
    session: AsyncSession,
    product_id: uuid.UUID,
    said: SuspensionGiven | None = None,
    *,
    version: Expected,
    actor: Principal,
    now: datetime,
) -> None:
    """Take the product off for a while."""
    product = await _lock(session, product_id, actor)
    version.require(product.version)
    await _count(session, product, suspend_row(product, said, actor=actor), now)


async def withdraw_product(
    session: AsyncSession, product_id: uuid.UUID, *, version: Expected, actor: Principal, now: datetime
) -> None:
    """Take the product off for good."""
    product = await _lock(session, product_id, actor, own=True)
    version.require(product.version)
    await _count(session, product, product.withdraw(), now)


async def follow_schedule(session: AsyncSession, product_id: uuid.UUID, *, now: datetime) -> bool:
    """Publish or take off a product whose day has come; return whether anything changed."""
    query = select(Product).where(Product.id == product_id).with_for_update(skip_locked=True)
    product = await session.scalar(query)
    change = product.follow_schedule(_get_day(now)) if product is not None else None
    if product is None or change is None:
        return False
    product.version += 1
    await _record(session, product, change, now)
    return True


async def _read_values(session: AsyncSession, said: ProductGiven, actor: Principal) -> dict[str, Any]:
    """Return the values of the columns; refuse what contradicts itself, and what names another's funder."""
    if errors := list(find_contradictions(said)):
        raise Invalid(errors=errors)
    funder_id = await require_kept_funder(session, said.funder_id, said.programme_id, actor=actor)
    return said.read_values() | {"funder_id": funder_id}


async def _lock(session: AsyncSession, product_id: uuid.UUID, actor: Principal, *, own: bool = False) -> Product:
    """Return the product with its row locked, if the actor's organisation keeps it or the actor oversees all; with
    `own` only in the first case.
    """
    query = select(Product).where(Product.id == product_id).with_for_update()
    if own or OVERSEE not in actor.scopes:
        query = query.where(Product.owner == actor.organisation)
    product = await session.scalar(query)
    if product is None:
        raise NoSuchProduct
    return product


async def _count(
    session: AsyncSession, product: Product, change: ProductChange, now: datetime, *, verified: bool = False
) -> None:
    product.version += 1
    product.verified_on = _get_day(now) if verified else product.verified_on
    await _record(session, product, change, now)


async def _record(session: AsyncSession, product: Product, change: ProductChange, now: datetime) -> None:
    await session.flush()
    await record_versions(session, {product.id: change}, at=now)


def _get_day(now: datetime) -> date:
    return now.astimezone(LONDON).date()
