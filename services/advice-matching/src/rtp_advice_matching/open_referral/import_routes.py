"""Taking in a feed of Open Referral UK over HTTP, as the operator."""

from typing import Annotated

from fastapi import Query

from rtp_advice_matching.auth import AdviserModerator
from rtp_advice_matching.directory.rules import STALE_AFTER
from rtp_advice_matching.open_referral import commands, imported_queries
from rtp_advice_matching.open_referral.routes import PREFIX
from rtp_advice_matching.open_referral.schemas import Feed, FeedView, ImportReport
from rtp_shared.dependencies import After, Limit, Now, Session
from rtp_shared.paging import Page, cut, decode_cursor, encode_cursor
from rtp_shared.web import create_router

open_referral_imports = create_router(prefix=f"{PREFIX}/imports", tags=["Open Referral"])

DryRun = Annotated[bool, Query(alias="dryRun", description="Say what would become of each, and save nothing")]


@open_referral_imports.post("")
async def import_open_referral_feed(
    feed: Feed,
    _: AdviserModerator,
    session: Session,
    now: Now,
    dry_run: DryRun = False,
) -> ImportReport:
    """Take in services of another directory that speaks Open Referral UK 3.0, as its `/services/{id}` gives them.

    Good records are kept; of the others each wrong field is named, with the reason. The same again changes nothing.
    Organisations that are new here are drafts until the operator publishes them. Contacts, phones, e-mail and postal
    addresses are left behind. Of a feed that is sent `whole`, what it gave before and gives no more is taken down; with
    `dryRun` it is named. Nothing is taken down while the id of a record cannot be read.
    """
    return await commands.import_feed(
        session, feed.services, source=feed.source, whole=feed.whole, now=now, save=not dry_run
    )


@open_referral_imports.get("")
async def list_open_referral_feeds(
    _: AdviserModerator, session: Session, now: Now, limit: Limit = 50, after: After = None
) -> Page[FeedView]:
    """List the feeds that services were taken in from, and how many of each it has not been seen to give for long."""
    key = decode_cursor(after, str)
    rows = await imported_queries.list_feeds(
        session, stale_before=now - STALE_AFTER, limit=limit, after=key[0] if key else None
    )
    page, last = cut(rows, limit)
    return Page(items=[FeedView.model_validate(row) for row in page], next=last and encode_cursor(last.source))
