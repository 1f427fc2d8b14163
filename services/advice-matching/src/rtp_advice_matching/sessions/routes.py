"""Sessions, goals, feedback and follow-ups: HTTP in, HTTP out."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_advice_matching.auth import SupportReader, SupportWriter
from rtp_advice_matching.engagements.days import find_civil_date
from rtp_advice_matching.engagements.dependencies import Context, EngagementId
from rtp_advice_matching.engagements.queries import get_engagement as require_engagement
from rtp_advice_matching.requests.queries import get_case_route
from rtp_advice_matching.requests.routes import RequestId
from rtp_advice_matching.sessions import commands, queries
from rtp_advice_matching.sessions.entitlement import compute_entitlement
from rtp_advice_matching.sessions.models import FollowUpDays
from rtp_advice_matching.sessions.schemas import (
    EntitlementView,
    FeedbackGiving,
    FeedbackLine,
    FeedbackView,
    FollowUpAnswer,
    FollowUpState,
    FollowUpView,
    GoalChanges,
    GoalSetting,
    GoalView,
    SessionChanges,
    SessionRecord,
    SessionView,
)
from rtp_shared.db import system_scope
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.identities import Principal
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

sessions = create_router(prefix="/v1/engagements", tags=["Engagements"])
follow_ups = create_router(prefix="/v1/follow-ups", tags=["Engagements"])
entitlements = create_router(prefix="/v1/support-requests", tags=["Support requests"])

SessionId = Annotated[UUID, Path(description="The session's id")]
GoalId = Annotated[UUID, Path(description="The goal's id")]
Days = Annotated[int, Path(description="Days after the end: 30 or 90", ge=1, le=365)]


@sessions.post("/{engagement_id}/sessions", status_code=201)
async def record_session(
    engagement_id: EngagementId, record: SessionRecord, principal: SupportWriter, context: Context, response: Response
) -> SessionView:
    """Record a session of an active engagement, for either side. The two sides alone see it.

    It uses the staff group's entitlement, unless the buyer pays for it: 409 where not enough is left.
    """
    session_id = await commands.record_session(context, engagement_id, details=record.model_dump(), actor=principal)
    response.headers["Location"] = f"/v1/engagements/{engagement_id}/sessions/{session_id}"
    return await _show_session(context.session, engagement_id, session_id, principal, response)


@sessions.get("/{engagement_id}/sessions")
async def list_sessions(
    engagement_id: EngagementId, principal: SupportReader, session: Session, limit: Limit = 50, after: After = None
) -> Page[SessionView]:
    """List the sessions of an engagement, newest first. They are for its two sides alone."""
    await require_engagement(session, engagement_id, readers=principal.identities)
    key = decode_cursor(after, UUID)
    rows = await queries.list_sessions(
        session, engagement_id, readers=principal.identities, limit=limit, after=key[0] if key else None
    )
    page, last = cut(rows, limit)
    items = [SessionView.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.id))


@sessions.get("/{engagement_id}/sessions/{session_id}")
async def get_support_session(
    engagement_id: EngagementId, session_id: SessionId, principal: SupportReader, session: Session, response: Response
) -> SessionView:
    """Read a session."""
    return await _show_session(session, engagement_id, session_id, principal, response)


@sessions.patch("/{engagement_id}/sessions/{session_id}")
async def change_session(
    engagement_id: EngagementId,
    session_id: SessionId,
    changes: SessionChanges,
    version: ExpectedVersion,
    principal: SupportWriter,
    context: Context,
    response: Response,
) -> SessionView:
    """Change what was recorded of a session. For the side that recorded it."""
    given = changes.model_dump(exclude_unset=True)
    await commands.change_session(context, engagement_id, session_id, changes=given, version=version, actor=principal)
    return await _show_session(context.session, engagement_id, session_id, principal, response)


@sessions.post("/{engagement_id}/goals", status_code=201)
async def set_goal(
    engagement_id: EngagementId, goal: GoalSetting, principal: SupportWriter, context: Context, response: Response
) -> GoalView:
    """Set a goal, for either side of an engagement that lives. The two sides alone see it."""
    goal_id = await commands.set_goal(context, engagement_id, text=goal.text, actor=principal)
    response.headers["Location"] = f"/v1/engagements/{engagement_id}/goals/{goal_id}"
    return await _show_goal(context.session, engagement_id, goal_id, principal, response)


@sessions.get("/{engagement_id}/goals")
async def list_goals(
    engagement_id: EngagementId, principal: SupportReader, session: Session, limit: Limit = 50, after: After = None
) -> Page[GoalView]:
    """List the goals of an engagement, newest first. They are for its two sides alone."""
    await require_engagement(session, engagement_id, readers=principal.identities)
    key = decode_cursor(after, UUID)
    rows = await queries.list_goals(
        session, engagement_id, readers=principal.identities, limit=limit, after=key[0] if key else None
    )
    page, last = cut(rows, limit)
    return Page(items=[GoalView.model_validate(row) for row in page], next=last and encode_cursor(last.id))


@sessions.get("/{engagement_id}/goals/{goal_id}")
async def get_goal(
    engagement_id: EngagementId, goal_id: GoalId, principal: SupportReader, session: Session, response: Response
) -> GoalView:
    """Read a goal."""
    return await _show_goal(session, engagement_id, goal_id, principal, response)


@sessions.patch("/{engagement_id}/goals/{goal_id}")
async def change_goal(
    engagement_id: EngagementId,
    goal_id: GoalId,
    changes: GoalChanges,
    version: ExpectedVersion,
    principal: SupportWriter,
    context: Context,
    response: Response,
) -> GoalView:
    """Change a goal's text or state, for either side."""
    given = changes.model_dump(exclude_unset=True)
    await commands.change_goal(context, engagement_id, goal_id, changes=given, version=version, actor=principal)
    return await _show_goal(context.session, engagement_id, goal_id, principal, response)


