"""Matching rounds: HTTP in, HTTP out."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_advice_matching.auth import SupportMatcher
from rtp_advice_matching.dependencies import Rules
from rtp_advice_matching.rounds import commands, queries
from rtp_advice_matching.rounds.models import RoundStatus
from rtp_advice_matching.rounds.rules.snapshot import Parameters
from rtp_advice_matching.rounds.schemas import (
    CommitPreview,
    PairView,
    RoundFigures,
    RoundOpening,
    RoundPreview,
    RoundView,
)
from rtp_shared.dependencies import After, Events, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.identities import Principal
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

matching_rounds = create_router(prefix="/v1/matching-rounds", tags=["Matching rounds"])

RoundId = Annotated[UUID, Path(description="The round's id")]
DryRun = Annotated[bool, Query(alias="dryRun", description="Work it out, and save nothing")]
_PREVIEW: dict[int | str, dict[str, Any]] = {200: {"model": RoundPreview, "description": "A dry run"}}


@matching_rounds.post("", status_code=201, responses=_PREVIEW)
async def compute_matching_round(
    opening: RoundOpening,
    principal: SupportMatcher,
    session: Session,
    rules: Rules,
    now: Now,
    response: Response,
    dry_run: DryRun = False,
) -> RoundView | RoundPreview:
    """Work out who would best be proposed to whom, over all support requests that are open or proposed.

    The result is stable: no request and adviser would both rather have each other than what they got. A request ranks
    advisers by the published score; an adviser ranks requests by that score and by the weeks that they wait. Nobody
    gets more requests than places, and no conflict of interest or other constraint is set aside. Where preferences
    tie, as many requests get somebody as a fast method can find: two thirds of the most at the least. The method
    `exact` takes longer, for fewer requests, and finds the most.

    A saved round proposes nothing until it is committed. With `dryRun` it is not saved. Over HTTP 2,000 requests take
    part at most, who waits longest first: `moreWaiting` says whether there are more, for whom the operator has the
    command `match_round`.
    """
    parameters = Parameters(opening.list_length, opening.seed, opening.method, rules, kind=opening.kind)
    certified = await commands.compute(session, parameters, now=now)
    if dry_run:
        response.status_code = 200
        pairs = [PairView(request_id=request, adviser_id=adviser) for request, adviser in certified.list_pairs()]
        figures = RoundFigures.model_validate(certified.figures)
        return RoundPreview(input_hash=certified.input_hash, figures=figures, pairs=pairs)
    round_id = await commands.save(session, certified, organisation=principal.organisation, now=now)
    response.headers["Location"] = f"/v1/matching-rounds/{round_id}"
    return await _show_round(session, round_id, principal, response)


@matching_rounds.get("")
async def list_matching_rounds(
    principal: SupportMatcher,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    status: RoundStatus | None = None,
) -> Page[RoundView]:
    """List the matching rounds of your organisation, newest first."""
    key = decode_cursor(after, UUID)
    rows = await queries.list_rounds(
        session, readers=principal.identities, limit=limit, after=key[0] if key else None, status=status
    )
    page, last = cut(rows, limit)
    items = [RoundView.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.id))


@matching_rounds.get("/{round_id}")
async def get_matching_round(
    round_id: RoundId, principal: SupportMatcher, session: Session, response: Response
) -> RoundView:
    """Read a matching round of your organisation."""
    return await _show_round(session, round_id, principal, response)


@matching_rounds.get(
    "/{round_id}/certificate",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def get_matching_round_certificate(round_id: RoundId, principal: SupportMatcher, session: Session) -> Response:
    """Read a round's certificate: for each request who and why, why nobody else, and what would change it.

    It holds all that went in and its hash, and is the same to the byte whenever the same is worked out again. The
    script `verify_round.py` of the advice-matching service checks it with nothing but Python. It is for the operator
    alone: it says who else was considered.
    """
    certificate = await queries.get_certificate(session, round_id, readers=principal.identities)
    return Response(certificate, media_type="application/json")


@matching_rounds.post("/{round_id}/actions/commit")
async def commit_matching_round(
    round_id: RoundId,
    version: ExpectedVersion,
    principal: SupportMatcher,
    session: Session,
    events: Events,
    rules: Rules,
    now: Now,
    response: Response,
    dry_run: DryRun = False,
) -> RoundView | CommitPreview:
    """Make the pairs of a round the first proposals of their requests.

    Proposals that a request has stay, after the new one. Who sees the case is told, and the adviser's network if it was
    not told before; nobody learns who else was considered. A pair is left out where its request has changed since, or
    the adviser may not help any more; the answer names those. With `dryRun` they are named, and nobody is told.
    """
    if dry_run:
        proposed, left_out = await commands.preview_commit(
            session, round_id, version=version, readers=principal.identities, rules=rules, now=now
        )
        return CommitPreview.model_validate({"proposed": proposed, "left_out": left_out})
    await commands.commit(
        session, round_id, version=version, readers=principal.identities, rules=rules, now=now, outbox=events
    )
    return await _show_round(session, round_id, principal, response)


async def _show_round(session: Session, round_id: UUID, principal: Principal, response: Response) -> RoundView:
    row = await queries.get_round(session, round_id, readers=principal.identities)
    response.headers["ETag"] = format_etag(row.version)
    return RoundView.model_validate(row)
