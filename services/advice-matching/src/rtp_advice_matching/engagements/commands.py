"""Commands on engagements. Each locks the support request first, then the adviser: nobody waits in a ring."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from rtp_advice_matching.directory.models import Adviser, AdviserKind
from rtp_advice_matching.engagements import publishing
from rtp_advice_matching.engagements.asking import require_able
from rtp_advice_matching.engagements.context import EngagementContext
from rtp_advice_matching.engagements.days import add_working_days, find_civil_date
from rtp_advice_matching.engagements.errors import AdviserHasDeclined, NoSuchEngagement
from rtp_advice_matching.engagements.models import (
    AWAITING,
    LIVE,
    DeclineReason,
    EndReason,
    Engagement,
    EngagementSide,
    EngagementStatus,
)
from rtp_advice_matching.engagements.searching import (
    hand_over,
    list_engagements,
    look_again,
    make_offer,
    offer_next,
    search_anew,
)
from rtp_advice_matching.needs import commands as needs
from rtp_advice_matching.requests import commands as requests
from rtp_advice_matching.requests.models import SupportRequest
from rtp_shared.contracts.applications import CaseWithdrawn
from rtp_shared.db import system_scope, visible_to
from rtp_shared.etags import ANY_VERSION, Expected
from rtp_shared.identities import Principal


async def offer(
    context: EngagementContext, request_id: UUID, *, adviser_id: UUID, consented: bool, actor: Principal
) -> UUID:
    """Offer the staff group to one of the proposed advisers, whose network has some working days to answer."""
    request = await requests.lock_seen(context.session, request_id, actor=actor)
    request.expect(ANY_VERSION, by=actor.own_identity)
    await requests.get_proposal(context.session, request_id, adviser_id)
    async with system_scope(context.session, "also of an adviser who was taken off since, it is said why they cannot"):
        adviser = await context.session.get_one(Adviser, adviser_id)
    await _require_askable(context, request, adviser)
    require_able(context, request, adviser)
    return await make_offer(context, request, adviser, consented=consented)


async def accept_proposal(
    context: EngagementContext, request_id: UUID, *, adviser_id: UUID, version: Expected, actor: Principal
) -> None:
    """Accept a proposed adviser without asking, and take one of their places; of two who want the last, one is refused.

    A free place that a network publishes is its acceptance beforehand.
    """
    request = await requests.lock_seen(context.session, request_id, actor=actor)
    request.expect(version, by=actor.own_identity)
    await requests.get_proposal(context.session, request_id, adviser_id)
    async with system_scope(context.session, "a place is taken of an adviser whom another organisation keeps"):
        adviser = await requests.lock_adviser(context.session, adviser_id)
        await _require_askable(context, request, adviser)
        require_able(context, request, adviser)
        engagement = Engagement.of(request, adviser, consented=True, now=context.now)
        context.session.add(engagement)
        await _begin(context, request, adviser, engagement)


async def accept(context: EngagementContext, engagement_id: UUID, *, version: Expected, actor: Principal) -> None:
    """Accept an offer, and take one of the adviser's places; of two who want the last one, one is refused."""
    request, engagement = await lock_engagement(context, engagement_id, actor=actor)
    engagement.require_side(EngagementSide.NETWORK, actor.identities)
    engagement.expect(version, EngagementStatus.OFFERED)
    async with system_scope(context.session, "the network sees its own proposals, and the request is the group's"):
        adviser = await requests.lock_adviser(context.session, engagement.adviser_id)
        await _begin(context, request, adviser, engagement)


async def decline(
    context: EngagementContext, engagement_id: UUID, *, reason: DeclineReason, version: Expected, actor: Principal
) -> None:
    """Decline an offer; the next best adviser is offered to by itself."""
    request, engagement = await lock_engagement(context, engagement_id, actor=actor)
    engagement.require_side(EngagementSide.NETWORK, actor.identities)
    engagement.expect(version, EngagementStatus.OFFERED)
    engagement.decline(reason, now=context.now)
    request.note_refusal(engagement.adviser_id)
    await publishing.publish_declined(context, engagement)
    async with system_scope(context.session, "who comes next is of another network"):
        await offer_next(context, request, engagement.kind)


async def withdraw(context: EngagementContext, engagement_id: UUID, *, version: Expected, actor: Principal) -> None:
    """Take an offer back; the staff group chooses again."""
    request, engagement = await lock_engagement(context, engagement_id, actor=actor)
    engagement.require_side(EngagementSide.GROUP, actor.identities)
    engagement.expect(version, EngagementStatus.OFFERED)
    engagement.withdraw(now=context.now)
    request.look_again(engagement.kind, proposals_left=True, now=context.now)
    await publishing.publish_declined(context, engagement)


