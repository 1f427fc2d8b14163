"""Finance products as public sources describe them."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Computed, ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from rtp_finance_directory.base import Model
from rtp_finance_directory.moderation.models import Moderated
from rtp_finance_directory.vocabulary import Certainty, ProductChange, ProductStatus, PublicationState, RateBasis

SEARCHED = """
    setweight(to_tsvector('english', name || ' ' || provider), 'A')
    || setweight(to_tsvector('english', join_words(kinds) || ' ' || join_words(purposes)), 'B')
    || setweight(to_tsvector('english', join_words(sectors) || ' ' || left(coalesce(conditions, ''), 20000)), 'C')
    || setweight(to_tsvector('english', left(coalesce(rate_note, '') || ' ' || source_note, 20000)), 'D')
"""
"""What is found by words: a product's and its provider's name weigh most."""


class Product(Moderated, Model):
    """A finance product as public sources describe it. Information, never an offer.

    None means that it is not known, never that there is no limit. An empty list means that there is no limit.
    """

    __tablename__ = "products"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(default=1)
    """Grows when what is said of the product changes."""
    provider: Mapped[str]
    name: Mapped[str]
    kinds: Mapped[list[str]]
    status: Mapped[ProductStatus]
    direct: Mapped[bool]
    """True if a mutual can have it; False for wholesale money."""

    areas: Mapped[list[str] | None]
    """ONS codes of any level: K02000001 UK, E92000001 England, E12... regions, E10... counties. Always complete."""
    sectors: Mapped[list[str] | None]
    legal_forms: Mapped[list[str] | None]
    purposes: Mapped[list[str] | None]
    complete_lists: Mapped[list[str]]
    """Names of the lists (sectors, legal-forms, purposes) that are complete; the others hold what is known."""

    min_amount_pence: Mapped[int | None] = mapped_column(BigInteger)
    max_amount_pence: Mapped[int | None] = mapped_column(BigInteger)
    min_trading_months: Mapped[int | None]
    min_turnover_pence: Mapped[int | None] = mapped_column(BigInteger)
    match_funding_percent: Mapped[int | None]
    grant_element_percent: Mapped[int | None]
    """The part that need not be paid back, at the most."""

    secured: Mapped[bool | None]
    personal_guarantee: Mapped[bool | None]
    min_term_months: Mapped[int | None]
    max_term_months: Mapped[int | None]
    rate_basis: Mapped[RateBasis | None]
    rate_note: Mapped[str | None]
    rate_percent: Mapped[float | None]
    """A year, at the most; of base plus margin the margin alone."""
    arrangement_fee_percent: Mapped[float | None]
    """At the most."""
    capital_holiday_months: Mapped[int | None]
    """At the most."""

    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    conditions: Mapped[str | None]
    source_note: Mapped[str]
    source_year: Mapped[int | None]
    """The year the figures are of."""
    certainty: Mapped[Certainty]
    verified_on: Mapped[date | None]
    """Day on which somebody last checked the row with the provider."""
    rule_sources: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    """By the name of a rule of eligibility, where its terms are taken from if not from `source_note`."""
    requirements: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    """What it asks for besides, as data (`requirements/models.py`)."""

    funder_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("funders.id"), index=True)
    """None where nobody has said who stands behind it; `provider` is its name as it is shown."""
    programme_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("programmes.id"), index=True)
    excludes: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid()), server_default=text("'{}'"))
    """Products that cannot be had beside it."""
    windows: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    """The times in which it takes applications, by `opensOn` and `closesOn`, in their order; empty if it names none."""
    decision_weeks: Mapped[int | None]
    """Weeks until it decides, at the most."""
    search: Mapped[str] = mapped_column(TSVECTOR, Computed(SEARCHED, persisted=True), deferred=True)

    __table_args__ = (Index("ix_products_search", "search", postgresql_using="gin"),)


WORDS = frozenset(
    {"provider", "name", "rate_note", "conditions", "source_note", "requirements", "rule_sources", "funder_id"}
)
"""What is said in words of its keeper's own, or in whose name: the operator reads it where it reviews the keeper."""

SAID = [column for column in Product.__table__.c if column.computed is None]
"""The columns of a product but for the one by which words find it."""


class ProductVersion(Model):
    """What was said of a product from one change to the next. Written once; the feed of changes reads it too."""

    __tablename__ = "product_versions"

    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, unique=True)
    """The directory's clock at the change. Given under its lock, so positions are committed in their order."""
    change: Mapped[ProductChange]
    told: Mapped[bool]
    """Whether all may know of it: it is published, or takes off what was."""
    publication: Mapped[PublicationState]
    owner: Mapped[uuid.UUID | None]
    recorded_at: Mapped[datetime]
    body: Mapped[dict[str, Any]]
    """The product's row, by the names of its columns."""
