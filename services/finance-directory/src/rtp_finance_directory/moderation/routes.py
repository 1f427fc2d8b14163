"""HTTP in, HTTP out: which keepers of the directory the operator reviews."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from rtp_finance_directory.auth import FinanceOverseer
from rtp_finance_directory.moderation import commands, queries
from rtp_finance_directory.moderation.schemas import KeeperGiven, KeeperPage, KeeperView
from rtp_shared.dependencies import After, Limit, Session
from rtp_shared.etags import format_etag
from rtp_shared.paging import cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

directory_keepers = create_router(prefix="/v1/directory-keepers", tags=["Funders"])


@directory_keepers.get("")
async def list_directory_keepers(
    _: FinanceOverseer, session: Session, limit: Limit = 50, after: After = None
) -> KeeperPage:
    """List the organisations of which you have said whether you review them."""
    key = decode_cursor(after, UUID)
    rows = await queries.list_keepers(session, limit=limit, after=key[0] if key else None)
    page, last = cut(rows, limit)
    items = [KeeperView.model_validate(row) for row in page]
    return KeeperPage(items=items, next=last and encode_cursor(last.organisation))


@directory_keepers.put("/{organisation}")
async def set_directory_review(
    organisation: Annotated[UUID, Path(description="The organisation that keeps rows of the directory")],
    said: KeeperGiven,
    _: FinanceOverseer,
    session: Session,
    response: Response,
) -> KeeperView:
    """Say whether you look at what an organisation keeps before it is shown.

    From then on what it publishes is `in-review`, and so is what is shown and gets other words, until you publish it.
    Find what waits by `publication=in-review` in the lists of products, funders and programmes. What is shown now
    stays.
    """
    keeper = await commands.set_review(session, organisation, reviewed=said.reviewed)
    response.headers["ETag"] = format_etag(keeper.version)
    return KeeperView.model_validate(keeper)
