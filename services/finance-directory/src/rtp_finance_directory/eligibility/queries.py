"""The terms of the products, as the rules of eligibility need them."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.directory.models import Product
from rtp_finance_directory.directory.windows import ApplicationWindow
from rtp_finance_directory.eligibility.catalogue import Catalogue
from rtp_finance_directory.eligibility.facts import Terms
from rtp_finance_directory.moderation.models import DirectoryClock
from rtp_finance_directory.requirements.models import Requirement
from rtp_finance_directory.timing.rules import ProductTime
from rtp_finance_directory.vocabulary import PublicationState
from rtp_shared.schemas import STORED

_TERMS = {field.name: Product.__table__.c[field.name] for field in fields(Terms)}
_WINDOWS = TypeAdapter(tuple[ApplicationWindow, ...])
_REQUIREMENTS = TypeAdapter(tuple[Requirement, ...])


def read_terms(row: Mapping[str, Any]) -> Terms:
    """Return the terms that a row of the directory, or a version that was kept of it, holds."""
    asked = row["requirements"]
    terms = {name: row[name] for name in _TERMS}
    terms["requirements"] = _REQUIREMENTS.validate_python(asked, context=STORED) if asked else ()
    terms["windows"] = _WINDOWS.validate_python(row["windows"], context=STORED) if row["windows"] else ()
    return Terms(**terms)


async def load_catalogue(session: AsyncSession) -> Catalogue:
    """Load every published product for judging, closed ones too: people ask about those."""
    rows = await session.execute(select(*_TERMS.values()).where(Product.publication == PublicationState.PUBLISHED))
    return Catalogue(read_terms(row._asdict()) for row in rows)


async def read_times(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, ProductTime]:
    """Return when each product takes applications and how long it takes to decide; nothing is known of one that was
    taken off meanwhile.
    """
    columns = (Product.id, Product.opened_on, Product.closed_on, Product.windows, Product.decision_weeks)
    shown = Product.publication == PublicationState.PUBLISHED
    rows = await session.execute(select(*columns).where(Product.id.in_(ids), shown))
    return {id_: ProductTime() for id_ in ids} | {row.id: ProductTime.of(row._asdict()) for row in rows}


class CatalogueCache:
    """The catalogue as one process last loaded it, for as long as the directory's clock stands still."""

    def __init__(self) -> None:
        self._position = -1
        self._catalogue = Catalogue(())

    async def load(self, session: AsyncSession) -> Catalogue:
        # The clock first: rows that change meanwhile are newer than it says, and are loaded again at the next look.
        position = await session.scalar(select(DirectoryClock.position)) or 0
        if position != self._position:
            self._catalogue, self._position = await load_catalogue(session), position
        return self._catalogue
