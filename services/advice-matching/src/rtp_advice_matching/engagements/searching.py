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
from rtp_advice_matching.engagements.models import LIVE, Engagement
from rtp_advice_matching.matching import PROPOSED_AT_MOST, RankingSummary, rank
from rtp_advice_matching.needs.commands import seeks_ambassador, take_up
from rtp_advice_matching.ranking.followed import FollowedIndex
from rtp_advice_matching.requests import commands as requests
from rtp_advice_matching.requests.models import SupportRequest, SupportStatus
from rtp_advice_matching.requests.proposals import list_standing


async def search_anew(context: EngagementContext, request: SupportRequest) -> None:
    """Propose for what a staff group needs now, or say that nobody fits.

    Whoever is asked or at work is not disturbed: an adviser at work takes up what they cover. A case that has ended
    looks for nobody. Whoever was asked in vain is kept out by the request's need (`refused_by`), as in a round.
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
    need, advisers = request.build_need(), await _look(context)
    ranking = await _add_ambassador(context, request, advisers.rank(need), advisers)
    ways = [] if ranking.proposed else advisers.find_ways(need)
    await requests.propose(context.session, request, ranking, ways, now=context.now, outbox=context.outbox)


async def look_through(context: EngagementContext, request: SupportRequest) -> None:
    """Take back the proposals of those who may not help any more, and propose the best others in their places.

    Who may help still keeps the rank, so that what a round or two persons have put first stays first.
    """
    need, advisers = request.build_need(), await _look(context)
    earlier = list_standing(await requests.list_proposed(context.session, request))
    kept = [each for each in earlier if advisers.may_help(need, each.adviser_id)]
    standing = {each.adviser_id for each in kept}
    ranking = advisers.rank(need, at_most=max(0, PROPOSED_AT_MOST - len(kept)), without=standing)
    ranking = await _add_ambassador(context, request, ranking, advisers, standing)
    ways = [] if kept or ranking.proposed else advisers.find_ways(need)
    await requests.renew(context.session, request, kept, ranking, ways, now=context.now, outbox=context.outbox)


async def _look(context: EngagementContext) -> FollowedIndex:
    return await context.resources.advisers.look(context.session, now=context.now)


async def _add_ambassador(
    context: EngagementContext,
    request: SupportRequest,
    ranking: RankingSummary,
    advisers: FollowedIndex,
    standing: Collection[UUID] = frozenset(),
) -> RankingSummary:
    """Propose the best ambassador besides, where one is sought and none is among the best or among those who stand."""
    if not await seeks_ambassador(context.session, request.id):
        return ranking
    query = select(Adviser.id).where(Adviser.kind == AdviserKind.AMBASSADOR)
    ambassadors = set((await context.session.scalars(query)).all())
    if not ambassadors.isdisjoint((*standing, *(fit.candidate.id for fit in ranking.proposed))):
        return ranking
    candidates = filter(None, map(advisers.find, ambassadors))
    best = rank(request.build_need(), candidates, at_most=1, weights=context.terms.rules.weights).proposed
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
    ranking = (await _look(context)).rank(request.build_need(), at_most=1, without=asked)
    if not ranking.proposed:
        await look_again(context, request)
        return
    [fit] = ranking.proposed
    await requests.propose_next(context.session, request, fit, now=context.now, outbox=context.outbox)
    adviser = await context.session.get_one(Adviser, fit.candidate.id)
    await make_offer(context, request, adviser, by_itself=True)


async def look_again(context: EngagementContext, request: SupportRequest) -> None:
    asked = {each.adviser_id for each in await list_engagements(context, request.id)}
    earlier = await requests.list_proposed(context.session, request)
    proposed = {each.adviser_id for each in list_standing(earlier)}
    request.look_again(proposals_left=bool(proposed - asked), now=context.now)
    await context.session.flush()


async def list_engagements(context: EngagementContext, request_id: UUID) -> Sequence[Engagement]:
    query = select(Engagement).where(Engagement.request_id == request_id).order_by(Engagement.id)
    return (await context.session.scalars(query.execution_options(populate_existing=True))).all()
