"""Erasing on request: HTTP in, HTTP out."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_advice_matching.auth import SupportReader, SupportWriter
from rtp_advice_matching.erasures import commands, queries
from rtp_advice_matching.erasures.commands import ErasureOrder, ErasureSubject
from rtp_advice_matching.erasures.schemas import (
    ErasureCounts,
    SupportErasureOpening,
    SupportErasurePreview,
    SupportErasureView,
)
from rtp_shared.dependencies import After, Limit, Now, OfferedVersion, Session
from rtp_shared.etags import format_etag
from rtp_shared.identities import Principal
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

support_erasures = create_router(prefix="/v1/support-erasures", tags=["Support erasures"])

ErasureId = Annotated[UUID, Path(description="The erasure's id")]
DryRun = Annotated[bool, Query(alias="dryRun", description="Only count what would go, and erase nothing")]
_OTHERWISE: dict[int | str, dict[str, Any]] = {
    200: {
        "model": SupportErasurePreview | SupportErasureView,
        "description": "A dry run; or nothing is left to erase, and this is the erasure of before",
    },
    404: {"description": "There is no such thing, or you may not know of it; or nothing names the person"},
}


@support_erasures.post("", status_code=201, responses=_OTHERWISE)
async def erase_support_texts(
    opening: SupportErasureOpening,
    principal: SupportWriter,
    session: Session,
    now: Now,
    version: OfferedVersion,
    response: Response,
    dry_run: DryRun = False,
) -> SupportErasureView | SupportErasurePreview:
    """Erase what people wrote, or who they were, for good.

    The client that opened the case has its own texts erased, of one engagement or of the whole support request; a
    network its own texts of an engagement, or all that it keeps of one of its people (that needs the scope
    `advisers:write` as well); a goal goes for either. Whoever answers for the data, with the scope `support:erase`, has
    anybody's erased, and the reference of a person who acted on matching rounds.

    What went shows nowhere any more, also not in the answer to a repeated request, which is `{}` then. Days, hours,
    ratings, states, reasons from closed lists and events stay: they name nobody but by id. So do the certificates of
    rounds; of a support request what they say of its needs is withheld, and they can be checked still.

    With `dryRun` what would go is counted. Its ETag stands for that; with it in If-Match nothing else goes (412).
    """
    subject = ErasureSubject(opening.scope, opening.id, opening.reference)
    if dry_run:
        counts, found = await commands.preview(session, subject, actor=principal)
        response.status_code, response.headers["ETag"] = 200, format_etag(found)
        return SupportErasurePreview(scope=opening.scope, counts=ErasureCounts(**counts))
    order = ErasureOrder(opening.reason, version, principal, now)
    erasure_id, is_new = await commands.erase(session, subject, order)
    if is_new:
        response.headers["Location"] = f"/v1/support-erasures/{erasure_id}"
    else:
        response.status_code = 200
    return await _show(session, erasure_id, principal)


@support_erasures.get("")
async def list_support_erasures(
    principal: SupportReader, session: Session, limit: Limit = 50, after: After = None
) -> Page[SupportErasureView]:
    """List the erasures that your client had done; for a network and the operator, their organisation. Newest first."""
    key = decode_cursor(after, UUID)
    rows = await queries.list_erasures(
        session, readers=principal.identities, limit=limit, after=key[0] if key else None
    )
    page, last = cut(rows, limit)
    items = [SupportErasureView.model_validate(row) for row in page]
    return Page(items=items, next=last and encode_cursor(last.id))


@support_erasures.get("/{support_erasure_id}")
async def get_support_erasure(
    support_erasure_id: ErasureId, principal: SupportReader, session: Session
) -> SupportErasureView:
    """Read what was erased, counted, and why. The content is nowhere any more."""
    return await _show(session, support_erasure_id, principal)


async def _show(session: Session, erasure_id: UUID, principal: Principal) -> SupportErasureView:
    row = await queries.get_erasure(session, erasure_id, readers=principal.identities)
    return SupportErasureView.model_validate(row)
