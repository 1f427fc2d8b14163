"""Commands on sessions, goals, feedback and follow-ups, each in the row lock of the engagement's support request."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from rtp_advice_matching.engagements.commands import lock_engagement
from rtp_advice_matching.engagements.context import EngagementContext
from rtp_advice_matching.engagements.days import find_civil_date
from rtp_advice_matching.engagements.models import LIVE, Engagement, EngagementSide, EngagementStatus
from rtp_advice_matching.engagements.publishing import publish_follow_up
from rtp_advice_matching.requests.models import SupportRequest
from rtp_advice_matching.sessions import queries
from rtp_advice_matching.sessions.entitlement import compute_entitlement
from rtp_advice_matching.sessions.errors import (
    EntitlementUsedUp,
    FeedbackGiven,
    FeedbackNotOpen,
    NoSuchFollowUp,
    NoSuchGoal,
    NoSuchSupportSession,
    SessionOutOfBounds,
)
from rtp_advice_matching.sessions.models import (
    Feedback,
    FollowUp,
    FollowUpDays,
    Goal,
    GoalProgress,
    GoalState,
    SupportSession,
    choose_readers,
    require_due,
)
from rtp_shared.db import system_scope
from rtp_shared.etags import ANY_VERSION, Expected
from rtp_shared.identities import Principal
from rtp_shared.problems import FieldError

MEETING = (EngagementStatus.ACTIVE, EngagementStatus.PAUSED)


async def record_session(
    context: EngagementContext, engagement_id: UUID, *, details: Mapping[str, Any], actor: Principal
) -> UUID:
    """Record a session of an active engagement; what the entitlement does not cover, the buyer pays for."""
    request, engagement = await lock_engagement(context, engagement_id, actor=actor)
    side = engagement.find_side(actor.identities)
    engagement.expect(ANY_VERSION, *MEETING)
    recorded = SupportSession(
        engagement_id=engagement_id,
        version=1,
        recorded_by=side,
        readers=choose_readers(engagement, *EngagementSide),
        recorded_at=context.now,
        changed_at=context.now,
        **details,
    )
    _require_within(context, engagement, recorded)
    await _require_entitled(context, request, engagement, recorded.counted)
    context.session.add(recorded)
    await context.session.flush()
    return recorded.id


async def change_session(
    context: EngagementContext,
    engagement_id: UUID,
    session_id: UUID,
    *,
    changes: Mapping[str, Any],
    version: Expected,
    actor: Principal,
) -> None:
    """Change what was recorded of a session, by the side that recorded it."""
    request, engagement = await lock_engagement(context, engagement_id, actor=actor)
    side = engagement.find_side(actor.identities)
    recorded = await context.session.get(SupportSession, session_id)
    if recorded is None or recorded.engagement_id != engagement_id:
        raise NoSuchSupportSession
    recorded.expect(version, by=side)
    before = recorded.counted
    recorded.change(changes, now=context.now)
    _require_within(context, engagement, recorded)
    await _require_entitled(context, request, engagement, recorded.counted - before)
    await context.session.flush()


async def set_goal(context: EngagementContext, engagement_id: UUID, *, text: str, actor: Principal) -> UUID:
    """Set a goal of an engagement that lives, by either side."""
    _, engagement = await lock_engagement(context, engagement_id, actor=actor)
    engagement.find_side(actor.identities)
    engagement.expect(ANY_VERSION, *LIVE)
    goal = Goal(
        engagement_id=engagement_id,
        version=1,
        text=text,
        state=GoalState.OPEN,
        readers=choose_readers(engagement, *EngagementSide),
        set_at=context.now,
        changed_at=context.now,
    )
    context.session.add(goal)
    await context.session.flush()
    return goal.id


async def change_goal(
    context: EngagementContext,
    engagement_id: UUID,
    goal_id: UUID,
    *,
    changes: Mapping[str, Any],
    version: Expected,
    actor: Principal,
) -> None:
    """Change a goal or its state, by either side, also after the end."""
    _, engagement = await lock_engagement(context, engagement_id, actor=actor)
    engagement.find_side(actor.identities)
    goal = await context.session.get(Goal, goal_id)
    if goal is None or goal.engagement_id != engagement_id:
        raise NoSuchGoal
    version.require(goal.version)
    goal.change(changes, now=context.now)
    await context.session.flush()


async def give_feedback(
    context: EngagementContext, engagement_id: UUID, *, rating: int, comment: str | None, actor: Principal
) -> None:
    """Give one side's feedback, which the other sees once both are in or their time is up."""
    _, engagement = await lock_engagement(context, engagement_id, actor=actor)
    side = engagement.find_side(actor.identities)
    if engagement.ended_at is None or engagement.first_contact_on is None:
        raise FeedbackNotOpen
    shows_at = engagement.ended_at + timedelta(days=context.terms.feedback_days)
    if context.now >= shows_at:
        raise FeedbackNotOpen(f"it was to be given until {shows_at:%Y-%m-%d}")
    given = Feedback(
        engagement_id=engagement_id,
        side=side,
        rating=rating,
        comment=comment,
        readers=choose_readers(engagement, side),
        given_at=context.now,
        shows_at=shows_at,
    )
    async with system_scope(context.session, "whether the other side has given its own is for nobody to see before"):
        everything = {each.side: each for each in await _list_feedback(context, engagement_id)}
        if side in everything:
            raise FeedbackGiven
        context.session.add(given)
        if everything:
            for each in (given, *everything.values()):
                each.show(engagement)
        await context.session.flush()


