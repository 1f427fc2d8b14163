"""Commands on what cases tell of their finance: verb(session, subject, *, details)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.circumstances.models import CaseFinance
from rtp_shared.identities import SYSTEM


async def keep_facts(
    session: AsyncSession, case_id: UUID, facts: Mapping[str, Any], *, readers: Sequence[str], sequence: int
) -> None:
    """Keep what the case says of its finance; what comes late or twice says nothing new."""
    kept = await _lock_or_add(session, case_id)
    kept.follow(readers, sequence=sequence)
    kept.set_facts(facts, sequence=sequence)
    await session.flush()


async def keep_assistance(
    session: AsyncSession, case_id: UUID, assistance: Mapping[str, Any], *, readers: Sequence[str], sequence: int
) -> None:
    """Keep what counts of the subsidies that the mutual was given; what comes late or twice says nothing new."""
    kept = await _lock_or_add(session, case_id)
    kept.follow(readers, sequence=sequence)
    kept.set_assistance(assistance, sequence=sequence)
    await session.flush()


async def follow_finance(session: AsyncSession, case_id: UUID, *, readers: Sequence[str], sequence: int) -> None:
    """Show it to whoever sees the case now, and to nobody who has left it."""
    kept = await _lock(session, case_id)
    if kept is not None:
        kept.follow(readers, sequence=sequence)
        await session.flush()


async def forget_finance(session: AsyncSession, case_id: UUID, *, sequence: int) -> None:
    """Forget what a destroyed case told of its finance."""
    kept = await _lock_or_add(session, case_id)
    kept.forget(sequence=sequence)
    await session.flush()


async def _lock_or_add(session: AsyncSession, case_id: UUID) -> CaseFinance:
    new = insert(CaseFinance).values(
        case_id=case_id, readers=list(SYSTEM), case_sequence=0, facts_sequence=0, assistance_sequence=0
    )
    await session.execute(new.on_conflict_do_nothing(index_elements=[CaseFinance.case_id]))
    kept = await _lock(session, case_id)
    assert kept is not None  # noqa: S101 - it was put there just now
    return kept


async def _lock(session: AsyncSession, case_id: UUID) -> CaseFinance | None:
    query = select(CaseFinance).where(CaseFinance.case_id == case_id).with_for_update()
    kept: CaseFinance | None = await session.scalar(query)
    return kept
