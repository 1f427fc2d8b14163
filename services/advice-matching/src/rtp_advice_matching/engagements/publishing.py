"""Publishing of what happens to engagements, each in a chain of its own, so that no network learns of its rivals."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date, datetime, timedelta

from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.engagements.context import EngagementContext
from rtp_advice_matching.engagements.days import find_end_of_day
from rtp_advice_matching.engagements.models import Engagement
from rtp_advice_matching.own_traces import begin_own_trace
from rtp_advice_matching.requests.models import SupportRequest
from rtp_shared.contracts.advice_matching import (
    CapacityLow,
    EngagementEnded,
    EngagementEvent,
    EngagementStarted,
    FirstContactMade,
    FirstContactMissed,
    FollowUpDue,
    MatchAccepted,
    MatchDeclined,
    MatchOffered,
)
from rtp_shared.contracts.events import compute_digest
from rtp_shared.identities import SYSTEM, organisation_identity


async def publish_offered(context: EngagementContext, engagement: Engagement, request: SupportRequest) -> None:
    event = MatchOffered(
        engagement_id=engagement.id,
        support_request_id=request.id,
        adviser_id=engagement.adviser_id,
        sector=request.sector,
        region=request.region,
        stage=request.stage,
        topics=request.topics,
        answer_by=engagement.answer_by,
        at=context.now,
    )
    await _publish(context, engagement, event)


async def publish_accepted(context: EngagementContext, engagement: Engagement) -> None:
    facts = _describe(engagement, context.now)
    started = EngagementStarted(**facts, contact_by=engagement.contact_by)
    await _publish(context, engagement, MatchAccepted(**facts), started)


async def publish_declined(context: EngagementContext, engagement: Engagement, *, at: datetime | None = None) -> None:
    facts = _describe(engagement, at or context.now)
    event = MatchDeclined(**facts, outcome=engagement.status, reason=engagement.reason)
    await _publish(context, engagement, event)


async def publish_contact_missed(context: EngagementContext, engagement: Engagement, *, at: datetime) -> None:
    event = FirstContactMissed(**_describe(engagement, at), contact_by=engagement.contact_by)
    await _publish(context, engagement, event)


async def publish_contact_made(context: EngagementContext, engagement: Engagement, *, late: bool) -> None:
    facts = _describe(engagement, context.now)
    await _publish(context, engagement, FirstContactMade(**facts, made_on=engagement.first_contact_on, late=late))


async def publish_ended(context: EngagementContext, engagement: Engagement) -> None:
    facts = _describe(engagement, context.now)
    event = EngagementEnded(**facts, outcome=engagement.status, reason=engagement.reason)
    await _publish(context, engagement, event)


async def publish_follow_up(context: EngagementContext, engagement: Engagement, *, days: int, due_on: date) -> None:
    """Tell that a follow-up is due, since the day began."""
    facts = _describe(engagement, find_end_of_day(due_on - timedelta(days=1)))
    await _publish(context, engagement, FollowUpDue(**facts, days=days, due_on=due_on))


async def publish_low_capacity(context: EngagementContext, adviser: Adviser) -> None:
    """Tell the network where few places are left, in the adviser's row lock."""
    free = max(0, adviser.capacity - adviser.engaged)
    if free > context.terms.capacity_low_places:
        return
    event = CapacityLow(adviser_id=adviser.id, capacity=adviser.capacity, free_places=free, at=context.now)
    [body] = await context.outbox.publish(
        context.session,
        [event],
        subject_id=adviser.id,
        sequence=adviser.sequence + 1,
        previous=adviser.event_hash,
        dataref=f"/v1/advisers/{adviser.id}",
        readers=[organisation_identity(adviser.network_id), *SYSTEM],
    )
    adviser.count_event(compute_digest(body))
    await context.session.flush()


def _describe(engagement: Engagement, at: datetime) -> dict[str, object]:
    return {
        "engagement_id": engagement.id,
        "support_request_id": engagement.request_id,
        "adviser_id": engagement.adviser_id,
        "at": at,
    }


async def _publish(context: EngagementContext, engagement: Engagement, *every: EngagementEvent) -> None:
    """Publish in the engagement's chain. Before it may see the case, the network is not told of whose call it came."""
    with nullcontext() if engagement.is_shared else begin_own_trace():
        await _write(context, engagement, every)


async def _write(context: EngagementContext, engagement: Engagement, every: Sequence[EngagementEvent]) -> None:
    bodies = await context.outbox.publish(
        context.session,
        every,
        subject_id=engagement.id,
        sequence=engagement.sequence + 1,
        previous=engagement.event_hash,
        dataref=f"/v1/engagements/{engagement.id}",
        readers=engagement.readers,
    )
    engagement.sequence += len(bodies)
    engagement.event_hash = compute_digest(bodies[-1])
    await context.session.flush()
