"""Queries of the Open Referral view: every published product, with what is published of its funder."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.directory.models import SAID, Product
from rtp_finance_directory.funders.models import Funder
from rtp_finance_directory.open_referral.errors import NoSuchFinanceRecord
from rtp_finance_directory.open_referral.terms import NAMES_BY_ID, WORDS_BY_ID
from rtp_finance_directory.search.criteria import parse_words
from rtp_finance_directory.vocabulary import PublicationState
from rtp_shared.db import AnyRow, AnySelect

PUBLISHED = Product.publication == PublicationState.PUBLISHED


@dataclass(frozen=True, slots=True)
class FinanceServiceFilters:
    """What is asked of services. No product has ages or a timetable, so whoever asks for these finds none."""

    search: str | None = None
    taxonomy_term_id: UUID | None = None
    taxonomy_id: UUID | None = None
    timed: bool = False
    """Whether an age, a day or a time is asked for."""

    def match(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [PUBLISHED]
        if self.timed:
            found.append(false())
        if self.search is not None:
            found.append(Product.search.bool_op("@@")(parse_words(self.search)))
        if self.taxonomy_term_id is not None:
            name, word = WORDS_BY_ID.get(str(self.taxonomy_term_id), ("kinds", ""))
            found.append(Product.__table__.c[name].contains([word]))
        if self.taxonomy_id is not None:
            listed = NAMES_BY_ID.get(str(self.taxonomy_id))
            found.append(func.cardinality(Product.__table__.c[listed]) > 0 if listed else false())
        return found


async def list_services(
    session: AsyncSession, filters: FinanceServiceFilters, *, page: int, per_page: int
) -> tuple[Sequence[AnyRow], int]:
    """Return a page of services in a lasting order, and how many there are in all."""
    conditions = filters.match()
    query = _select().where(*conditions).order_by(Product.id).offset((page - 1) * per_page).limit(per_page)
    total = await session.scalar(select(func.count()).select_from(Product).where(*conditions))
    return (await session.execute(query)).all(), total or 0


async def get_service(session: AsyncSession, service_id: UUID) -> AnyRow:
    row = (await session.execute(_select().where(Product.id == service_id, PUBLISHED))).first()
    if row is None:
        raise NoSuchFinanceRecord
    return row


def _select() -> AnySelect:
    shown = (Funder.id == Product.funder_id) & (Funder.publication == PublicationState.PUBLISHED)
    of_funder = (
        Funder.name.label("funder_name"),
        Funder.description.label("funder_description"),
        Funder.website.label("funder_website"),
        Funder.public_email.label("funder_email"),
        Funder.identifiers.label("funder_identifiers"),
    )
    return select(*SAID, *of_funder).outerjoin(Funder, shown)
