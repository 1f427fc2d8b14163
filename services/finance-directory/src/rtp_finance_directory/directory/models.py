"""Finance products as public sources describe them."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_finance_directory.base import Model
from rtp_finance_directory.vocabulary import Certainty, ProductStatus, RateBasis


class Product(Model):
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


class DirectoryClock(Model):
    """The number of the directory's newest change. Its one row is locked by whoever changes a product."""

    __tablename__ = "directory_clock"

    id: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    position: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
