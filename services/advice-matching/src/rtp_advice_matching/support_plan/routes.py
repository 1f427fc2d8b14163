"""Support plans: HTTP in, HTTP out."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from rtp_advice_matching.auth import SupportReader, SupportWriter
from rtp_advice_matching.engagements.dependencies import Context
from rtp_advice_matching.needs import queries
from rtp_advice_matching.needs.models import NeedState
from rtp_advice_matching.requests.routes import RequestId, show_request
from rtp_advice_matching.requests.schemas import PreferencesGiven, SupportRequestView
from rtp_advice_matching.resources.queries import list_for_group
from rtp_advice_matching.sessions.entitlement import compute_entitlement
from rtp_advice_matching.sessions.queries import list_used
from rtp_advice_matching.sessions.schemas import EntitlementView
from rtp_advice_matching.support_plan import commands
from rtp_advice_matching.support_plan.offers import choose_offers
from rtp_advice_matching.support_plan.schemas import NeedChange, NeedView, OwnNeed, SupportPlanPage
from rtp_shared.db import AnyRow, system_scope
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Session
from rtp_shared.etags import format_etag
from rtp_shared.identities import Principal
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

support_plans = create_router(prefix="/v1/support-requests", tags=["Support requests"])

NeedId = Annotated[UUID, Path(description="The need's id")]


@support_plans.get("/{request_id}/needs")
async def list_needs(
    request_id: RequestId,
    principal: SupportReader,
    context: Context,
    limit: Limit = 50,
    after: After = None,
    state: NeedState | None = None,
) -> SupportPlanPage:
    """List what a staff group needs, oldest first, with what is on offer for each and what is left of its entitlement.

    Needs come with the stages that the case reaches, with barriers that are disclosed, and by the group's own word.
    They are for whoever sees the case; of what a barrier brought nobody learns who was not told of the barrier. A
    network of advisers sees the topics in the support request, and the needs once it sees the case.
    """
    group = await queries.get_seen_request(context.session, request_id, readers=principal.identities)
    key = decode_cursor(after, UUID)
    rows = await queries.list_needs(
        context.session,
        request_id,
        readers=principal.identities,
        limit=limit,
        after=key[0] if key else None,
        state=state,
    )
    page, last = cut(rows, limit)
    offers = await list_for_group(context.session, route=group.route, sector=group.sector)
    async with system_scope(context.session, "a sum over sessions tells nothing of any one"):
        used = await list_used(context.session, request_id)
    return SupportPlanPage(
        items=[_view(row, offers) for row in page],
        next=last and encode_cursor(last.id),
        entitlement=EntitlementView.model_validate(compute_entitlement(group.route, used, context.terms)),
    )


@support_plans.get("/{request_id}/needs/{need_id}")
async def get_need(
    request_id: RequestId, need_id: NeedId, principal: SupportReader, session: Session, response: Response
) -> NeedView:
    """Read one need of a staff group."""
    return await _show(session, request_id, need_id, principal, response)


@support_plans.post("/{request_id}/needs", status_code=201)
async def add_need(
    request_id: RequestId, need: OwnNeed, principal: SupportWriter, context: Context, response: Response
) -> NeedView:
    """Add a need that the staff group has by its own word. For the client that opened the case.

    Unless somebody is asked or at work already, advisers are proposed anew; beside somebody who is, only kinds of
    support that an open need names and of which nobody is. What is on the list is not added twice: the
    answer is 409, with the address of what can be reopened instead.
    """
    need_id = await commands.add_need(context, request_id, kind=need.kind_sought, topic=need.topic, actor=principal)
    response.headers["Location"] = f"/v1/support-requests/{request_id}/needs/{need_id}"
    return await _show(context.session, request_id, need_id, principal, response)


@support_plans.patch("/{request_id}/needs/{need_id}")
async def change_need(
    request_id: RequestId,
    need_id: NeedId,
    change: NeedChange,
    version: ExpectedVersion,
    principal: SupportWriter,
    context: Context,
    response: Response,
) -> NeedView:
    """Say that a need is met, or not needed with a reason, or open it anew. For the client that opened the case.

    A need that rests by the course of its case (its stage is left, its barrier closed) is not changed: 409. For what is
    open anew advisers are proposed anew, as for one that is added.
    """
    await commands.change_need(
        context,
        request_id,
        need_id,
        state=change.state,
        reason=change.reason,
        version=version,
        actor=principal,
    )
    return await _show(context.session, request_id, need_id, principal, response)


@support_plans.put("/{request_id}/preferences")
async def set_support_preferences(
    request_id: RequestId,
    preferences: PreferencesGiven,
    version: ExpectedVersion,
    principal: SupportWriter,
    context: Context,
    response: Response,
) -> SupportRequestView:
    """Say what the staff group asks of its adviser: all of it at once; what is left out is not asked any more.

    Whoever does not meet all of it is not proposed, in whatever way. The proposals are looked through again: whoever
    may not help any more is taken out, the others keep their ranks, and the best of all others come after them. Where
    nobody is left, `wouldChange` says what would change it.

    Only the client that opened the case may, while no offer waits and the case has not ended; once somebody was agreed
    on, only while a need is open for another kind of support.
    """
    await commands.change_preferences(context, request_id, preferences.model_dump(), version=version, actor=principal)
    return await show_request(context.session, request_id, principal, response)


async def _show(
    session: Session, request_id: UUID, need_id: UUID, principal: Principal, response: Response
) -> NeedView:
    group = await queries.get_seen_request(session, request_id, readers=principal.identities)
    row = await queries.get_need(session, request_id, need_id, readers=principal.identities)
    offers = await list_for_group(session, route=group.route, sector=group.sector)
    response.headers["ETag"] = format_etag(row.version)
    return _view(row, offers)


def _view(need: AnyRow, offers: Sequence[AnyRow]) -> NeedView:
    chosen = choose_offers(offers, stage=need.stage, topic=need.topic)
    return NeedView.model_validate({**need._mapping, "resources": chosen})  # noqa: SLF001 - SQLAlchemy's public name
