"""Erasures: of whose data, who asked for it, and who confirmed it."""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from rtp_gateway.models import Model
from rtp_gateway.outbound.erasure.errors import AlreadyErased, ErasureLapsed, SecondPersonNeeded

LAPSES_AFTER = timedelta(days=7)


class PersonKind(StrEnum):
    """Kinds of people whose ids events hold, as `PEOPLE` of the contracts says."""

    PARTY = "party"
    ADVISER = "adviser"


class Person(NamedTuple):
    """A person who acts, by a reference that is the same for one human everywhere, and the client that vouches."""

    reference: str
    client_id: str


class Erasure(Model):
    """An erasure that was asked for. It stays for good, and says nothing of the person but the id."""

    __tablename__ = "erasures"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    kind: Mapped[PersonKind]
    person_id: Mapped[uuid.UUID]
    asked_by: Mapped[str]
    asked_client: Mapped[str]
    asked_at: Mapped[datetime]
    confirmed_by: Mapped[str | None]
    confirmed_client: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    events: Mapped[int | None]
    answers: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("confirmed_by <> asked_by", name="two_people"),
        Index("ix_erasures_person_id", "person_id"),
    )

    def confirm(self, by: Person, *, events: int, answers: int, now: datetime) -> None:
        """Let it be done, by somebody else than the person who asked for it."""
        if self.confirmed_at is not None:
            raise AlreadyErased
        if by.reference == self.asked_by:
            raise SecondPersonNeeded
        if now - self.asked_at > LAPSES_AFTER:
            raise ErasureLapsed
        self.confirmed_by, self.confirmed_client, self.confirmed_at = by.reference, by.client_id, now
        self.events, self.answers = events, answers