async def consent(context: EngagementContext, engagement_id: UUID, *, version: Expected, actor: Principal) -> None:
    """Consent that the network sees the case: at once where it has accepted, or else as it accepts."""
    request, engagement = await lock_engagement(context, engagement_id, actor=actor)
    engagement.require_side(EngagementSide.GROUP, actor.identities)
    engagement.expect(version, EngagementStatus.OFFERED, *LIVE)
    engagement.consent(now=context.now)
    await context.session.flush()
    if engagement.status in LIVE:
        async with system_scope(context.session, "an engagement goes on with an adviser who is shown to nobody now"):
            adviser = await context.session.get_one(Adviser, engagement.adviser_id)
            await _share(context, request, adviser, engagement.kind)


async def record_contact(
    context: EngagementContext, engagement_id: UUID, *, day: date, version: Expected, actor: Principal
) -> None:
    """Record the first contact. That its time was up, which the clock tells, is told before."""
    _, engagement = await lock_engagement(context, engagement_id, actor=actor)
    engagement.find_side(actor.identities)
    engagement.expect(version, *AWAITING)
    late = engagement.contact_by is not None and day > engagement.contact_by
    if late and engagement.status is EngagementStatus.AWAITING_FIRST_CONTACT and engagement.due_at is not None:
        await _miss_contact(context, engagement)
    late = engagement.make_contact(day, now=context.now)
    await publishing.publish_contact_made(context, engagement, late=late)


async def pause(context: EngagementContext, engagement_id: UUID, *, version: Expected, actor: Principal) -> None:
    _, engagement = await lock_engagement(context, engagement_id, actor=actor)
    engagement.find_side(actor.identities)
    engagement.expect(version, EngagementStatus.ACTIVE)
    engagement.pause(now=context.now)
    await context.session.flush()


async def resume(context: EngagementContext, engagement_id: UUID, *, version: Expected, actor: Principal) -> None:
    _, engagement = await lock_engagement(context, engagement_id, actor=actor)
    engagement.find_side(actor.identities)
    engagement.expect(version, EngagementStatus.PAUSED)
    engagement.resume(now=context.now)
    await context.session.flush()


async def complete(context: EngagementContext, engagement_id: UUID, *, version: Expected, actor: Principal) -> None:
    """Complete an engagement, and give the adviser's place back: what the adviser covers is met.

    Where the staff group needs more, it looks for somebody again.
    """
    request, engagement = await lock_engagement(context, engagement_id, actor=actor)
    by = engagement.find_side(actor.identities)
    engagement.expect(version, EngagementStatus.ACTIVE, EngagementStatus.PAUSED)
    engagement.complete(by, now=context.now)
    await give_place_back(context, engagement)
    async with system_scope(context.session, "what else the staff group needs is not for this network to see"):
        if await _finish_needs(context, request, engagement.kind, met=True):
            await search_anew(context, request)


async def end_early(
    context: EngagementContext, engagement_id: UUID, *, reason: EndReason, version: Expected, actor: Principal
) -> None:
    """End an engagement early, give the adviser's place back, and let the staff group look for somebody again."""
    request, engagement = await lock_engagement(context, engagement_id, actor=actor)
    by = engagement.find_side(actor.identities)
    engagement.expect(version, *LIVE)
    engagement.end_early(reason, by=by, now=context.now)
    request.note_refusal(engagement.adviser_id)
    await give_place_back(context, engagement)
    async with system_scope(context.session, "whether other proposals are left is not for this network to see"):
        await _finish_needs(context, request, engagement.kind, met=False)
        await hand_over(context, request)
        await look_again(context, request, engagement.kind)


async def close(context: EngagementContext, case: CaseWithdrawn, *, readers: Sequence[str]) -> None:
    """End what belongs to a case that ended, and give the adviser's place back."""
    request = await requests.close_request(context.session, case, readers=readers, now=context.now)
    if request is None:
        return
    open_ones = [each for each in await list_engagements(context, request.id) if each.ended_at is None]
    for engagement in open_ones:
        if engagement.status is EngagementStatus.OFFERED:
            engagement.withdraw(now=context.now, by=None)
            await publishing.publish_declined(context, engagement)
        else:
            engagement.end_early(EndReason.CASE_ENDED, by=None, now=context.now)
            await give_place_back(context, engagement)
    await _finish_needs(context, request, None, met=False)
    # What a process of the release before agreed on has no engagement.
    everything = await list_engagements(context, request.id)
    if request.agreed_adviser_id and request.agreed_adviser_id not in {each.adviser_id for each in everything}:
        (await requests.lock_adviser(context.session, request.agreed_adviser_id)).give_place_back()


