"""The public register of decisions."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model
from rtp_applications.workflow.enums import Decision, Ground
from rtp_shared.contracts.vocabulary import Route, Sector


class Appeal(StrEnum):
    """What became of the appeal against it."""

    PENDING = "pending"
    UPHELD = "upheld"
    """The refusal was."""
    REMITTED = "remitted"


class Overturned(StrEnum):
    """What took the decision away again. The row stays."""

    QUASHED = "quashed"
    """By a court."""
    REMITTED = "remitted"
    """By the escalation point."""
    REOPENED = "reopened"
    """By the authority that had decided."""


class PublishedDecision(Model):
    """A decision as it was published. It names neither the case, unless the group agreed, nor any person."""

    __tablename__ = "published_decisions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    """Never shown."""
    decided_at: Mapped[datetime]
    published_at: Mapped[datetime]
    number: Mapped[str | None]
    """Only where the staff group agreed that its number is shown."""
    body_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("bodies.id"), index=True)
    """The deciding body: the decision body, or the commissioner on a contract."""
    route: Mapped[Route]
    service_name: Mapped[str | None]
    region: Mapped[str | None]
    sector: Mapped[Sector | None]
    decision: Mapped[Decision]
    decided_on: Mapped[date]
    ground: Mapped[Ground | None]
    text: Mapped[str]
    conditions: Mapped[int]
    appeal: Mapped[Appeal | None]
    overturned: Mapped[Overturned | None]
    overturned_on: Mapped[date | None]
    superseded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("published_decisions.id"))
    """The decision that was made instead, once it is published."""
    version: Mapped[int]

    __table_args__ = (Index("ix_published_decisions_published_at_id", "published_at", "id"),)
