"""Searches that clients saved, what each has found, and what was told of each product."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_finance_directory.alerts.news import Told
from rtp_finance_directory.base import Model
from rtp_shared.identities import SYSTEM, Principal


class SavedSearch(Model):
    """What a client looks for in the directory. The client alone sees it, and is told what it newly finds."""

    __tablename__ = "saved_searches"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    readers: Mapped[list[str]]
    """The client's own identity and the system's. Row-level security reads this column."""
    client: Mapped[str]
    """The client's own identity."""
    name: Mapped[str]
    criteria: Mapped[dict[str, Any]]
    """As they were sent (`CriteriaGiven`)."""
    version: Mapped[int]
    saved_at: Mapped[datetime]
    looked_at: Mapped[datetime]
    """When the worker last looked what it finds."""
    told_on: Mapped[date | None]
    """The day on which it last found something new."""
    sequence: Mapped[int]
    """Number of events about it."""
    event_hash: Mapped[str | None]
    """Digest of the newest of them, which the next one gives."""

    __table_args__ = (
        Index("ix_saved_searches_client", "client", "id"),
        Index("ix_saved_searches_looked_at", "looked_at"),
    )

    @classmethod
    def begin(cls, principal: Principal, *, name: str, criteria: dict[str, Any], now: datetime) -> "SavedSearch":
        return cls(
            readers=[principal.own_identity, *SYSTEM],
            client=principal.own_identity,
            name=name,
            criteria=criteria,
            version=1,
            saved_at=now,
            looked_at=now,
            sequence=0,
        )

    def replace(self, *, name: str, criteria: dict[str, Any]) -> bool:
        """Say anew what is looked for; return whether that is something else."""
        other = self.criteria != criteria
        if other or self.name != name:
            self.version += 1
        self.name, self.criteria = name, criteria
        return other

    def note_event(self, today: date, event_hash: str) -> None:
        """Note that its client was told today, by an event of this digest."""
        self.told_on, self.event_hash = today, event_hash
        self.sequence += 1


class SavedSearchFind(Model):
    """A product that a saved search has found: it is told once, and again when it opens anew."""

    __tablename__ = "saved_search_finds"

    search_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("saved_searches.id", ondelete="CASCADE"), primary_key=True)
    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"), primary_key=True)
    opening: Mapped[int]
    """How often the product had opened then."""

    __table_args__ = (Index("ix_saved_search_finds_product_id", "product_id"),)


class ProductNews(Model):
    """What was told of a product so far."""

    __tablename__ = "product_news"

    product_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("products.id"), primary_key=True)
    open: Mapped[bool] = mapped_column(default=False)
    opening: Mapped[int] = mapped_column(default=0)
    closing_told: Mapped[date | None]
    reminded_on: Mapped[date | None]
    """The day on which its keeper was last told that nobody had verified it for long."""
    sequence: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Number of events about the product."""
    event_hash: Mapped[str | None]
    """Digest of the newest of them, which the next one gives."""

    def get_told(self) -> Told:
        return Told(open=self.open, opening=self.opening, closing_told=self.closing_told)

    def note(self, told: Told) -> None:
        self.open, self.opening, self.closing_told = told.open, told.opening, told.closing_told

    def count_event(self, event_hash: str) -> None:
        """Count an event about the product, in its row lock: what is told of it has one order."""
        self.event_hash = event_hash
        self.sequence += 1
