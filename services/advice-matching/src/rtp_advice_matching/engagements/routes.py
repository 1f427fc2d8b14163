"""Engagements: HTTP in, HTTP out."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from rtp_advice_matching.auth import SupportReader, SupportWriter
from rtp_advice_matching.engagements import commands, queries
from rtp_advice_matching.engagements.dependencies import Context, EngagementId
from rtp_advice_matching.engagements.models import EngagementStatus
from rtp_advice_matching.engagements.schemas import (
    Acceptance,
    Decline,
    EarlyEnd,
    EngagementOffer,
    EngagementView,
    FirstContact,
)
from rtp_advice_matching.requests.routes import RequestId, show_request
from rtp_advice_matching.requests.schemas import SupportRequestView
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Session
from rtp_shared.etags import format_etag
from rtp_shared.identities import Principal
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

acceptances = create_router(prefix="/v1/support-requests", tags=["Support requests"])
engagements = create_router(prefix="/v1/engagements", tags=["Engagements"])


@acceptances.post("/{request_id}/actions/accept")
async def accept(
    request_id: RequestId,
    acceptance: Acceptance,
    version: ExpectedVersion,
    principal: SupportWriter,
    context: Context,
    response: Response,
) -> SupportRequestView:
    """Accept one of the proposed advisers, and take one of their places. They become a party of the case.

    A network that publishes a free place has accepted beforehand; to ask it first, make an engagement instead
    (`POST /v1/engagements`). Accepting is the staff group's consent too: within moments the case lists the adviser
    among its parties, as adviser, or as mentor where they are a mentor or an ambassador; the person's reference is the
    id in the directory. Their network sees the case from then on, as the holder of any party does. Whoever is in that
    role already is not entered twice.

    Only the client that opened the case may. Where somebody else took the last place first, the answer is 409 and
    another proposal can be accepted. An adviser who declined an offer of this staff group cannot be accepted.
    """
    await commands.accept_proposal(
        context, request_id, adviser_id=acceptance.adviser_id, version=version, actor=principal
    )
    return await show_request(context.session, request_id, principal, response)


@engagements.post(
    "", status_code=201, responses={404: {"description": "There is no such support request, or you may not know of it"}}
)
async def offer_engagement(
    offer: EngagementOffer, principal: SupportWriter, context: Context, response: Response
) -> EngagementView:
    """Offer the staff group to one of the proposed advisers, whose network has some working days to answer.

    Only the client that opened the case may. One of each kind (adviser, mentor, ambassador) is asked or at work at a
    time, the kinds beside each other. No place is held meanwhile. Where the offer is declined or lapses, it goes by
    itself to whoever of the kind fits best then and was not asked before; where there is none, and nobody of another
    kind is asked or at work, to whoever of any kind does. The network sees
    sector, region, stage and topics; the case it sees once it has accepted and the staff group has consented.
    """
    engagement_id = await commands.offer(
        context,
        offer.support_request_id,
        adviser_id=offer.adviser_id,
        consented=offer.consent,
        actor=principal,
    )
    response.headers["Location"] = f"/v1/engagements/{engagement_id}"
    return await _show(context.session, engagement_id, principal, response)


@engagements.get("")
async def list_engagements(
    principal: SupportReader,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    request_id: Annotated[UUID | None, Query(alias="supportRequestId", description="Of this support request")] = None,
    adviser_id: Annotated[UUID | None, Query(alias="adviserId", description="Of this adviser")] = None,
    status: EngagementStatus | None = None,
) -> Page[EngagementView]:
    """List the engagements you may see, newest first.

    They are seen by the client that opened the case, by the network of their adviser, and by the central team.
    """
    key = decode_cursor(after, UUID)
    rows = await queries.list_engagements(
        session,
        readers=principal.identities,
        limit=limit,
        after=key[0] if key else None,
        request_id=request_id,
        adviser_id=adviser_id,
        status=status,
    )
    page, last = cut(rows, limit)
    items = [EngagementView.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.id))


@engagements.get("/{engagement_id}")
async def get_engagement(
    engagement_id: EngagementId, principal: SupportReader, session: Session, response: Response
) -> EngagementView:
    """Read an engagement."""
    return await _show(session, engagement_id, principal, response)


@engagements.post("/{engagement_id}/actions/accept")
async def accept_engagement(
    engagement_id: EngagementId,
    version: ExpectedVersion,
    principal: SupportWriter,
    context: Context,
    response: Response,
) -> EngagementView:
    """Accept an offer, and take one of the adviser's places. For the adviser's network.

    Where another staff group took the last place first, the answer is 409. The clock of the first contact begins.
    """
    await commands.accept(context, engagement_id, version=version, actor=principal)
    return await _show(context.session, engagement_id, principal, response)


@engagements.post("/{engagement_id}/actions/decline")
async def decline_engagement(
    engagement_id: EngagementId,
    decline: Decline,
    version: ExpectedVersion,
    principal: SupportWriter,
    context: Context,
    response: Response,
) -> EngagementView:
    """Decline an offer, with a reason. For the adviser's network. The next best adviser is asked by itself."""
    await commands.decline(context, engagement_id, reason=decline.reason, version=version, actor=principal)
    return await _show(context.session, engagement_id, principal, response)


