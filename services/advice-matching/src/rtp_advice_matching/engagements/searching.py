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
from rtp_advice_matching.matching import PROPOSED_AT_MOST, Fit, Need, RankingSummary
from rtp_advice_matching.needs.commands import list_sought, take_up
from rtp_advice_matching.ranking.followed import FollowedIndex
from rtp_advice_matching.requests import commands as requests
from rtp_advice_matching.requests.models import SupportRequest
from rtp_advice_matching.requests.proposals import list_standing


async def search_anew(context: EngagementContext, request: SupportRequest) -> None:
    """Propose for what a staff group needs now, or say that nobody fits.

    Whoever is asked or at work is not disturbed: an adviser at work takes up what they cover, and beside them only the
    kinds of support are looked for that a need asks for by name. A case that has ended looks for nobody. Whoever was
    asked in vain is kept out by the request's need (`refused_by`), as in a round.
    """
    await hand_over(context, request)
    sought = await list_sought(context.session, request.id)
    await _reopen(context, request, sought)
    if request.is_waiting:
        await _propose(context, request, request.build_need(), sought)
    elif beside := find_beside(request, sought):
        request.search(beside, now=context.now)
        await _propose(context, request, request.build_need(beside), beside)


def find_beside(request: SupportRequest, sought: Collection[AdviserKind]) -> frozenset[AdviserKind]:
    """Return the kinds of support that are looked for beside those of which somebody is asked or agreed on."""
    return request.narrow(sought) if request.busy_kinds and request.ended_as is None else frozenset()


async def hand_over(context: EngagementContext, request: SupportRequest) -> None:
    """Let whoever is at work take up what they cover and nobody is at."""
    for each in await list_engagements(context, request.id):
        if each.status in LIVE:
            adviser = await context.session.get_one(Adviser, each.adviser_id)
            await take_up(context.session, request, adviser, each.kind, now=context.now)


async def _reopen(context: EngagementContext, request: SupportRequest, sought: Collection[AdviserKind]) -> None:
    """Look again for the kinds of which somebody was agreed on and is at work no more: for those that are needed, and
    for all of them where nobody is asked or at work.
    """
    open_kinds = {each.kind for each in await list_engagements(context, request.id) if each.ended_at is None}
    for kind in sorted(request.busy_kinds - open_kinds):
        if kind in sought or not open_kinds:
            await look_again(context, request, kind)


async def _propose(
    context: EngagementContext, request: SupportRequest, need: Need, sought: Collection[AdviserKind]
) -> None:
    advisers = await _look(context)
    ranking = _add_sought(request, advisers.rank(need), advisers, sought)
    ways = [] if ranking.proposed else advisers.find_ways(need)
    await requests.propose(context.session, request, ranking, ways, now=context.now, outbox=context.outbox)


async def look_through(context: EngagementContext, request: SupportRequest) -> None:
    """Take back the proposals of those who may not help any more, and propose the best others in their places.

    Who may help still keeps the rank, so that what a round or two persons have put first stays first. Whoever is asked
    or at work stays proposed.
    """
    sought, advisers = await list_sought(context.session, request.id), await _look(context)
    beside = find_beside(request, sought)
    need = request.build_need(beside)
    asked = {each.adviser_id for each in await list_engagements(context, request.id) if each.ended_at is None}
    earlier = list_standing(await requests.list_proposed(context.session, request))
    kept = [each for each in earlier if each.adviser_id in asked or advisers.may_help(need, each.adviser_id)]
    standing = {each.adviser_id for each in kept} - asked
    ranking = advisers.rank(need, at_most=max(0, PROPOSED_AT_MOST - len(standing)), without=standing | asked)
    ranking = _add_sought(request, ranking, advisers, beside or sought, standing)
    ways = [] if kept or ranking.proposed else advisers.find_ways(need)
    await requests.renew(context.session, request, kept, ranking, ways, now=context.now, outbox=context.outbox)


async def _look(context: EngagementContext) -> FollowedIndex:
    return await context.resources.advisers.look(context.session, now=context.now)


def _add_sought(
    request: SupportRequest,
    ranking: RankingSummary,
    advisers: FollowedIndex,
    sought: Collection[AdviserKind],
    standing: Collection[UUID] = frozenset(),
) -> RankingSummary:
    """Propose the best mentor and the best ambassador besides, where one is sought by name and none is among the best
    or among those who stand. What asks for an adviser is met by whoever covers the topic.
    """
    stand = {candidate.kind for candidate in filter(None, map(advisers.find, standing))}
    for kind in sorted(request.narrow(sought) - {AdviserKind.ADVISER}):
        if kind not in stand | {fit.candidate.kind for fit in ranking.proposed}:
            for fit in advisers.rank(request.build_need({kind}), at_most=1).proposed:
                ranking = ranking.add(fit)
    return ranking


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
    request.offer(engagement.kind, now=context.now)
    await context.session.flush()
    await publishing.publish_offered(context, engagement, request)
    return engagement.id


async def offer_next(context: EngagementContext, request: SupportRequest, kind: AdviserKind) -> None:
    """Offer the staff group to whoever fits best as things stand now, of those whom it was not offered to before: to
    somebody of the same kind, or of any kind where there is none left and nobody else is asked or at work.

    Of a case that has ended nobody more is asked.
    """
    fit = None if request.ended_as is not None else await _find_next(context, request, kind)
    if fit is None or fit.candidate.kind != kind:
        await look_again(context, request, kind)
    if fit is None:
        return
    await requests.propose_next(context.session, request, fit, now=context.now, outbox=context.outbox)
    adviser = await context.session.get_one(Adviser, fit.candidate.id)
    await make_offer(context, request, adviser, by_itself=True)


async def _find_next(context: EngagementContext, request: SupportRequest, kind: AdviserKind) -> Fit | None:
    every, advisers = await list_engagements(context, request.id), await _look(context)
    asked, others = {each.adviser_id for each in every}, {each.kind for each in every if each.ended_at is None}
    for need in (request.build_need({kind}), *(() if others else (request.build_need(),))):
        if proposed := advisers.rank(need, at_most=1, without=asked).proposed:
            return proposed[0]
    return None


async def look_again(context: EngagementContext, request: SupportRequest, kind: AdviserKind) -> None:
    asked = {each.adviser_id for each in await list_engagements(context, request.id)}
    earlier = await requests.list_proposed(context.session, request)
    proposed = {each.adviser_id for each in list_standing(earlier)}
    request.look_again(kind, proposals_left=bool(proposed - asked), now=context.now)
    await context.session.flush()


async def list_engagements(context: EngagementContext, request_id: UUID) -> Sequence[Engagement]:
    query = select(Engagement).where(Engagement.request_id == request_id).order_by(Engagement.id)
    return (await context.session.scalars(query.execution_options(populate_existing=True))).all()
