"""HTTP in, HTTP out: support requests."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_advice_matching.auth import Anyone, SupportReader
from rtp_advice_matching.constraints import IN_WORDS, Ground
from rtp_advice_matching.dependencies import Rules
from rtp_advice_matching.matching import PROPOSED_AT_MOST
from rtp_advice_matching.requests import queries
from rtp_advice_matching.requests.models import SupportStatus
from rtp_advice_matching.requests.schemas import (
    ConstraintView,
    MatchingRulesView,
    SupportRequestLine,
    SupportRequestView,
)
from rtp_advice_matching.requests.strand_queries import list_strands
from rtp_advice_matching.resources.queries import list_offers
from rtp_shared.dependencies import After, Limit, Session
from rtp_shared.etags import format_etag
from rtp_shared.identities import Principal
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

support_requests = create_router(prefix="/v1/support-requests", tags=["Support requests"])
matching_rules = create_router(prefix="/v1/matching-rules", tags=["Support requests"])

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
    `offered` while a network is asked, `agreed` once both sides accepted, and `closed` when the case has ended.

    An adviser, a mentor and an ambassador can be asked and be at work beside each other, one of each kind at a time:
    `strands` says how the search for each stands. `status` and `agreedAdviserId` are of all of them together: agreed
    once anybody is, on the adviser first, then the mentor, then the ambassador. A network is told of those kinds alone
    of which its own people were proposed.

    A network sees sector, region, stage and topics. The case's number, its bodies and the rest it sees once it was
    agreed on and the staff group has consented.
    """
    return await show_request(session, request_id, principal, response)


async def show_request(
    session: Session, request_id: UUID, principal: Principal, response: Response
) -> SupportRequestView:
    """Answer with a request as the caller may see it."""
    row = await queries.get_request(
        session, request_id, readers=principal.identities, own_identity=principal.own_identity
    )
    proposals = await queries.list_proposals(session, request_id, readers=principal.identities)
    offers = await list_offers(session, stage=row.stage, topics=row.topics, route=row.route, sector=row.sector)
    response.headers["ETag"] = format_etag(row.version)
    strands = await list_strands(session, row, proposals)
    passed_over = await queries.summarise_not_proposed(session, row)
    shown = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
    return SupportRequestView.model_validate(
        {**shown, **passed_over, "proposals": proposals, "strands": strands, "resources": offers}
    )


@matching_rules.get("")
async def get_matching_rules(_: Anyone, rules: Rules) -> MatchingRulesView:
    """Read what matching goes by: the constraints that nobody is proposed against, and the points of a score.

    The operator sets the points. Each proposal says those that it was scored by, and a round's certificate those of the
    round.
    """
    constraints = [
        ConstraintView(ground=ground, reason=IN_WORDS[ground])
        for ground in Ground
        if ground is not Ground.OTHERS_COME_FIRST
    ]
    return MatchingRulesView(
        constraints=constraints,
        weights=dict(rules.weights),
        proposed_at_most=PROPOSED_AT_MOST,
        points_per_week=rules.points_per_week,
        points_for_waiting=rules.points_for_waiting,
        hours_each=rules.hours_each,
    )
