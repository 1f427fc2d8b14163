"""What becomes of a group's engagement, or its offer, when the adviser drops out: it ends, and the group goes on."""

from uuid import UUID

from rtp_advice_matching.engagements import publishing
from rtp_advice_matching.engagements.commands import give_place_back
from rtp_advice_matching.engagements.context import EngagementContext
from rtp_advice_matching.engagements.models import LIVE, EndReason, Engagement, EngagementStatus
from rtp_advice_matching.engagements.searching import hand_over, list_engagements, look_again, offer_next
from rtp_advice_matching.needs import commands as needs
from rtp_advice_matching.requests.models import SupportRequest


async def end_with_adviser(context: EngagementContext, request: SupportRequest, adviser_id: UUID) -> None:
    """End what a group has with an adviser who has dropped out, in the request's row lock and the system's sight.

    An offer is taken back, and the next best is asked by itself. An engagement ends early with the reason that the
    adviser is unavailable, and the group looks for somebody again. The same adviser is not proposed to it anew.
    """
    for engagement in await list_engagements(context, request.id):
        if engagement.adviser_id != adviser_id:
            continue
        if engagement.status is EngagementStatus.OFFERED:
            await _take_back(context, request, engagement)
        elif engagement.status in LIVE:
            await _end(context, request, engagement)


async def _take_back(context: EngagementContext, request: SupportRequest, engagement: Engagement) -> None:
    engagement.withdraw(now=context.now, by=None)
    request.note_refusal(engagement.adviser_id)
    await publishing.publish_declined(context, engagement)
    await offer_next(context, request, engagement.kind)


async def _end(context: EngagementContext, request: SupportRequest, engagement: Engagement) -> None:
    engagement.end_early(EndReason.ADVISER_UNAVAILABLE, by=None, now=context.now)
    request.note_refusal(engagement.adviser_id)
    await give_place_back(context, engagement)
    await needs.finish(context.session, request, engagement.kind, met=False, now=context.now, outbox=context.outbox)
    await hand_over(context, request)
    await look_again(context, request, engagement.kind)
