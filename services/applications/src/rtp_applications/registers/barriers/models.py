"""The tables of barriers: obstacles in a staff group's way, with who can remove them and how they ended."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model
from rtp_applications.registers.barriers.errors import BarrierHasClosed, DisclosedAlready, NotDisclosed
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.snapshot import Signature
from rtp_shared.etags import Expected
from rtp_shared.problems import FieldError, Invalid

COUNTING = ("counts:barriers",)
"""Reader of the public counts: row-level security shows it what is disclosed, and nothing else."""

_BEFORE_THE_OTHERS = 1 << 127
"""Set in an id that tells no time: lists have the greatest first."""


class BarrierKind(StrEnum):
    """What stands in the way. Source: what the Mutuals Task Force, Parliament and the press were told, 2011 to 2015."""

    MANAGEMENT_RESISTANCE = "management-resistance"
    PROCUREMENT = "procurement"
    FINANCE = "finance"
    VAT = "vat"
    PENSIONS = "pensions"
    ASSETS = "assets"
    STAFF_OR_UNION_OPPOSITION = "staff-or-union-opposition"
    INFORMATION_WITHHELD = "information-withheld"
    SLOW_DECISION = "slow-decision"
    UNCLEAR_PROCESS = "unclear-process"
    SKILLS = "skills"
    CONFLICTING_POLICY = "conflicting-policy"
    OTHER = "other"


class BarrierState(StrEnum):
    OPEN = "open"
    BEING_REMOVED = "being-removed"
    """The body that can remove it said what will be done, and by when."""
    REMOVED = "removed"
    NOT_REMOVED = "not-removed"
    WITHDRAWN = "withdrawn"


UNSETTLED = (BarrierState.OPEN, BarrierState.BEING_REMOVED)


class Barrier(Model):
    """A barrier in one case. Undisclosed, it is known to the reporting side alone, and once the case is submitted to
    the central team; never to a body of the case.
    """

    __tablename__ = "barriers"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    """Random where it was not disclosed at once: else it would tell whoever comes to know of it since when it was hid.
    """
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    reported_by: Mapped[str]
    """Opaque reference of the person; no body is shown it."""
    holder: Mapped[str]
    """The client or organisation that vouches for the person; it sees the barrier besides the group's own client."""
    reported_as: Mapped[Role]
    reported_at: Mapped[datetime]
    kind: Mapped[BarrierKind]
    description: Mapped[str]
    body_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("bodies.id"))
    """The public body that can remove it; None where that is none, or not known."""
    asked_of: Mapped[str | None]
    due_on: Mapped[date | None]
    """By when it should be removed: as asked for, and once it is answered, as promised. The changes keep both."""
    disclosed: Mapped[bool]
    disclosed_at: Mapped[datetime | None]
    state: Mapped[BarrierState]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int]

    __table_args__ = (Index("ix_barriers_body_id_kind", "body_id", "kind", postgresql_where=text("disclosed")),)

    def enter(self, case_id: uuid.UUID, body_id: uuid.UUID | None, by: Signature) -> None:
        """Make it an open barrier of the case, reported by the signature."""
        if not self.disclosed:
            self.id = uuid.UUID(int=uuid.uuid4().int | _BEFORE_THE_OTHERS)
        self.case_id, self.body_id = case_id, body_id
        self.reported_by, self.holder, self.reported_as, self.reported_at = by.person, by.holder, by.role, by.at
        self.disclosed_at = by.at if self.disclosed else None
        self.state, self.version = BarrierState.OPEN, 1

    def expect(self, version: Expected) -> None:
        version.require(self.version)

    def disclose(self, now: datetime) -> None:
        self._require_unsettled()
        if self.disclosed:
            raise DisclosedAlready
        self.disclosed, self.disclosed_at = True, now
        self.version += 1

    def give_answer(self, answer: str, due_on: date, *, now: datetime, today: date) -> None:
        """Say what will be done by when. Raises for a day that has passed."""
        self._require_unsettled()
        if not self.disclosed:
            raise NotDisclosed
        if due_on < today:
            raise Invalid(errors=[FieldError("/dueOn", "that day has passed")])
        self.answer, self.answered_at, self.due_on = answer, now, due_on
        self.state = BarrierState.BEING_REMOVED
        self.version += 1

    def close(self, state: BarrierState, outcome: str | None, now: datetime) -> None:
        self._require_unsettled()
        self.state, self.outcome, self.closed_at = state, outcome, now
        self.version += 1

    def _require_unsettled(self) -> None:
        if self.state not in UNSETTLED:
            raise BarrierHasClosed(f"it is {self.state}")


class BarrierChange(Model):
    """A change of a barrier. Changes are only ever added; a body is shown those from the disclosure on.

    They are not entries of the case's audit: an entry that a body may not read would show it as a gap.
    """

    __tablename__ = "barrier_changes"

    barrier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("barriers.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str]
    role: Mapped[Role | None]
    """None for a client of the body itself, without a role in the case."""
    person: Mapped[str]
    holder: Mapped[str]
    state: Mapped[BarrierState]
    due_on: Mapped[date | None]
    note: Mapped[str | None]
    disclosed: Mapped[bool]
