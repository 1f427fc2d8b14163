"""The scheduler of feeds: whoever looks after the directory is told once of each that was not taken in for long."""

import logging
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.rules import STALE_AFTER
from rtp_advice_matching.open_referral.models import FeedNotice, ImportedService
from rtp_shared.contracts.advice_matching import FeedLoadLapsed
from rtp_shared.contracts.events import compute_digest
from rtp_shared.db import describe_error
from rtp_shared.identities import SYSTEM
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
DIRECTORY_KEEPERS = "scope:advisers:oversee"


async def run_feed_reminders(runtime: Runtime) -> None:
    """Tell of feeds that are stale every hour until cancelled. Any number may work side by side."""

    async def work() -> None:
        await tell_stale_feeds(runtime)

    def warn(error: Exception) -> None:
        log.warning("could not tell of stale feeds", extra={"error": describe_error(error)})

    await run_every(EVERY_SECONDS, work, on_error=warn)


async def tell_stale_feeds(runtime: Runtime) -> int:
    """Tell of the feeds of which nothing was taken in for long, and was not told of yet; return how many."""
    last = func.max(ImportedService.seen_at)
    query = select(ImportedService.source, last).group_by(ImportedService.source)
    told = 0
    async with runtime.database.transaction() as session:
        stale = await session.execute(
            query.having(last <= runtime.clock() - STALE_AFTER).order_by(ImportedService.source)
        )
        for source, loaded_at in stale.all():
            told += await _tell(session, runtime, source, loaded_at)
        await session.flush()
    return told


async def _tell(session: AsyncSession, runtime: Runtime, source: str, loaded_at: datetime) -> bool:
    await session.execute(insert(FeedNotice).values(source=source).on_conflict_do_nothing())
    query = select(FeedNotice).where(FeedNotice.source == source).with_for_update()
    notice = (await session.execute(query)).scalar_one()
    if notice.told_of is not None and notice.told_of >= loaded_at:
        return False
    [body] = await runtime.outbox.publish(
        session,
        [FeedLoadLapsed(open_referral_feed_id=notice.id, source=source, last_loaded_at=loaded_at)],
        subject_id=notice.id,
        sequence=notice.sequence + 1,
        previous=notice.event_hash,
        dataref="/v1/open-referral/imports",
        readers=[DIRECTORY_KEEPERS, *SYSTEM],
    )
    notice.note_lapse(loaded_at, compute_digest(body))
    return True
