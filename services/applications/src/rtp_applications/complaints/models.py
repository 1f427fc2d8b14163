"""Complaints on how a body keeps to data protection law: Data Protection Act 2018 s.164A, from 19 June 2026."""

import uuid
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model
from rtp_applications.complaints.errors import AcknowledgedAlready, AnsweredAlready, NotTheBody
from rtp_applications.deadlines.rules.days import civil_date
from rtp_shared.etags import Expected
from rtp_shared.identities import organisation_identity

ACKNOWLEDGED_WITHIN = timedelta(days=30)
"""Beginning when it is received: s.164A(3), by the Data (Use and Access) Act 2025 s.103."""


class ComplaintState(StrEnum):
    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"


class ComplaintOutcome(StrEnum):
    """What the body found."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly-upheld"
    NOT_UPHELD = "not-upheld"
    WITHDRAWN = "withdrawn"


class PrivacyComplaint(Model):
    """A complaint. The client through which it was made knows of it, and the body; nobody else, whatever its scopes."""

    __tablename__ = "privacy_complaints"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    body_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("bodies.id"))
    made_by: Mapped[str]
    """Opaque reference of the person who complains."""
    holder: Mapped[str]
    """The client that vouches for the person."""
    subject: Mapped[str]
    received_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    steps_taken: Mapped[str | None]
    outcome: Mapped[ComplaintOutcome | None]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    readers: Mapped[list[str]]
    """The complainant's client, the body and the system. Row-level security reads this column."""
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (Index("ix_privacy_complaints_body_id", "body_id"),)

    @property
    def state(self) -> ComplaintState:
        if self.answered_at is not None:
            return ComplaintState.ANSWERED
        return ComplaintState.ACKNOWLEDGED if self.acknowledged_at else ComplaintState.RECEIVED

    @property
    def acknowledge_by(self) -> date:
        """The last day for the acknowledgement: the period begins on the day of receipt."""
        return civil_date(self.received_at) + ACKNOWLEDGED_WITHIN - timedelta(days=1)

    @property
    def acknowledged_late(self) -> bool:
        """Whether the acknowledgement came after its last day."""
        return self.acknowledged_at is not None and civil_date(self.acknowledged_at) > self.acknowledge_by

    def require_body(self, identities: tuple[str, ...]) -> None:
        if organisation_identity(self.body_id) not in identities or self.holder in identities:
            raise NotTheBody

    def acknowledge(self, version: Expected, now: datetime) -> None:
        version.require(self.version)
        if self.acknowledged_at is not None or self.answered_at is not None:
            raise AcknowledgedAlready
        self.acknowledged_at = now
        self.version += 1

    def report_steps(self, steps: str, version: Expected) -> None:
        """Tell the complainant how the inquiries go: s.164A(4)(b)."""
        version.require(self.version)
        if self.answered_at is not None:
            raise AnsweredAlready
        self.steps_taken = steps
        self.version += 1

    def give_outcome(self, outcome: ComplaintOutcome, answer: str, version: Expected, now: datetime) -> None:
        version.require(self.version)
        if self.answered_at is not None:
            raise AnsweredAlready
        self.outcome, self.answer, self.answered_at = outcome, answer, now
        self.acknowledged_at = self.acknowledged_at or now
        self.version += 1
