"""Products and shortlists. A method changes a shortlist's state; nobody sets `status` from outside."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_finance_directory.eligibility import RULE_SET, Answer, ProductVerdict, Rule
from rtp_finance_directory.facts import CaseFacts, Terms
from rtp_finance_directory.vocabulary import Certainty, ProductStatus, RateBasis
from rtp_shared.db import Base, new_metadata
from rtp_shared.identities import SYSTEM


class Model(Base):
    """The base of the service's tables."""

    __abstract__ = True
    metadata = new_metadata()


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


class ShortlistStatus(StrEnum):
    AWAITED = "awaited"
    """Not made yet; never seen outside the transaction that makes or closes it."""
    MADE = "made"
    CLOSED = "closed"
    """The case was withdrawn. What was made before stays to be read."""


class Shortlist(Model):
    """The products that fit one case, as judged on one day. Its verdicts are never changed."""

    __tablename__ = "shortlists"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    case_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    case_number: Mapped[str]
    status: Mapped[ShortlistStatus]
    version: Mapped[int]
    sequence: Mapped[int]
    """Number of events published about the case."""
    event_hash: Mapped[str | None]
    """Digest of the newest of them, which the next one gives."""
    readers: Mapped[list[str]]
    """Identities that may see it, as the case's event said. Row-level security reads this column."""
    case_sequence: Mapped[int] = mapped_column(server_default=text("0"))
    """Sequence of the case's newest event that has told who sees the case."""

    facts: Mapped[dict[str, Any] | None]
    """Facts of the case when it was judged."""
    rule_set: Mapped[int | None]
    judged_on: Mapped[date | None]
    fitting: Mapped[int]
    not_fitting: Mapped[int]
    made_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_shortlists_readers", "readers", postgresql_using="gin"),)

    def make(
        self, facts: CaseFacts, judged: Sequence[tuple[Terms, ProductVerdict]], *, on: date, now: datetime
    ) -> list["ShortlistLine"] | None:
        """Store the verdicts and return their lines, or None if it was made before or the case has ended."""
        if self.status is not ShortlistStatus.AWAITED:
            return None
        self.status = ShortlistStatus.MADE
        self.facts, self.rule_set, self.judged_on = asdict(facts), RULE_SET, on
        self.not_fitting = sum(verdict.answer is Answer.DOES_NOT_FIT for _, verdict in judged)
        self.fitting = len(judged) - self.not_fitting
        self.made_at = now
        self.version += 1
        self.sequence += 1
        return [ShortlistLine.of(self.id, number, *each) for number, each in enumerate(judged, 1)]

    def follow(self, readers: Sequence[str], *, sequence: int) -> None:
        """Take over who sees the case, if that is news."""
        if sequence > self.case_sequence:
            self.case_sequence, self.readers = sequence, list(dict.fromkeys((*readers, *SYSTEM)))

    def close(self, *, now: datetime) -> None:
        """Close it because the case has ended: nothing is made from here on."""
        if self.status is ShortlistStatus.CLOSED:
            return
        self.status = ShortlistStatus.CLOSED
        self.closed_at = now
        self.version += 1


class ShortlistLine(Model):
    """One product and its verdict, as it was that day. Seen by whoever may see the shortlist."""

    __tablename__ = "shortlist_lines"

    shortlist_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("shortlists.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"))
    product_version: Mapped[int]
    provider: Mapped[str]
    product_name: Mapped[str]
    verified_on: Mapped[date | None]
    verdict: Mapped[Answer]
    first_failing: Mapped[Rule | None]
    why: Mapped[str]
    rules: Mapped[list[dict[str, Any]]]

    @classmethod
    def of(cls, shortlist_id: uuid.UUID, position: int, terms: Terms, verdict: ProductVerdict) -> "ShortlistLine":
        return cls(
            shortlist_id=shortlist_id,
            position=position,
            **describe_verdict(terms, verdict),
        )


def describe_verdict(terms: Terms, verdict: ProductVerdict) -> dict[str, Any]:
    """Return a verdict with what is said of its product, by the names of a shortlist's line."""
    return {
        "product_id": terms.id,
        "product_version": terms.version,
        "provider": terms.provider,
        "product_name": terms.name,
        "verified_on": terms.verified_on,
        "verdict": verdict.answer,
        "first_failing": verdict.first_failing,
        "why": verdict.why,
        "rules": [{"rule": rule, **asdict(finding)} for rule, finding in verdict.findings],
    }