@sessions.post("/{engagement_id}/feedback", status_code=201)
async def give_feedback(
    engagement_id: EngagementId, feedback: FeedbackGiving, principal: SupportWriter, context: Context
) -> FeedbackView:
    """Give your side's feedback on an engagement that has ended, once, within some weeks.

    It is given blind: neither side sees the other's, or whether there is any, before both are in or the time is up.
    """
    await commands.give_feedback(
        context, engagement_id, rating=feedback.rating, comment=feedback.comment, actor=principal
    )
    return await _show_feedback(context.session, engagement_id, principal)


@sessions.get("/{engagement_id}/feedback")
async def get_feedback(engagement_id: EngagementId, principal: SupportReader, session: Session) -> FeedbackView:
    """Read the feedback that you may see by now. It is for the two sides alone."""
    return await _show_feedback(session, engagement_id, principal)


@sessions.post("/{engagement_id}/follow-ups/{days}/actions/answer", status_code=201)
async def answer_follow_up(
    engagement_id: EngagementId, days: Days, answer: FollowUpAnswer, principal: SupportWriter, context: Context
) -> FollowUpView:
    """Say how it goes, 30 or 90 days after the end, once. For the client that opened the case."""
    await commands.answer_follow_up(
        context, engagement_id, days=days, progress=answer.progress, note=answer.note, actor=principal
    )
    rows = await queries.list_follow_ups(
        context.session,
        readers=principal.identities,
        today=find_civil_date(context.now),
        limit=2,
        engagement_id=engagement_id,
    )
    return next(FollowUpView.model_validate(row) for row in rows if row.days == days)


@follow_ups.get("")
async def list_follow_ups(
    principal: SupportReader,
    session: Session,
    now: Now,
    limit: Limit = 50,
    after: After = None,
    engagement_id: Annotated[UUID | None, Query(alias="engagementId", description="Of this engagement")] = None,
    state: FollowUpState | None = None,
) -> Page[FollowUpView]:
    """List the follow-ups of engagements on either side of which you are, of the oldest engagement first."""
    key = decode_cursor(after, UUID, FollowUpDays)
    rows = await queries.list_follow_ups(
        session,
        readers=principal.identities,
        today=find_civil_date(now),
        limit=limit,
        after=(key[0], key[1].value) if key else None,
        engagement_id=engagement_id,
        state=state,
    )
    page, last = cut(rows, limit)
    items = [FollowUpView.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.engagement_id, last.days))


@entitlements.get("/{request_id}/entitlement")
async def get_entitlement(request_id: RequestId, principal: SupportReader, context: Context) -> EntitlementView:
    """Read what the staff group is entitled to by its route, and what sessions have used. For whoever sees the case."""
    route = await get_case_route(context.session, request_id, readers=principal.identities)
    async with system_scope(context.session, "a sum over sessions tells nothing of any one"):
        used = await queries.list_used(context.session, request_id)
    return EntitlementView.model_validate(compute_entitlement(route, used, context.terms))


async def _show_session(
    session: Session, engagement_id: UUID, session_id: UUID, principal: Principal, response: Response
) -> SessionView:
    row = await queries.get_session(session, engagement_id, session_id, readers=principal.identities)
    response.headers["ETag"] = format_etag(row.version)
    return SessionView.model_validate(row)


async def _show_goal(
    session: Session, engagement_id: UUID, goal_id: UUID, principal: Principal, response: Response
) -> GoalView:
    row = await queries.get_goal(session, engagement_id, goal_id, readers=principal.identities)
    response.headers["ETag"] = format_etag(row.version)
    return GoalView.model_validate(row)


async def _show_feedback(session: Session, engagement_id: UUID, principal: Principal) -> FeedbackView:
    await require_engagement(session, engagement_id, readers=principal.identities)
    rows = await queries.list_feedback(session, engagement_id, readers=principal.identities)
    return FeedbackView(engagement_id=engagement_id, items=[FeedbackLine.model_validate(row) for row in rows])
