"""HTTP in, HTTP out: saved searches."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request, Response

from rtp_finance_directory.alerts import commands, queries
from rtp_finance_directory.alerts.schemas import SavedSearchGiven, SavedSearchPage, SavedSearchView
from rtp_finance_directory.auth import FinanceReader
from rtp_finance_directory.settings import FinanceSettings
from rtp_shared.dependencies import After, ExpectedVersion, Limit, Now, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.service import Runtime
from rtp_shared.web import create_router

saved_searches = create_router(prefix="/v1/saved-searches", tags=["Saved searches"])

SearchId = Annotated[UUID, Path(description="The saved search's id")]


async def _read_bound(request: Request) -> int:
    runtime: Runtime = request.app.state.runtime
    assert isinstance(runtime.settings, FinanceSettings)  # noqa: S101 - the service's own settings
    return runtime.settings.saved_searches


@saved_searches.post("", status_code=201, responses={409: {"description": "Your client has as many as one may have"}})
async def save_search(
    said: SavedSearchGiven,
    principal: FinanceReader,
    session: Session,
    now: Now,
    most: Annotated[int, Depends(_read_bound)],
    response: Response,
) -> SavedSearchView:
    """Save a search, to be told of what it newly finds by the event search-matched.

    Your client alone sees it and is told: at most once a day for a search, of each product once, and again when it
    opens anew. What it finds now is not news. Of products that it has found you are also told when they open, come near
    their closing date, or are withdrawn (product-opened, product-closing, product-withdrawn).
    """
    search = await commands.save_search(session, said, actor=principal, most=most, now=now)
    response.headers["Location"] = f"/v1/saved-searches/{search.id}"
    response.headers["ETag"] = format_etag(search.version)
    return SavedSearchView.model_validate(search)


@saved_searches.get("")
async def list_saved_searches(
    principal: FinanceReader, session: Session, limit: Limit = 50, after: After = None
) -> SavedSearchPage:
    """List the searches that your client saved, newest first."""
    key = decode_cursor(after, UUID)
    rows = await queries.list_searches(
        session, client=principal.own_identity, limit=limit, after=key[0] if key else None
    )
    page, last = cut(rows, limit)
    items = [SavedSearchView.model_validate(row) for row in page]
    return SavedSearchPage(items=items, next=last and encode_cursor(last.id))


@saved_searches.get("/{search_id}")
async def get_saved_search(
    search_id: SearchId, principal: FinanceReader, session: Session, response: Response
) -> SavedSearchView:
    """Read a search that your client saved."""
    search = await queries.get_search(session, search_id, client=principal.own_identity)
    response.headers["ETag"] = format_etag(search.version)
    return SavedSearchView.model_validate(search)


@saved_searches.put("/{search_id}")
async def replace_saved_search(
    search_id: SearchId,
    said: SavedSearchGiven,
    version: ExpectedVersion,
    principal: FinanceReader,
    session: Session,
    now: Now,
    response: Response,
) -> SavedSearchView:
    """Say anew what is looked for. What other criteria find now is not news."""
    search = await commands.replace_search(session, search_id, said, version=version, actor=principal, now=now)
    response.headers["ETag"] = format_etag(search.version)
    return SavedSearchView.model_validate(search)


@saved_searches.delete("/{search_id}", status_code=204)
async def delete_saved_search(
    search_id: SearchId, version: ExpectedVersion, principal: FinanceReader, session: Session
) -> None:
    """Delete a saved search: nothing is told of it any more."""
    await commands.delete_search(session, search_id, version=version, actor=principal)
