"""Finance products as public sources describe them."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Computed, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from rtp_finance_directory.base import Model
from rtp_finance_directory.directory.errors import HeldByOperator, NotInThatState
from rtp_finance_directory.vocabulary import Certainty, ProductChange, ProductStatus, PublicationState, RateBasis

SEARCHED = """
    setweight(to_tsvector('english', name || ' ' || provider), 'A')
    || setweight(to_tsvector('english', join_words(kinds) || ' ' || join_words(purposes)), 'B')
    || setweight(to_tsvector('english', join_words(sectors) || ' ' || left(coalesce(conditions, ''), 20000)), 'C')
    || setweight(to_tsvector('english', left(coalesce(rate_note, '') || ' ' || source_note, 20000)), 'D')
"""
"""What is found by words: a product's and its provider's name weigh most."""


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

    owner: Mapped[uuid.UUID | None] = mapped_column(index=True)
    """The organisation that keeps the row; None for the operator's reference rows."""
    publication: Mapped[PublicationState] = mapped_column(server_default=PublicationState.PUBLISHED.value)
    suspended_by_operator: Mapped[bool] = mapped_column(server_default=text("false"))
    """Then only the operator lifts it."""
    publish_on: Mapped[date | None]
    unpublish_on: Mapped[date | None]
    windows: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    """The times in which it takes applications, by `opensOn` and `closesOn`, in their order; empty if it names none."""
    decision_weeks: Mapped[int | None]
    """Weeks until it decides, at the most."""
    search: Mapped[str] = mapped_column(TSVECTOR, Computed(SEARCHED, persisted=True), deferred=True)

    __table_args__ = (Index("ix_products_search", "search", postgresql_using="gin"),)

    def publish(
        self, *, today: date, publish_on: date | None, unpublish_on: date | None, by_operator: bool
    ) -> ProductChange:
        """Show it to all from today or a later day on, until a day if one is named."""
        self._require_one_of(PublicationState.DRAFT, PublicationState.SUSPENDED, PublicationState.PUBLISHED)
        if self.suspended_by_operator and not by_operator:
            raise HeldByOperator
        self.suspended_by_operator = False
        self.unpublish_on = unpublish_on
        later = publish_on is not None and publish_on > today
        if later and self.publication is PublicationState.PUBLISHED:
            raise NotInThatState("it is published already; suspend it first to publish it on a later day")
        self.publish_on = publish_on if later else None
        return ProductChange.DRAFTED if later else self._publish()

    def _publish(self) -> ProductChange:
        change = ProductChange.CHANGED if self.publication is PublicationState.PUBLISHED else ProductChange.PUBLISHED
        self.publication, self.publish_on = PublicationState.PUBLISHED, None
        return change

    def suspend(self, *, by_operator: bool) -> ProductChange:
        """Take it off for a while. What the operator takes off, its owner does not put back."""
        self._require_one_of(PublicationState.DRAFT, PublicationState.PUBLISHED, PublicationState.SUSPENDED)
        self.suspended_by_operator |= by_operator
        self.publication, self.publish_on, self.unpublish_on = PublicationState.SUSPENDED, None, None
        return ProductChange.SUSPENDED

    def withdraw(self) -> ProductChange:
        """Take it off for good."""
        self._require_one_of(PublicationState.DRAFT, PublicationState.PUBLISHED, PublicationState.SUSPENDED)
        self.publication, self.publish_on, self.unpublish_on = PublicationState.WITHDRAWN, None, None
        return ProductChange.WITHDRAWN

    def follow_schedule(self, today: date) -> ProductChange | None:
        """Publish or take off what is due; return what changed, or None."""
        if self.unpublish_on is not None and self.unpublish_on <= today:
            return self.suspend(by_operator=False)
        if self.publish_on is not None and self.publish_on <= today:
            return self._publish()
        return None

    def require_writable(self) -> None:
        self._require_one_of(PublicationState.DRAFT, PublicationState.PUBLISHED, PublicationState.SUSPENDED)

    def _require_one_of(self, *allowed: PublicationState) -> None:
        if self.publication not in allowed:
            raise NotInThatState(f"it is {self.publication}")


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


class DirectoryClock(Model):
    """The number of the directory's newest change. Its one row is locked by whoever changes a product."""

    __tablename__ = "directory_clock"

    id: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    position: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
