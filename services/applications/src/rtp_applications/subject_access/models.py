"""Requests of people for access to what is kept of them, with their clock: UK GDPR Articles 12(3) and 15."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model
from rtp_applications.deadlines.rules.days import add_months, civil_date
from rtp_applications.subject_access.errors import AccessAnsweredAlready, AccessExtendedAlready, TooLateToExtend
from rtp_shared.etags import Expected

MONTHS, FURTHER_MONTHS = 1, 2
"""Article 12(3): one month of receipt, and two further ones where the request is complex, or there are many."""


class AccessState(StrEnum):
    """How far a request for access is."""

    RECEIVED = "received"
    EXTENDED = "extended"
    ANSWERED = "answered"
    REFUSED = "refused"


class AccessRefusal(StrEnum):
    """Why nothing is handed out: Article 12(5), and (6) or section 54 where nobody knows who asks."""

    MANIFESTLY_UNFOUNDED = "manifestly-unfounded"
    EXCESSIVE = "excessive"
    IDENTITY_NOT_CONFIRMED = "identity-not-confirmed"
    NOTHING_KEPT = "nothing-kept"


class SubjectAccessRequest(Model):
    """A request for access. The client through which it was made knows of it, and whoever answers for the data."""

    __tablename__ = "subject_access_requests"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    person: Mapped[str]
    """Opaque reference of the person who asks."""
    holder: Mapped[str]
    """The client that vouches for the person."""
    scope: Mapped[str | None]
    """What the person asks for, if not for all."""
    received_at: Mapped[datetime]
    extended_at: Mapped[datetime | None]
    extension_reason: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    refusal: Mapped[AccessRefusal | None]
    readers: Mapped[list[str]]
    """The holder, whoever answers for the data, and the system. Row-level security reads this column."""
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (Index("ix_subject_access_requests_readers", "readers", postgresql_using="gin"),)

    @property
    def state(self) -> AccessState:
        if self.answered_at is not None:
            return AccessState.REFUSED if self.refusal else AccessState.ANSWERED
        return AccessState.EXTENDED if self.extended_at else AccessState.RECEIVED

    @property
    def due_on(self) -> date:
        """The last day for the answer: that of the month which has the number of the day of receipt, or its last."""
        months = MONTHS + (FURTHER_MONTHS if self.extended_at else 0)
        return add_months(civil_date(self.received_at), months)

    @property
    def answered_late(self) -> bool:
        """Whether the answer came after its last day."""
        return self.answered_at is not None and civil_date(self.answered_at) > self.due_on

    def extend(self, reason: str, version: Expected, now: datetime) -> None:
        """Take two further months. The person is told so, and why, within the first."""
        version.require(self.version)
        self._require_open()
        if self.extended_at is not None:
            raise AccessExtendedAlready
        if civil_date(now) > self.due_on:
            raise TooLateToExtend(f"that was until {self.due_on}")
        self.extended_at, self.extension_reason = now, reason
        self.version += 1

    def give_answer(self, refusal: AccessRefusal | None, version: Expected, now: datetime) -> None:
        """Note that the person has what was asked for, or was told why not, and where to complain."""
        version.require(self.version)
        self._require_open()
        self.answered_at, self.refusal = now, refusal
        self.version += 1

    def _require_open(self) -> None:
        if self.answered_at is not None:
            raise AccessAnsweredAlready
