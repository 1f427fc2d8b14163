"""Looking for somebody for a staff group: offers to the next best, and proposals for what it needs anew.

All of it in the support request's row lock, and with the sight of the system.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from rtp_advice_matching.directory.models import Adviser, AdviserKind
from rtp_advice_matching.engagements import publishing
from rtp_advice_matching.engagements.context import EngagementContext
from rtp_advice_matching.engagements.days import add_working_days, find_civil_date
from rtp_advice_matching.engagements.models import LIVE, Engagement, EngagementStatus
from rtp_advice_matching.matching import RankingSummary, rank
from rtp_advice_matching.needs.commands import seeks_ambassador, take_up
from rtp_advice_matching.ranking.followed import FollowedIndex
from rtp_advice_matching.requests import commands as requests
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus

IN_VAIN = (EngagementStatus.DECLINED, EngagementStatus.LAPSED, EngagementStatus.ENDED_EARLY)
"""How an engagement ends so that its adviser is not proposed to the same staff group again."""


async def search_anew(context: EngagementContext, request: SupportRequest) -> None:
    """Propose for what a staff group needs now, or say that nobody fits.

    Whoever is asked or at work is not disturbed: an adviser at work takes up what they cover. A case that has ended
    looks for nobody.
    """
    engagements = await list_engagements(context, request.id)
    if live := next((each for each in engagements if each.status in LIVE), None):
        adviser = await context.session.get_one(Adviser, live.adviser_id)
        await take_up(context.session, request, adviser, now=context.now)
        return
    if request.status is SupportStatus.AGREED:
        await look_again(context, request)
    if not request.is_waiting:
        return
    in_vain = {each.adviser_id for each in engagements if each.status in IN_VAIN}
    advisers = await context.resources.advisers.look(context.session)
    ranking = advisers.rank(request.build_need(), without=in_vain)
    if await seeks_ambassador(context.session, request.id):
        ranking = await _add_ambassador(context, request, ranking, advisers, in_vain)
    await requests.propose(context.session, request, ranking, now=context.now, outbox=context.outbox)


async def _add_ambassador(
    context: EngagementContext,
    request: SupportRequest,
    ranking: RankingSummary,
    advisers: FollowedIndex,
    in_vain: Collection[UUID],
) -> RankingSummary:
    """Propose the best ambassador besides, unless one is among the best."""
    query = select(Adviser.id).where(Adviser.kind == AdviserKind.AMBASSADOR)
    ambassadors = set((await context.session.scalars(query)).all())
    if any(fit.candidate.id in ambassadors for fit in ranking.proposed):
        return ranking
    candidates = filter(None, map(advisers.find, ambassadors - set(in_vain)))
    best = rank(request.build_need(), candidates, at_most=1).proposed
    return ranking.add(best[0]) if best else ranking


async def make_offer(
    context: EngagementContext,
    request: SupportRequest,
    adviser: Adviser,
    *,
    consented: bool = False,
    by_itself: bool = False,
) -> UUID:
    engagement = Engagement.of(request, adviser, consented=consented, by_itself=by_itself, now=context.now)
    today = find_civil_date(context.now)
    engagement.start_answer_clock(add_working_days(today, context.terms.offer_working_days))
    context.session.add(engagement)
    request.offer(now=context.now)
    await context.session.flush()
    await publishing.publish_offered(context, engagement, request)
    return engagement.id


async def offer_next(context: EngagementContext, request: SupportRequest) -> None:
    """Offer the staff group to whoever fits best as things stand now, of those whom it was not offered to before.

    Of a case that has ended nobody more is asked.
    """
    if request.ended_as is not None:
        await look_again(context, request)
        return
    asked = {each.adviser_id for each in await list_engagements(context, request.id)}
    advisers = await context.resources.advisers.look(context.session)
    ranking = advisers.rank(request.build_need(), at_most=1, without=asked)
    if not ranking.proposed:
        await look_again(context, request)
        return
    [fit] = ranking.proposed
    await requests.propose_next(context.session, request, fit, now=context.now, outbox=context.outbox)
    adviser = await context.session.get_one(Adviser, fit.candidate.id)
    await make_offer(context, request, adviser, by_itself=True)


async def look_again(context: EngagementContext, request: SupportRequest) -> None:
    asked = {each.adviser_id for each in await list_engagements(context, request.id)}
    proposed = {each.adviser_id for each in await requests.list_proposed(context.session, request)}
    request.look_again(proposals_left=bool(proposed - asked), now=context.now)
    await context.session.flush()


async def list_engagements(context: EngagementContext, request_id: UUID) -> Sequence[Engagement]:
    query = select(Engagement).where(Engagement.request_id == request_id).order_by(Engagement.id)
    return (await context.session.scalars(query.execution_options(populate_existing=True))).all()
