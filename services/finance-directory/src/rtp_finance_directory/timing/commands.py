"""Commands on when mutuals go live: verb(session, subject, *, details)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.timing.models import CaseTiming
from rtp_shared.identities import SYSTEM


async def set_go_live(
    session: AsyncSession, case_id: UUID, go_live_on: date, *, readers: Sequence[str], sequence: int
) -> None:
    """Keep the day on which the case's mutual goes live; what comes late or twice says nothing new."""
    timing = await _lock_or_make(session, case_id)
    timing.follow(readers, sequence=sequence)
    timing.set_day(go_live_on, sequence=sequence)
    await session.flush()


async def follow_timing(session: AsyncSession, case_id: UUID, *, readers: Sequence[str], sequence: int) -> None:
    """Show the day to whoever sees the case now, and to nobody who has left it."""
    timing = await _lock(session, case_id)
    if timing is not None:
        timing.follow(readers, sequence=sequence)
        await session.flush()


async def forget_timing(session: AsyncSession, case_id: UUID, *, sequence: int) -> None:
    """Forget the day of a destroyed case; what comes late says nothing new."""
    timing = await _lock_or_make(session, case_id)
    timing.set_day(None, sequence=sequence)
    await session.flush()


async def _lock_or_make(session: AsyncSession, case_id: UUID) -> CaseTiming:
    new = insert(CaseTiming).values(case_id=case_id, readers=list(SYSTEM), case_sequence=0, told_sequence=0)
    await session.execute(new.on_conflict_do_nothing(index_elements=[CaseTiming.case_id]))
    timing = await _lock(session, case_id)
    assert timing is not None  # noqa: S101 - it was put there just now
    return timing


async def _lock(session: AsyncSession, case_id: UUID) -> CaseTiming | None:
    query = select(CaseTiming).where(CaseTiming.case_id == case_id).with_for_update()
    timing: CaseTiming | None = await session.scalar(query)
    return timing
