"""Reminders: a network is told of itself and of each published profile that nobody has verified for long, and again
until somebody does.
"""

import logging
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_advice_matching.directory.facets import ProfileStatus
from rtp_advice_matching.directory.models import Adviser, AdviserNetwork
from rtp_advice_matching.directory.queries import SHOWN
from rtp_advice_matching.directory.rules import STALE_AFTER
from rtp_shared.clock import LONDON
from rtp_shared.contracts import EventData
from rtp_shared.contracts.advice_matching import NetworkVerificationLapsed, VerificationLapsed
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
        while await remind_networks(runtime) >= BATCH:
            pass

    await run_every(
        EVERY_SECONDS,
        work,
        on_error=lambda error: log.warning("could not remind networks", extra={"error": describe_error(error)}),
    )


async def remind_networks(runtime: Runtime) -> int:
    """Tell networks of a batch of what is stale; return how much there was. Examples have nobody to be told.

    Nor has a network that a feed keeps: the operator sees from its feed how old it is.
    """
    today = runtime.clock().astimezone(LONDON).date()
    kept = (AdviserNetwork.status == ProfileStatus.PUBLISHED) & AdviserNetwork.imported_from.is_(None)
    async with runtime.database.transaction() as session:
        advisers = await _lock_stale(session, Adviser, SHOWN, today)
        networks = await _lock_stale(session, AdviserNetwork, kept, today)
        for adviser in advisers:
            said = VerificationLapsed(
                adviser_id=adviser.id, network_id=adviser.network_id, verified_on=adviser.verified_on
            )
            await _remind(session, runtime, adviser, said, network_id=adviser.network_id, today=today)
        for network in networks:
            about_it = NetworkVerificationLapsed(adviser_network_id=network.id, verified_on=network.verified_on)
            await _remind(session, runtime, network, about_it, network_id=network.id, today=today)
        await session.flush()
    return max(len(advisers), len(networks))


async def _lock_stale(session: AsyncSession, table: Any, shown: ColumnElement[bool], today: date) -> Sequence[Any]:
    """Return a batch of what is shown, and was neither verified nor reminded of for long, with the rows locked."""
    last_looked_at = func.greatest(table.verified_on, table.reminded_on)
    stale = or_(last_looked_at <= today - STALE_AFTER, last_looked_at.is_(None))
    query = select(table).where(shown, ~table.is_example, stale).order_by(table.id).limit(BATCH)
    return (await session.scalars(query.with_for_update(skip_locked=True, key_share=True))).all()


async def _remind(
    session: AsyncSession,
    runtime: Runtime,
    profile: Adviser | AdviserNetwork,
    said: EventData,
    *,
    network_id: UUID,
    today: date,
) -> None:
    [body] = await runtime.outbox.publish(
        session,
        [said],
        subject_id=profile.id,
        sequence=profile.sequence + 1,
        previous=profile.event_hash,
        dataref=f"/v1/{said.SUBJECT}/{profile.id}",
        readers=[organisation_identity(network_id), *SYSTEM],
    )
    profile.note_reminder(today, compute_digest(body))