async def show_feedback(context: EngagementContext, engagement_id: UUID) -> None:
    """Show both sides what was given of an engagement, because the time is up."""
    engagement = await context.session.get_one(Engagement, engagement_id)
    locking = select(SupportRequest.id).where(SupportRequest.id == engagement.request_id)
    await context.session.execute(locking.with_for_update())
    for each in await _list_feedback(context, engagement_id):
        each.show(engagement)
    await context.session.flush()


async def answer_follow_up(
    context: EngagementContext,
    engagement_id: UUID,
    *,
    days: int,
    progress: GoalProgress,
    note: str | None,
    actor: Principal,
) -> None:
    """Say how it goes, so many days after the end. For the staff group."""
    _, engagement = await lock_engagement(context, engagement_id, actor=actor)
    engagement.require_side(EngagementSide.GROUP, actor.identities)
    if days not in tuple(FollowUpDays):
        raise NoSuchFollowUp
    due = await queries.list_follow_ups(
        context.session,
        readers=actor.identities,
        today=find_civil_date(context.now),
        limit=len(FollowUpDays),
        engagement_id=engagement_id,
        state="due",
    )
    require_due([each.days for each in due], days)
    answer = FollowUp(
        engagement_id=engagement_id,
        days=days,
        progress=progress,
        note=note,
        readers=choose_readers(engagement, *EngagementSide),
        answered_at=context.now,
    )
    context.session.add(answer)
    await context.session.flush()


async def tell_follow_ups(context: EngagementContext, engagement_id: UUID, request_id: UUID) -> None:
    """Tell of an engagement's follow-ups that are due, each once, unless another process is at it."""
    locking = select(SupportRequest.id).where(SupportRequest.id == request_id).with_for_update(skip_locked=True)
    if await context.session.scalar(locking) is None:
        return
    query = select(Engagement).where(Engagement.id == engagement_id).execution_options(populate_existing=True)
    engagement = (await context.session.execute(query)).scalar_one()
    for days, due_on, answered_at in await queries.list_untold(
        context.session, engagement_id, find_civil_date(context.now)
    ):
        engagement.followed_up = days
        if answered_at is None:
            await publish_follow_up(context, engagement, days=days, due_on=due_on)
    await context.session.flush()


async def _list_feedback(context: EngagementContext, engagement_id: UUID) -> list[Feedback]:
    query = select(Feedback).where(Feedback.engagement_id == engagement_id)
    return list((await context.session.scalars(query)).all())


def _require_within(context: EngagementContext, engagement: Engagement, recorded: SupportSession) -> None:
    earliest = find_civil_date(engagement.accepted_at or engagement.offered_at)
    latest = find_civil_date(engagement.ended_at or context.now)
    if not earliest <= recorded.held_on <= latest:
        raise SessionOutOfBounds(errors=[FieldError("/heldOn", f"must lie between {earliest} and {latest}")])


async def _require_entitled(
    context: EngagementContext, request: SupportRequest, engagement: Engagement, minutes: int
) -> None:
    """Refuse to use more than is left, over all engagements of the request. Giving back is always possible."""
    if minutes <= 0:
        return
    async with system_scope(context.session, "what is used counts over all engagements of the staff group"):
        used = await queries.list_used(context.session, request.id)
    left = compute_entitlement(request.route, used, context.terms).choose(engagement.kind).left
    if minutes > left:
        raise EntitlementUsedUp(f"{left} minutes are left; what is beyond can be recorded as paid for by the buyer")
