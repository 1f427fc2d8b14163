"""Taking in a feed of Open Referral UK over HTTP, as the operator."""

from collections import Counter
from typing import Annotated

from fastapi import Query

from rtp_advice_matching.auth import AdviserModerator
from rtp_advice_matching.open_referral import commands
from rtp_advice_matching.open_referral.routes import PREFIX
from rtp_advice_matching.open_referral.schemas import Feed, ImportReport
from rtp_shared.dependencies import Now, Session
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
    Organisations that are new here are drafts until the operator publishes them. Contacts, phones, e-mail and
    addresses are left behind.
    """
    records = await commands.import_services(session, feed.services, source=feed.source, now=now, save=not dry_run)
    counted = Counter(each.outcome for each in records)
    return ImportReport(counts=dict(counted), records=records)
