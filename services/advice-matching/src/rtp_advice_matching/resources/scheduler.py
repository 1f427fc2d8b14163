"""The scheduler of resources: whoever keeps the directory is told once of each that nobody has checked for a year."""

import logging
from datetime import timedelta

from sqlalchemy import or_, select

from rtp_advice_matching.resources.models import Resource
from rtp_shared.clock import LONDON
from rtp_shared.contracts.advice_matching import ResourceCheckLapsed
from rtp_shared.contracts.events import compute_digest
from rtp_shared.db import describe_error
from rtp_shared.identities import SYSTEM
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
BATCH = 200
STALE_AFTER = timedelta(days=365)
DIRECTORY_KEEPERS = "scope:advisers:oversee"


async def run_resource_reminders(runtime: Runtime) -> None:
    """Tell of what is stale every hour until cancelled. Any number may work side by side."""

    async def work() -> None:
        while await tell_stale_resources(runtime) >= BATCH:
            pass

    def warn(error: Exception) -> None:
        log.warning("could not tell of stale resources", extra={"error": describe_error(error)})

    await run_every(EVERY_SECONDS, work, on_error=warn)


async def tell_stale_resources(runtime: Runtime) -> int:
    """Tell of a batch of resources that nobody has checked for a year; return how many there were."""
    today = runtime.clock().astimezone(LONDON).date()
    news = or_(Resource.told_of.is_(None), Resource.told_of < Resource.checked_on)
    query = select(Resource).where(Resource.checked_on <= today - STALE_AFTER, news).order_by(Resource.id).limit(BATCH)
    async with runtime.database.transaction() as session:
        stale = (await session.scalars(query.with_for_update(skip_locked=True))).all()
        for resource in stale:
            [body] = await runtime.outbox.publish(
                session,
                [ResourceCheckLapsed(resource_id=resource.id, checked_on=resource.checked_on)],
                subject_id=resource.id,
                sequence=resource.sequence + 1,
                previous=resource.event_hash,
                dataref=f"/v1/resources/{resource.id}",
                readers=[DIRECTORY_KEEPERS, *SYSTEM],
            )
            resource.note_lapse(compute_digest(body))
        await session.flush()
    return len(stale)
