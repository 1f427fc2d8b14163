"""HTTP in, HTTP out: repairs and simulations of a round."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_advice_matching.auth import SupportMatcher
from rtp_advice_matching.dependencies import Rules
from rtp_advice_matching.engagements.dependencies import Context
from rtp_advice_matching.repairs import commands, queries
from rtp_advice_matching.repairs.schemas import (
    RepairCommitPreview,
    RepairOpening,
    RepairPreview,
    RepairView,
    SimulationView,
    Supposition,
)
from rtp_advice_matching.repairs.simulation import simulate
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.identities import Principal
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

repairs = create_router(prefix="/v1/matching-rounds/{round_id}", tags=["Matching rounds"])

RoundId = Annotated[UUID, Path(description="The round's id")]
RepairId = Annotated[UUID, Path(description="The repair's id")]
DryRun = Annotated[bool, Query(alias="dryRun", description="Work it out, and save nothing")]
_PREVIEW: dict[int | str, dict[str, Any]] = {200: {"model": RepairPreview, "description": "A dry run"}}


@repairs.post("/repairs", status_code=201, responses=_PREVIEW)
async def compute_repair(
    round_id: RoundId,
    opening: RepairOpening,
    principal: SupportMatcher,
    session: Session,
    rules: Rules,
    now: Now,
    response: Response,
    dry_run: DryRun = False,
) -> RepairView | RepairPreview:
    """Work out how a round is repaired after an adviser has dropped out, has fewer places, or a request was withdrawn.

    What has changed in the directory and the requests since the round is found; more may be named. The result is stable
    again by the preferences of the round, and of all such results it moves the fewest requests (`atLeast` says what is
    proved). The answer names who is moved, directly and indirectly, and how well the adviser fits before and after.
    Groups that have agreed on an adviser who has left, or have an offer there, are not moved: `ending` names them.
    Committing the repair ends what they have, and each needs somebody else.

    A saved repair proposes nothing until it is committed. With `dryRun` it is not saved.
    """
    computed = await commands.compute(session, round_id, opening, readers=principal.identities, rules=rules, now=now)
    if dry_run:
        response.status_code = 200
        return RepairPreview.model_validate(commands.summarise(computed))
    repair_id = await commands.save(session, round_id, opening, computed, by=principal, now=now)
    response.headers["Location"] = f"/v1/matching-rounds/{round_id}/repairs/{repair_id}"
    return await _show_repair(session, round_id, repair_id, principal, response)


@repairs.get("/repairs")
async def list_repairs(
    round_id: RoundId, principal: SupportMatcher, session: Session, limit: Limit = 50, after: After = None
) -> Page[RepairView]:
    """List the repairs of a round of your organisation, newest first."""
    key = decode_cursor(after, UUID)
    rows = await queries.list_repairs(
        session, round_id, readers=principal.identities, limit=limit, after=key[0] if key else None
    )
    page, last = cut(rows, limit)
    items = [RepairView.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.id))


@repairs.get("/repairs/{repair_id}")
async def get_repair(
    round_id: RoundId, repair_id: RepairId, principal: SupportMatcher, session: Session, response: Response
) -> RepairView:
    """Read a repair of a round of your organisation."""
    return await _show_repair(session, round_id, repair_id, principal, response)


@repairs.get(
    "/repairs/{repair_id}/document",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def get_repair_document(
    round_id: RoundId, repair_id: RepairId, principal: SupportMatcher, session: Session
) -> Response:
    """Read a repair with all that changed, as the script `verify_repair.py` checks it beside the round's certificate.

    It names requests and advisers by their places in the certificate.
    """
    document = await queries.get_document(session, round_id, repair_id, readers=principal.identities)
    return Response(document, media_type="application/json")


@repairs.post("/repairs/{repair_id}/actions/commit")
async def commit_repair(
    round_id: RoundId,
    repair_id: RepairId,
    version: ExpectedVersion,
    principal: SupportMatcher,
    context: Context,
    response: Response,
    dry_run: DryRun = False,
) -> RepairView | RepairCommitPreview:
    """Make the new pairs of a repair the first proposals of their requests.

    It is refused where anything that the repair rests on has changed since it was worked out (`basisHash`): others
    would be moved than were named. The round itself must be committed. Whoever keeps the adviser is told nothing.

    What `ending` names is ended: an engagement early, with the reason `adviser-unavailable`, so that its group looks
    for somebody again; an offer is taken back, and the next best adviser is asked by itself. With `dryRun` nothing is
    done, and the answer says what would be.
    """
    if dry_run:
        previewed = await commands.preview_commit(context, round_id, repair_id, version=version, actor=principal)
        return RepairCommitPreview.model_validate(previewed)
    await commands.commit(context, round_id, repair_id, version=version, actor=principal)
    return await _show_repair(context.session, round_id, repair_id, principal, response)


@repairs.post("/what-ifs")
async def simulate_round(
    round_id: RoundId, supposed: Supposition, principal: SupportMatcher, session: Session
) -> SimulationView:
    """Work a round out anew on its own input with something supposed to be otherwise, and save nothing.

    More places, an adviser more or less, other weights of the score: the answer says how many would get somebody, and
    who somebody else than now. An adviser who is not there has an id of zeros and its number in `withAdvisers`.
    """
    return SimulationView.model_validate(await simulate(session, round_id, supposed, readers=principal.identities))


async def _show_repair(
    session: Session, round_id: UUID, repair_id: UUID, principal: Principal, response: Response
) -> RepairView:
    row = await queries.get_repair(session, round_id, repair_id, readers=principal.identities)
    response.headers["ETag"] = format_etag(row.version)
    return RepairView.model_validate(row)
