"""HTTP in, HTTP out: support requests."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_advice_matching.auth import SupportReader, SupportWriter
from rtp_advice_matching.requests import commands, queries
from rtp_advice_matching.requests.models import SupportStatus
from rtp_advice_matching.requests.schemas import Acceptance, SupportRequestLine, SupportRequestView
from rtp_advice_matching.resources.queries import list_offers
from rtp_shared.dependencies import After, Events, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.identities import Principal
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

support_requests = create_router(prefix="/v1/support-requests", tags=["Support requests"])


RequestId = Annotated[UUID, Path(description="The support request's id")]


@support_requests.get("")
async def list_support_requests(
    principal: SupportReader,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    case_id: Annotated[UUID | None, Query(alias="caseId", description="Of this case")] = None,
    status: SupportStatus | None = None,
) -> Page[SupportRequestLine]:
    """List the support requests you may see, newest first.

    They are seen by whoever sees the case, and by the networks of the advisers that were proposed.
    """
    key = decode_cursor(after, UUID)
    rows = await queries.list_requests(
        session,
        readers=principal.identities,
        limit=limit,
        after=key[0] if key else None,
        case_id=case_id,
        status=status,
    )
    page, last = cut(rows, limit)
    items = [SupportRequestLine.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.id))


@support_requests.get("/{request_id}")
async def get_support_request(
    request_id: RequestId, principal: SupportReader, session: Session, response: Response
) -> SupportRequestView:
    """Read a support request with its proposals, best match first, and the reasons for each.

    A request is opened when a case is submitted. Its status is `open` while nobody could be proposed, `proposed`,
    `agreed` once a proposal was accepted, and `closed` when the case has ended.
    """
    return await _show_request(session, request_id, principal, response)


@support_requests.post("/{request_id}/actions/accept")
async def accept(
    request_id: RequestId,
    acceptance: Acceptance,
    version: ExpectedVersion,
    principal: SupportWriter,
    session: Session,
    events: Events,
    now: Now,
    response: Response,
) -> SupportRequestView:
    """Accept one of the proposed advisers, and take one of their places. They become a party of the case.

    Within moments the case lists the adviser among its parties, as adviser, or as mentor where they are a mentor or an
    ambassador; the person's reference is the id in the directory. Their network sees the case from then on, as the
    holder of any party does. Whoever is in that role already is not entered twice.

    Only the client that opened the case may. Where somebody else took the last place first, the answer is 409 and
    another proposal can be accepted.
    """
    await commands.accept(
        session, request_id, adviser_id=acceptance.adviser_id, version=version, actor=principal, now=now, outbox=events
    )
    return await _show_request(session, request_id, principal, response)


async def _show_request(
    session: Session, request_id: UUID, principal: Principal, response: Response
) -> SupportRequestView:
    row = await queries.get_request(
        session, request_id, readers=principal.identities, own_identity=principal.own_identity
    )
    proposals = await queries.list_proposals(session, request_id, readers=principal.identities)
    offers = await list_offers(session, stage=row.stage, topics=row.topics, route=row.route, sector=row.sector)
    response.headers["ETag"] = format_etag(row.version)
    return SupportRequestView.model_validate({**row._mapping, "proposals": proposals, "resources": offers})  # noqa: SLF001 - SQLAlchemy's public name
