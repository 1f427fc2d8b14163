"""The worker that publishes funders and programmes on their day, and reminds keepers to verify them."""

import logging
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.funders.commands import NOUNS, follow_entry_schedule
from rtp_finance_directory.funders.models import Funder, FundingProgramme
from rtp_finance_directory.funders.queries import list_due_entries, list_unverified_entries
from rtp_finance_directory.settings import FinanceSettings
from rtp_finance_directory.turns import Turns
from rtp_finance_directory.vocabulary import DirectoryNoun
from rtp_shared.clock import LONDON
from rtp_shared.contracts.events import compute_digest
from rtp_shared.contracts.finance_directory import FunderVerificationLapsed, ProgrammeVerificationLapsed
from rtp_shared.db import describe_error
from rtp_shared.identities import SYSTEM, organisation_identity
from rtp_shared.loops import run_every
from rtp_shared.service import Runtime

log = logging.getLogger(__name__)

EVERY_SECONDS = 30.0
BATCH = 200


async def run_funders(runtime: Runtime) -> None:
    """Look every 30 seconds until cancelled. Any number may work side by side."""

    due: Turns[UUID] = Turns("the schedule of a funder or programme")
    reminders: Turns[UUID] = Turns("a reminder of a funder or programme")

    async def work() -> None:
        await process_due_entries(runtime, due)
        await remind_funders(runtime, reminders)

    await run_every(
        EVERY_SECONDS,
        work,
        on_error=lambda error: log.warning("could not follow funders", extra={"error": describe_error(error)}),
    )


async def process_due_entries(runtime: Runtime, turns: Turns[UUID]) -> int:
    """Publish and take off what is due by the platform's clock; return how many changed."""
    now, changed = runtime.clock(), 0
    for noun, table in NOUNS.items():
        async with runtime.database.transaction(SYSTEM, read_only=True) as session:
            due = await list_due_entries(session, table, now.astimezone(LONDON).date())
        for entry_id in due:
            if not turns.is_waiting(entry_id, now):
                changed += await turns.take(entry_id, partial(_follow, runtime, noun, entry_id, now), now=now) or 0
    return changed


async def _follow(runtime: Runtime, noun: DirectoryNoun, entry_id: UUID, now: datetime) -> bool:
    async with runtime.database.transaction(SYSTEM) as session:
        return await follow_entry_schedule(session, noun, entry_id, now=now)


async def remind_funders(runtime: Runtime, turns: Turns[UUID]) -> int:
    """Tell keepers of what nobody has verified for long, and again until somebody does; return how many were told."""
    now, told = runtime.clock(), 0
    assert isinstance(runtime.settings, FinanceSettings)  # noqa: S101 - the service's own settings
    since = now.astimezone(LONDON).date() - timedelta(days=runtime.settings.verification_days)
    for noun, table in NOUNS.items():
        async with runtime.database.transaction(SYSTEM, read_only=True) as session:
            found = await list_unverified_entries(session, table, since=since, limit=BATCH)
        for entry_id in found:
            if not turns.is_waiting(entry_id, now):
                told += await turns.take(entry_id, partial(_remind, runtime, noun, entry_id), now=now) or 0
    return told


async def _remind(runtime: Runtime, noun: DirectoryNoun, entry_id: UUID) -> bool:
    async with runtime.database.transaction(SYSTEM) as session:
        return await _publish_reminder(runtime, session, noun, entry_id)


async def _publish_reminder(runtime: Runtime, session: AsyncSession, noun: DirectoryNoun, entry_id: UUID) -> bool:
    table, today = NOUNS[noun], runtime.clock().astimezone(LONDON).date()
    query = select(table).where(table.id == entry_id).with_for_update(skip_locked=True, key_share=True)
    entry: Funder | FundingProgramme | None = await session.scalar(query)
    if entry is None or entry.owner is None or entry.reminded_on == today:
        return False
    event: FunderVerificationLapsed | ProgrammeVerificationLapsed
    if noun is DirectoryNoun.FUNDER:
        event = FunderVerificationLapsed(funder_id=entry_id, verified_on=entry.verified_on)
    else:
        event = ProgrammeVerificationLapsed(programme_id=entry_id, verified_on=entry.verified_on)
    [body] = await runtime.outbox.publish(
        session, [event], subject_id=entry_id, sequence=entry.sequence + 1, previous=entry.event_hash,
        dataref=f"/v1/{noun}s/{entry_id}/versions", readers=[organisation_identity(entry.owner), *SYSTEM],
    )  # fmt: skip
    entry.note_reminder(today, compute_digest(body))
    await session.flush()
    return True
