"""Queries of sessions, goals, feedback and follow-ups. Row-level security stands behind each."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, Integer, Uuid, and_, case, cast, column, func, literal, select, tuple_, values
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.models import AdviserKind
from rtp_advice_matching.engagements.models import Engagement
from rtp_advice_matching.sessions.errors import NoSuchGoal, NoSuchSupportSession
from rtp_advice_matching.sessions.models import Feedback, FollowUp, FollowUpDays, Goal, SupportSession
from rtp_shared.db import AnyRow, AnySelect, visible_to

_days = values(column("days", Integer), name="every").data([(days.value,) for days in FollowUpDays])
_ended_on = cast(func.timezone("Europe/London", Engagement.ended_at), Date)
_due_on = (_ended_on + _days.c.days).label("due_on")


async def list_sessions(
    session: AsyncSession, engagement_id: UUID, *, readers: Sequence[str], limit: int, after: UUID | None
) -> Sequence[AnyRow]:
    """List the sessions of an engagement, newest first, and one row more than `limit` where more follow."""
    query: AnySelect = select(*SupportSession.__table__.c).where(
        SupportSession.engagement_id == engagement_id, visible_to(SupportSession.readers, readers)
    )
    if after is not None:
        query = query.where(SupportSession.id < after)
    return (await session.execute(query.order_by(SupportSession.id.desc()).limit(limit + 1))).all()


async def get_session(
    session: AsyncSession, engagement_id: UUID, session_id: UUID, *, readers: Sequence[str]
) -> AnyRow:
    query = select(*SupportSession.__table__.c).where(
        SupportSession.id == session_id,
        SupportSession.engagement_id == engagement_id,
        visible_to(SupportSession.readers, readers),
    )
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchSupportSession
    return row


async def list_goals(
    session: AsyncSession, engagement_id: UUID, *, readers: Sequence[str], limit: int, after: UUID | None
) -> Sequence[AnyRow]:
    """List the goals of an engagement, newest first, and one row more than `limit` where more follow."""
    query: AnySelect = select(*Goal.__table__.c).where(
        Goal.engagement_id == engagement_id, visible_to(Goal.readers, readers)
    )
    if after is not None:
        query = query.where(Goal.id < after)
    return (await session.execute(query.order_by(Goal.id.desc()).limit(limit + 1))).all()


async def get_goal(session: AsyncSession, engagement_id: UUID, goal_id: UUID, *, readers: Sequence[str]) -> AnyRow:
    query = select(*Goal.__table__.c).where(
        Goal.id == goal_id, Goal.engagement_id == engagement_id, visible_to(Goal.readers, readers)
    )
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchGoal
    return row


async def list_feedback(session: AsyncSession, engagement_id: UUID, *, readers: Sequence[str]) -> Sequence[AnyRow]:
    """List the feedback that a caller may see by now, which is at most one of each side."""
    query = select(Feedback.side, Feedback.rating, Feedback.comment, Feedback.given_at).where(
        Feedback.engagement_id == engagement_id, visible_to(Feedback.readers, readers)
    )
    return (await session.execute(query.order_by(Feedback.side))).all()


async def list_used(session: AsyncSession, request_id: UUID) -> list[tuple[AdviserKind, int]]:
    """List the minutes of each kind that sessions of a support request have used of its entitlement."""
    query = (
        select(Engagement.kind, func.sum(SupportSession.minutes))
        .join(Engagement, Engagement.id == SupportSession.engagement_id)
        .where(Engagement.request_id == request_id, ~SupportSession.buyer_paid)
        .group_by(Engagement.kind)
    )
    return [(kind, int(minutes)) for kind, minutes in (await session.execute(query)).all()]


async def list_follow_ups(
    session: AsyncSession,
    *,
    readers: Sequence[str],
    today: date,
    limit: int,
    after: tuple[UUID, int] | None = None,
    engagement_id: UUID | None = None,
    state: str | None = None,
) -> Sequence[AnyRow]:
    """List follow-ups, of the oldest engagement first, and one row more than `limit` where more follow."""
    answered = FollowUp.answered_at.is_not(None)
    standing = case((answered, literal("done")), (_due_on <= today, literal("due")), else_=literal("planned"))
    query: AnySelect = (
        select(
            Engagement.id.label("engagement_id"),
            _days.c.days,
            _due_on,
            standing.label("state"),
            FollowUp.progress,
            FollowUp.note,
            FollowUp.answered_at,
        )
        .select_from(Engagement)
        .join(_days, literal(value=True))
        .outerjoin(FollowUp, and_(FollowUp.engagement_id == Engagement.id, FollowUp.days == _days.c.days))
        .where(
            Engagement.ended_at.is_not(None),
            Engagement.first_contact_on.is_not(None),
            Engagement.__table__.c.readers[1:2].overlap(list(readers)),
        )
    )
    if engagement_id is not None:
        query = query.where(Engagement.id == engagement_id)
    if state is not None:
        query = query.where(standing == state)
    if after is not None:
        ended, days = after
        place = tuple_(literal(ended, Uuid), literal(days, Integer))
        query = query.where(tuple_(Engagement.id, _days.c.days) > place)
    query = query.order_by(Engagement.id, _days.c.days).limit(limit + 1)
    return (await session.execute(query)).all()


async def list_shown_now(session: AsyncSession, now: datetime, *, limit: int) -> Sequence[UUID]:
    """List the engagements with feedback that is not shown yet, and whose time is up."""
    query = select(Feedback.engagement_id).where(Feedback.shows_at <= now).distinct().limit(limit)
    return (await session.scalars(query)).all()


async def list_unfollowed(session: AsyncSession, today: date, *, limit: int) -> Sequence[AnyRow]:
    """List engagements with a follow-up that is due, and of which nobody was told yet; each with its request."""
    query: AnySelect = (
        select(Engagement.id, Engagement.request_id)
        .join(_days, literal(value=True))
        .where(Engagement.followed_up < max(FollowUpDays), Engagement.followed_up < _days.c.days, _due_on <= today)
        .where(Engagement.ended_at.is_not(None), Engagement.first_contact_on.is_not(None))
        .distinct()
        .order_by(Engagement.id)
        .limit(limit)
    )
    return (await session.execute(query)).all()


async def list_untold(session: AsyncSession, engagement_id: UUID, today: date) -> Sequence[AnyRow]:
    """List the follow-ups of an engagement that are due, and of which nobody was told yet: days, day, if answered."""
    query: AnySelect = (
        select(_days.c.days, _due_on, FollowUp.answered_at)
        .select_from(Engagement)
        .join(_days, literal(value=True))
        .outerjoin(FollowUp, and_(FollowUp.engagement_id == Engagement.id, FollowUp.days == _days.c.days))
        .where(Engagement.id == engagement_id, Engagement.followed_up < _days.c.days, _due_on <= today)
        .order_by(_days.c.days)
    )
    return (await session.execute(query)).all()