async def follow_readers(context: EngagementContext, case_id: UUID, *, readers: Sequence[str], sequence: int) -> None:
    """Show a case's engagements to whoever speaks for its staff group now."""
    request = await requests.follow_readers(context.session, case_id, readers=readers, sequence=sequence)
    if request is not None:
        for engagement in await list_engagements(context, request.id):
            engagement.follow(request)
        await context.session.flush()


async def process_due(context: EngagementContext, request_id: UUID) -> bool:
    """Do what the clocks of a request's engagements say, unless another process is at it; return if there was any."""
    query = select(SupportRequest).where(SupportRequest.id == request_id).with_for_update(skip_locked=True)
    request = await context.session.scalar(query)
    if request is None:
        return False
    engagements = await list_engagements(context, request_id)
    due = [each for each in engagements if each.due_at is not None and each.due_at <= context.now]
    for engagement in due:
        if engagement.status is EngagementStatus.OFFERED:
            at = engagement.lapse(now=context.now)
            request.note_refusal(engagement.adviser_id)
            await publishing.publish_declined(context, engagement, at=at)
            await offer_next(context, request, engagement.kind)
        else:
            await _miss_contact(context, engagement)
    return bool(due)


async def lock_engagement(
    context: EngagementContext, engagement_id: UUID, *, actor: Principal
) -> tuple[SupportRequest, Engagement]:
    """Return an engagement that the actor sees, in its request's row lock."""
    seen = visible_to(Engagement.readers, actor.identities)
    query = select(Engagement).where(Engagement.id == engagement_id, seen)
    found = await context.session.scalar(query)
    if found is None:
        raise NoSuchEngagement
    async with system_scope(context.session, "whoever sees the engagement may wait for its request"):
        locking = select(SupportRequest).where(SupportRequest.id == found.request_id).with_for_update()
        request = (await context.session.execute(locking)).scalar_one()
    engagement = await context.session.scalar(query.execution_options(populate_existing=True))
    if engagement is None:
        raise NoSuchEngagement
    return request, engagement


async def _require_askable(context: EngagementContext, request: SupportRequest, adviser: Adviser) -> None:
    """Refuse to ask a second one of a kind, and somebody who has declined this staff group."""
    request.require_free(adviser.kind)
    for each in await list_engagements(context, request.id):
        if each.adviser_id == adviser.id and each.status is EngagementStatus.DECLINED:
            raise AdviserHasDeclined("another proposal can be chosen")


async def _begin(context: EngagementContext, request: SupportRequest, adviser: Adviser, engagement: Engagement) -> None:
    """Take a place and begin. Where the staff group has consented, the network sees its case from now on."""
    today = find_civil_date(context.now)
    engagement.accept(add_working_days(today, context.terms.first_contact_working_days), now=context.now)
    request.agree(engagement.kind, adviser, now=context.now)
    await needs.take_up(context.session, request, adviser, engagement.kind, now=context.now)
    if engagement.consented_at is not None:
        await _share(context, request, adviser, engagement.kind)
    await publishing.publish_accepted(context, engagement)
    await publishing.publish_low_capacity(context, adviser)


async def _share(context: EngagementContext, request: SupportRequest, adviser: Adviser, kind: AdviserKind) -> None:
    proposal = await requests.get_proposal(context.session, request.id, adviser.id)
    await requests.share(context.session, request, proposal, adviser, kind=kind, now=context.now, outbox=context.outbox)


async def _finish_needs(
    context: EngagementContext, request: SupportRequest, kind: AdviserKind | None, *, met: bool
) -> bool:
    return await needs.finish(context.session, request, kind, met=met, now=context.now, outbox=context.outbox)


async def _miss_contact(context: EngagementContext, engagement: Engagement) -> None:
    at = engagement.miss_contact(now=context.now)
    await publishing.publish_contact_missed(context, engagement, at=at)


async def give_place_back(context: EngagementContext, engagement: Engagement) -> None:
    """Give the place back of an engagement that has just ended, and tell it. Nobody ends one twice."""
    async with system_scope(context.session, "a place is given back of an adviser whom another organisation keeps"):
        (await requests.lock_adviser(context.session, engagement.adviser_id)).give_place_back()
        await context.session.flush()
    await publishing.publish_ended(context, engagement)
