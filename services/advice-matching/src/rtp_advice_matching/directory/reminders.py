"""Reminders: a network is told of each published profile that nobody has verified for long, and again until it is."""

import logging

from sqlalchemy import func, or_, select

from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.directory.queries import SHOWN
from rtp_advice_matching.directory.rules import STALE_AFTER
from rtp_shared.clock import LONDON
from rtp_shared.contracts.advice_matching import VerificationLapsed
from rtp_shared.contracts.events import compute_digest
from rtp_shared.db import describe_error
from rtp_shared.identities import SYSTEM, organisation_identity
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
BATCH = 200


async def run_reminders(runtime: Runtime) -> None:
    """Remind networks every hour until cancelled. Any number may work side by side."""

    async def work() -> None:
        while await remind_networks(runtime) == BATCH:
            pass

    await run_every(
        EVERY_SECONDS,
        work,
        on_error=lambda error: log.warning("could not remind networks", extra={"error": describe_error(error)}),
    )


async def remind_networks(runtime: Runtime) -> int:
    """Tell networks of a batch of stale profiles; return how many there were. Examples have nobody to be told."""
    today = runtime.clock().astimezone(LONDON).date()
    last_looked_at = func.greatest(Adviser.verified_on, Adviser.reminded_on)
    stale = or_(last_looked_at <= today - STALE_AFTER, last_looked_at.is_(None))
    query = select(Adviser).where(SHOWN, ~Adviser.is_example, stale).order_by(Adviser.id).limit(BATCH)
    async with runtime.database.transaction() as session:
        profiles = (await session.scalars(query.with_for_update(skip_locked=True, key_share=True))).all()
        for adviser in profiles:
            event = VerificationLapsed(
                adviser_id=adviser.id, network_id=adviser.network_id, verified_on=adviser.verified_on
            )
            [body] = await runtime.outbox.publish(
                session,
                [event],
                subject_id=adviser.id,
                sequence=adviser.sequence + 1,
                previous=adviser.event_hash,
                dataref=f"/v1/advisers/{adviser.id}",
                readers=[organisation_identity(adviser.network_id), *SYSTEM],
            )
            adviser.note_reminder(today, compute_digest(body))
        await session.flush()
    return len(profiles)
