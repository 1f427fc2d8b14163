"""HTTP in, HTTP out: shortlists."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from rtp_finance_directory.auth import FinanceReader
from rtp_finance_directory.shortlists import queries
from rtp_finance_directory.shortlists.schemas import (
    ShortlistEditionLine,
    ShortlistEditions,
    ShortlistEditionView,
    ShortlistedProduct,
    ShortlistPage,
    ShortlistSummary,
    ShortlistView,
)
from rtp_shared.dependencies import After, Limit, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

shortlists = create_router(prefix="/v1/shortlists", tags=["Shortlists"])


@shortlists.get("")
async def list_shortlists(
    principal: FinanceReader,
    session: Session,
    limit: Limit = 50,
    after: After = None,
    case_id: Annotated[UUID | None, Query(alias="caseId", description="Only the shortlist of this case")] = None,
) -> ShortlistPage:
    """List the shortlists of the cases you may see, newest first."""
    key = decode_cursor(after, UUID)
    rows = await queries.list_shortlists(
        session, readers=principal.identities, limit=limit, after=key[0] if key else None, case_id=case_id
    )
    page, last = cut(rows, limit)
    items = [ShortlistSummary.model_validate(row) for row in page]
    return ShortlistPage(items=items, next=last and encode_cursor(last.id))


@shortlists.get("/{case_id}")
async def get_shortlist(
    case_id: Annotated[UUID, Path(description="The case's id")],
    principal: FinanceReader,
    session: Session,
    response: Response,
) -> ShortlistView:
    """Read which finance products fit a case, and why.

    The shortlist is made when the case is submitted and keeps the verdicts of that day, so that they can be
    explained later. It is made again when the case is of another sector or region than before, has another legal
    form, seeks another amount, was given other subsidies, or its mutual is to go live on another day, and says what
    that changed. `outlook` says of each product that may fit what it would mean: what it leaves open of the amount,
    whether it is decided before the mutual goes live, and what the money costs. Every product has the answer of
    every rule; one that does not fit names the first rule that fails. A shortlist is information, never an offer.
    """
    shortlist, lines = await queries.get_shortlist(session, case_id, readers=principal.identities)
    response.headers["ETag"] = format_etag(shortlist.version)
    shown = [ShortlistedProduct.model_validate(line) for line in lines]
    return ShortlistView.model_validate({**shortlist._mapping, "products": shown})  # noqa: SLF001 - SQLAlchemy's public name


@shortlists.get("/{case_id}/editions")
async def list_shortlist_editions(
    case_id: Annotated[UUID, Path(description="The case's id")], principal: FinanceReader, session: Session
) -> ShortlistEditions:
    """List every edition of a case's shortlist, newest first, with its facts and with what it changed."""
    present, _ = await queries.get_shortlist(session, case_id, readers=principal.identities)
    former = await queries.list_former_editions(session, case_id, readers=principal.identities)
    return ShortlistEditions(items=[ShortlistEditionLine.model_validate(each) for each in (present, *former)])


@shortlists.get("/{case_id}/editions/{edition}")
async def get_shortlist_edition(
    case_id: Annotated[UUID, Path(description="The case's id")],
    edition: Annotated[int, Path(ge=1, le=2**31 - 1, description="Its number")],
    principal: FinanceReader,
    session: Session,
) -> ShortlistEditionView:
    """Read one edition of a case's shortlist as it was, with every product and every reason."""
    row, lines = await queries.get_edition(session, case_id, edition, readers=principal.identities)
    shown = [ShortlistedProduct.model_validate(line) for line in lines]
    return ShortlistEditionView.model_validate({**row._mapping, "products": shown})  # noqa: SLF001 - as above
