"""Request and response bodies of sessions, goals, feedback and follow-ups."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from rtp_advice_matching.engagements.models import EngagementSide
from rtp_advice_matching.sessions.models import GoalProgress, GoalState
from rtp_shared.schemas import Day, Input, Output, Prose, Whole

Minutes = Annotated[Whole, Field(ge=5, le=1440)]
FollowUpState = Literal["planned", "due", "done"]
_HELD_ON = "The civil date in London: from the acceptance until today, or until the engagement's end"
_BUYER_PAID = "The employing body pays for it; it uses none of the entitlement"
_NOTES = "For the two sides alone"


class SessionRecord(Input):
    """A session that was held."""

    held_on: Day = Field(description=_HELD_ON)
    minutes: Minutes = Field(description="How long it was")
    buyer_paid: bool = Field(default=False, strict=True, description=_BUYER_PAID)
    notes: Prose | None = Field(default=None, description=_NOTES)


class SessionChanges(Input):
    held_on: Day = Field(default=date.min, description=_HELD_ON)
    minutes: Minutes = Field(default=5, description="How long it was")
    buyer_paid: bool = Field(default=False, strict=True, description=_BUYER_PAID)
    notes: Prose | None = Field(default=None, description=_NOTES)


class SessionView(Output):
    """A session, as the two sides of its engagement see it."""

    id: UUID
    engagement_id: UUID
    version: int = Field(description="Grows by one with every change; the ETag")
    held_on: date
    minutes: int
    buyer_paid: bool
    notes: str | None
    recorded_by: EngagementSide = Field(description="The side that recorded it, and may change it")
    recorded_at: datetime
    changed_at: datetime


class GoalSetting(Input):
    text: Prose


class GoalChanges(Input):
    text: Prose = Field(default_factory=str)
    state: GoalState = GoalState.OPEN


class GoalView(Output):
    """A goal of an engagement."""

    id: UUID
    engagement_id: UUID
    version: int = Field(description="Grows by one with every change; the ETag")
    text: str
    state: GoalState
    set_at: datetime
    changed_at: datetime


class FeedbackGiving(Input):
    rating: Annotated[Whole, Field(ge=1, le=5)] = Field(
        description="1 is the worst and 5 the best; there is no default"
    )
    comment: Prose | None = None


class FeedbackLine(Output):
    """What one side said."""

    side: EngagementSide
    rating: int
    comment: str | None
    given_at: datetime


class FeedbackView(Output):
    """The feedback on an engagement that you may see by now."""

    engagement_id: UUID
    items: list[FeedbackLine] = Field(
        description="Your own, and the other side's once both are in or the time to give it is up"
    )


class FollowUpAnswer(Input):
    progress: GoalProgress
    note: Prose | None = None


class FollowUpView(Output):
    """A task to say how it goes, some time after the end of an engagement."""

    engagement_id: UUID
    days: int = Field(description="Calendar days after the end: 30 or 90")
    due_on: date = Field(description="From this civil date in London on it can be answered")
    state: FollowUpState
    progress: GoalProgress | None
    note: str | None
    answered_at: datetime | None


class AllowanceView(Output):
    """Minutes of one kind of support."""

    entitled: int
    used: int = Field(description="By sessions that were not paid for by the buyer")
    left: int


class EntitlementView(Output):
    """What a staff group is entitled to by its route, and what of it is left, in minutes."""

    advisers: AllowanceView = Field(description="Advisers; a day has 450 minutes")
    mentors: AllowanceView = Field(description="Mentors and ambassadors")
