"""What both sides of an engagement record: sessions, goals, feedback and follow-ups."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import ERASED, Model
from rtp_advice_matching.engagements.models import Engagement, EngagementSide
from rtp_advice_matching.sessions.errors import FollowUpNotDue, NotTheRecorder
from rtp_shared.etags import Expected
from rtp_shared.identities import SYSTEM, organisation_identity


class FollowUpDays(IntEnum):
    """Calendar days after the end on which the staff group is asked how it goes."""

    FIRST = 30
    SECOND = 90


def choose_readers(engagement: Engagement, *sides: EngagementSide) -> list[str]:
    """Return the identities of these sides: nobody oversees what the two tell each other."""
    of_sides = {
        EngagementSide.GROUP: engagement.readers[0],
        EngagementSide.NETWORK: organisation_identity(engagement.network_id),
    }
    return [*(of_sides[side] for side in sides), *SYSTEM]


class SupportSession(Model):
    """A session of an adviser with a staff group."""

    __tablename__ = "support_sessions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    engagement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("engagements.id"))
    version: Mapped[int]
    held_on: Mapped[date]
    minutes: Mapped[int]
    buyer_paid: Mapped[bool]
    """Whether the employing body pays for it, so that it uses none of the entitlement."""
    notes: Mapped[str | None]
    recorded_by: Mapped[EngagementSide]
    readers: Mapped[list[str]]
    recorded_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes"),
        Index("ix_support_sessions_engagement_id", "engagement_id"),
    )

    def expect(self, version: Expected, *, by: EngagementSide) -> None:
        if by is not self.recorded_by:
            raise NotTheRecorder
        version.require(self.version)

    @property
    def counted(self) -> int:
        """Minutes that it uses of the entitlement."""
        return 0 if self.buyer_paid else self.minutes

    def change(self, changes: Mapping[str, Any], *, now: datetime) -> None:
        """Change what differs; what changes nothing counts no version."""
        _change(self, changes, now)

    def erase_text(self, *, now: datetime) -> None:
        """Erase the notes; the day and the minutes stay, because the entitlement rests on them."""
        self.change({"notes": None}, now=now)


class GoalState(StrEnum):
    OPEN = "open"
    MET = "met"
    DROPPED = "dropped"


class Goal(Model):
    """What the two sides of an engagement want to reach."""

    __tablename__ = "goals"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    engagement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("engagements.id"))
    version: Mapped[int]
    text: Mapped[str]
    state: Mapped[GoalState]
    readers: Mapped[list[str]]
    set_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (Index("ix_goals_engagement_id", "engagement_id"),)

    def change(self, changes: Mapping[str, Any], *, now: datetime) -> None:
        """Change what differs; what changes nothing counts no version."""
        _change(self, changes, now)

    def erase_text(self, *, now: datetime) -> None:
        """Erase the text; the state stays."""
        self.change({"text": ERASED}, now=now)


def _change(row: SupportSession | Goal, changes: Mapping[str, Any], now: datetime) -> None:
    news = {name: value for name, value in changes.items() if getattr(row, name) != value}
    for name, value in news.items():
        setattr(row, name, value)
    if news:
        row.version += 1
        row.changed_at = now


class Feedback(Model):
    """What one side says of an ended engagement. The other side sees it once both are in, or their time is up."""

    __tablename__ = "feedback"

    engagement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("engagements.id"), primary_key=True)
    side: Mapped[EngagementSide] = mapped_column(primary_key=True)
    rating: Mapped[int]
    """1 to 5; there is no default."""
    comment: Mapped[str | None]
    readers: Mapped[list[str]]
    """The side that gave it; both, once it is shown."""
    given_at: Mapped[datetime]
    shows_at: Mapped[datetime | None]
    """When the other side's time to give its own is up; None once it is shown."""

    __table_args__ = (
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        Index("ix_feedback_shows_at", "shows_at"),
    )

    def show(self, engagement: Engagement) -> None:
        self.readers = choose_readers(engagement, *EngagementSide)
        self.shows_at = None

    def erase_text(self, *, now: datetime) -> None:
        """Erase the comment; the rating stays."""
        self.comment = None


class GoalProgress(StrEnum):
    """How it goes after the support."""

    BETTER = "better-than-hoped"
    AS_HOPED = "as-hoped"
    SLOWER = "slower-than-hoped"
    STOPPED = "stopped"


class FollowUp(Model):
    """The staff group's answer, so many days after the end, on how it goes."""

    __tablename__ = "follow_ups"

    engagement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("engagements.id"), primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    progress: Mapped[GoalProgress]
    note: Mapped[str | None]
    readers: Mapped[list[str]]
    answered_at: Mapped[datetime]

    def erase_text(self, *, now: datetime) -> None:
        """Erase the note; how it goes stays."""
        self.note = None


def require_due(due: Sequence[int], days: int) -> None:
    """Refuse an answer to a follow-up that is not among those that are due."""
    if days not in due:
        raise FollowUpNotDue
