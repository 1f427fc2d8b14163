"""Queries of erasures, and of the texts that they find. Row-level security stands behind each."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.base import ERASED
from rtp_advice_matching.directory.facets import ProfileStatus
from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.engagements.models import Engagement, EngagementSide
from rtp_advice_matching.erasures.errors import NoSuchSupportErasure
from rtp_advice_matching.erasures.findings import ErasableTexts, TextKind, Texts
from rtp_advice_matching.erasures.models import ErasureScope, SupportErasure
from rtp_advice_matching.erasures.reach import ErasureReach
from rtp_advice_matching.fairness.models import FairnessBounds
from rtp_advice_matching.repairs.models import Override
from rtp_advice_matching.rounds.models import RoundRequest
from rtp_advice_matching.sessions.models import Feedback, FollowUp, Goal, SupportSession
from rtp_shared.db import AnyRow, AnySelect, visible_to

_COLUMNS = [column for column in SupportErasure.__table__.c if column.name != "readers"]


async def find_texts(session: AsyncSession, reach: ErasureReach) -> ErasableTexts:
    """Return what there is to erase within a caller's reach. It needs a transaction that acts as the system."""
    engaged = (await session.scalars(select(Engagement.id).where(reach.engagements).order_by(Engagement.id))).all()
    of_group = EngagementSide.GROUP in reach.sides
    wanted: Mapping[TextKind, Select[Any]] = {
        TextKind.SESSION_NOTES: select(SupportSession)
        .where(SupportSession.engagement_id.in_(engaged), SupportSession.notes.is_not(None))
        .where(SupportSession.recorded_by.in_(reach.sides))
        .order_by(SupportSession.id),
        # Either side may change a goal, so either may have it erased.
        TextKind.GOALS: select(Goal).where(Goal.engagement_id.in_(engaged), Goal.text != ERASED).order_by(Goal.id),
        TextKind.FEEDBACK_COMMENTS: select(Feedback)
        .where(Feedback.engagement_id.in_(engaged), Feedback.comment.is_not(None), Feedback.side.in_(reach.sides))
        .order_by(Feedback.engagement_id, Feedback.side),
        TextKind.FOLLOW_UP_NOTES: select(FollowUp)
        .where(FollowUp.engagement_id.in_(engaged if of_group else ()), FollowUp.note.is_not(None))
        .order_by(FollowUp.engagement_id, FollowUp.days),
        TextKind.CERTIFICATE_ENTRIES: select(RoundRequest)
        .where(RoundRequest.request_id == reach.request_id if reach.request_id else false())
        .order_by(RoundRequest.round_id),
        TextKind.OVERRIDE_REASONS: select(Override)
        .where(reach.overrides, Override.reason != ERASED)
        .order_by(Override.id),
    }
    texts: Texts = {kind: (await session.scalars(query)).all() for kind, query in wanted.items()}
    overrides = (await session.scalars(select(Override.id).where(reach.overrides))).all()
    own = [reach.adviser_id] if reach.adviser_id else []
    return ErasableTexts(texts, await _find_profile(session, reach), [*engaged, *overrides, *own])


async def _find_profile(session: AsyncSession, reach: ErasureReach) -> Adviser | None:
    """Return the profile within reach, unless it was taken down before."""
    if reach.adviser_id is None:
        return None
    standing = Adviser.status != ProfileStatus.WITHDRAWN
    return await session.scalar(select(Adviser).where(Adviser.id == reach.adviser_id, standing))


async def find_named(session: AsyncSession, reference: str) -> Sequence[Override | FairnessBounds]:
    """Return, locked, the overrides and bounds that name a person. It needs a transaction that acts as the system."""
    named = or_(Override.proposed_by == reference, Override.ended_by == reference)
    overrides = select(Override).where(named).order_by(Override.id).with_for_update()
    set_by = or_(FairnessBounds.set_by == reference, FairnessBounds.earlier.contains([{"set_by": reference}]))
    bounds = select(FairnessBounds).where(set_by).order_by(FairnessBounds.organisation_id).with_for_update()
    return [*(await session.scalars(overrides)).all(), *(await session.scalars(bounds)).all()]


async def find_earlier(
    session: AsyncSession, scope: ErasureScope, subject_id: UUID, *, readers: Sequence[str]
) -> SupportErasure | None:
    """Return the newest erasure of the same, among those that the readers see."""
    query = select(SupportErasure).where(
        SupportErasure.scope == scope,
        SupportErasure.subject_id == subject_id,
        visible_to(SupportErasure.readers, readers),
    )
    return await session.scalar(query.order_by(SupportErasure.id.desc()).limit(1))


async def list_erasures(
    session: AsyncSession, *, readers: Sequence[str], limit: int, after: UUID | None = None
) -> Sequence[AnyRow]:
    """List erasures, newest first, and one row more than `limit` where more follow."""
    query: AnySelect = select(*_COLUMNS).where(visible_to(SupportErasure.readers, readers))
    if after is not None:
        query = query.where(SupportErasure.id < after)
    return (await session.execute(query.order_by(SupportErasure.id.desc()).limit(limit + 1))).all()


async def get_erasure(session: AsyncSession, erasure_id: UUID, *, readers: Sequence[str]) -> AnyRow:
    query = select(*_COLUMNS).where(SupportErasure.id == erasure_id, visible_to(SupportErasure.readers, readers))
    row = (await session.execute(query)).first()
    if row is None:
        raise NoSuchSupportErasure
    return row
