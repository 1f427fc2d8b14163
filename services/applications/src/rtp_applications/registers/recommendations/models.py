"""The tables of recommendations and obligations, with their addressees and the reports of progress."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model
from rtp_applications.registers.recommendations.errors import NothingToReportOn
from rtp_shared.etags import Expected
from rtp_shared.problems import FieldError, Invalid


class Kind(StrEnum):
    ACT = "act"
    """Something done beside the recommendations, kept with them because it answers them."""
    OBLIGATION = "obligation"
    """A duty in law."""
    RECOMMENDATION = "recommendation"


class State(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in-progress"
    DONE = "done"
    SUPERSEDED = "superseded"
    NOT_RECOVERED = "not-recovered"
    """Its text is not known, so nothing can be said of it."""


OUTSTANDING = (State.OPEN, State.IN_PROGRESS)


class Provenance(StrEnum):
    FOUND = "found"
    """In a copy of the source."""
    BELIEVED = "believed"
    """Known, but in no copy of a source that was read."""
    NOT_RECOVERED = "not-recovered"


class Recommendation(Model):
    """A recommendation of the Task Force, or an obligation by law, in the public register."""

    __tablename__ = "recommendations"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    kind: Mapped[Kind]
    number: Mapped[int]
    """Our number within the kind."""
    text: Mapped[str]
    addressed_to: Mapped[list[str]]
    addressed_bodies: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(UUID(as_uuid=True)))
    due_on: Mapped[date | None]
    state: Mapped[State]
    done_on: Mapped[date | None]
    source: Mapped[str]
    provenance: Mapped[Provenance]
    recorded_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (UniqueConstraint("kind", "number"),)

    def report(self, state: State, *, done_on: date | None, now: datetime, today: date) -> None:
        """Say how far it has come. Raises for one that is unknown, and for a day of doing that has not come."""
        if self.state is State.NOT_RECOVERED:
            raise NothingToReportOn
        if done_on is not None and state is not State.DONE:
            raise Invalid(errors=[FieldError("/doneOn", "only what is done was done on a day")])
        if done_on is not None and done_on > today:
            raise Invalid(errors=[FieldError("/doneOn", "that day has not come")])
        self.state = state
        self.done_on = (done_on or today) if state is State.DONE else None
        self.changed_at = now
        self.version += 1

    def expect(self, version: Expected) -> None:
        version.require(self.version)


class RecommendationUpdate(Model):
    """A report of progress. Reports are only ever added."""

    __tablename__ = "recommendation_updates"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    recommendation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recommendations.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    """Client id; `REFERENCE` for what came with the reference data."""
    organisation: Mapped[uuid.UUID | None]
    """The organisation of the client; none for reference data."""
    state: Mapped[State]
    note: Mapped[str]
    evidence: Mapped[str | None]

    __table_args__ = (Index("ix_recommendation_updates_recommendation_id_at", "recommendation_id", "at"),)