@engagements.post("/{engagement_id}/actions/withdraw")
async def withdraw_engagement(
    engagement_id: EngagementId,
    version: ExpectedVersion,
    principal: SupportWriter,
    context: Context,
    response: Response,
) -> EngagementView:
    """Take an offer back before it is answered. For the client that opened the case."""
    await commands.withdraw(context, engagement_id, version=version, actor=principal)
    return await _show(context.session, engagement_id, principal, response)


@engagements.post("/{engagement_id}/actions/consent")
async def consent_to_engagement(
    engagement_id: EngagementId,
    version: ExpectedVersion,
    principal: SupportWriter,
    context: Context,
    response: Response,
) -> EngagementView:
    """Consent that the adviser's network sees the case, once it has accepted. For the client that opened the case.

    The adviser becomes a party of the case by this or by the acceptance, whichever is later.
    """
    await commands.consent(context, engagement_id, version=version, actor=principal)
    return await _show(context.session, engagement_id, principal, response)


@engagements.post("/{engagement_id}/actions/record-first-contact")
async def record_first_contact(
    engagement_id: EngagementId,
    contact: FirstContact,
    version: ExpectedVersion,
    principal: SupportWriter,
    context: Context,
    response: Response,
) -> EngagementView:
    """Record when both sides met first. For either side, also after the time for it is up.

    A contact that was in time and is recorded late was in time: that it was missed is corrected.
    """
    await commands.record_contact(context, engagement_id, day=contact.on, version=version, actor=principal)
    return await _show(context.session, engagement_id, principal, response)


@engagements.post("/{engagement_id}/actions/pause")
async def pause_engagement(
    engagement_id: EngagementId,
    version: ExpectedVersion,
    principal: SupportWriter,
    context: Context,
    response: Response,
) -> EngagementView:
    """Let an active engagement rest. For either side; the adviser's place stays taken."""
    await commands.pause(context, engagement_id, version=version, actor=principal)
    return await _show(context.session, engagement_id, principal, response)


@engagements.post("/{engagement_id}/actions/resume")
async def resume_engagement(
    engagement_id: EngagementId,
    version: ExpectedVersion,
    principal: SupportWriter,
    context: Context,
    response: Response,
) -> EngagementView:
    """Go on with a paused engagement. For either side."""
    await commands.resume(context, engagement_id, version=version, actor=principal)
    return await _show(context.session, engagement_id, principal, response)


@engagements.post("/{engagement_id}/actions/complete")
async def complete_engagement(
    engagement_id: EngagementId,
    version: ExpectedVersion,
    principal: SupportWriter,
    context: Context,
    response: Response,
) -> EngagementView:
    """Complete an active or paused engagement, and give the adviser's place back. For either side."""
    await commands.complete(context, engagement_id, version=version, actor=principal)
    return await _show(context.session, engagement_id, principal, response)


@engagements.post("/{engagement_id}/actions/end-early")
async def end_engagement_early(
    engagement_id: EngagementId,
    end: EarlyEnd,
    version: ExpectedVersion,
    principal: SupportWriter,
    context: Context,
    response: Response,
) -> EngagementView:
    """End an engagement early, with a reason, and give the adviser's place back. For either side.

    The support request looks for somebody again. The adviser stays a party of the case until the staff group ends that.
    """
    await commands.end_early(context, engagement_id, reason=end.reason, version=version, actor=principal)
    return await _show(context.session, engagement_id, principal, response)


async def _show(session: Session, engagement_id: UUID, principal: Principal, response: Response) -> EngagementView:
    row = await queries.get_engagement(session, engagement_id, readers=principal.identities)
    response.headers["ETag"] = format_etag(row.version)
    return EngagementView.model_validate(row)
