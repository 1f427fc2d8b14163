"""Erasing one person: HTTP in, HTTP out."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_applications.auth import CaseReader, CaseWriter
from rtp_applications.cases.dependencies import Context
from rtp_applications.erasures import commands, queries
from rtp_applications.erasures.schemas import (
    PersonalErasureCounts,
    PersonalErasureOpening,
    PersonalErasurePreview,
    PersonalErasureView,
    list_kept,
)
from rtp_shared.db import AnyRow
from rtp_shared.dependencies import After, Limit, OfferedVersion, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

personal_erasures = create_router(prefix="/v1/personal-erasures", tags=["Personal data"])

ErasureId = Annotated[UUID, Path(description="The erasure's id")]
DryRun = Annotated[bool, Query(alias="dryRun", description="Only count what would go, and erase nothing")]
_OTHERWISE: dict[int | str, dict[str, Any]] = {
    200: {"model": PersonalErasurePreview, "description": "A dry run"},
    404: {"description": "No case names such a person for whom you answer"},
    409: {"description": "The person still has a part in a case that goes on, or every case is on legal hold"},
}


@personal_erasures.post("", status_code=201, responses=_OTHERWISE)
async def erase_person(
    opening: PersonalErasureOpening,
    principal: CaseWriter,
    context: Context,
    version: OfferedVersion,
    response: Response,
    dry_run: DryRun = False,
) -> PersonalErasureView | PersonalErasurePreview:
    """Erase a person from cases and their histories, for good: the name, the reference, and what is said about them.

    The client or organisation that vouches for the person, or vouched, has them erased in the cases in which it did so;
    whoever answers for the data, with the scope `cases:erase`, in all. A part in a case that goes on is ended first.

    The reference gives way to one pseudonym everywhere. Hashes stay: every history and bundle still verifies, and the
    entry that tells of the erasure commits to what is left. What stays, and by which law, is said in `kept`. Advisers'
    references in matching rounds, and texts of engagements, are erased at `/v1/support-erasures`; what subscribers hold
    of a party, at `/v1/erasures`.

    With `dryRun` what would go is counted. Its ETag stands for that; with it in If-Match nothing else goes (412).
    """
    if dry_run:
        counts, found = await commands.preview(context, opening.reference, actor=principal)
        response.status_code, response.headers["ETag"] = 200, format_etag(found)
        shown = PersonalErasureCounts(**counts)
        return PersonalErasurePreview(counts=shown, kept=list_kept(shown))
    erasure_id = await commands.erase(context, opening.reference, opening.reason, actor=principal, version=version)
    response.headers["Location"] = f"/v1/personal-erasures/{erasure_id}"
    return _build_view(await queries.get_erasure(context.session, erasure_id, readers=principal.identities))


@personal_erasures.get("")
async def list_personal_erasures(
    principal: CaseReader, session: Session, limit: Limit = 50, after: After = None
) -> Page[PersonalErasureView]:
    """List the erasures of persons that your client had done; of whoever answers for the data, its organisation.
    Newest first.
    """
    key = decode_cursor(after, UUID)
    rows = await queries.list_erasures(
        session, readers=principal.identities, limit=limit, after=key[0] if key else None
    )
    page, last = cut(rows, limit)
    return Page(items=[_build_view(row) for row in page], next=last and encode_cursor(last.id))


@personal_erasures.get("/{personal_erasure_id}")
async def get_personal_erasure(
    personal_erasure_id: ErasureId, principal: CaseReader, session: Session
) -> PersonalErasureView:
    """Read what was erased, counted, and why."""
    return _build_view(await queries.get_erasure(session, personal_erasure_id, readers=principal.identities))


def _build_view(row: AnyRow) -> PersonalErasureView:
    counts = PersonalErasureCounts(**row.counts)
    return PersonalErasureView(
        id=row.id,
        pseudonym=row.pseudonym,
        reason=row.reason,
        client_id=row.client_id,
        counts=counts,
        kept=list_kept(counts),
        erased_at=row.erased_at,
    )
