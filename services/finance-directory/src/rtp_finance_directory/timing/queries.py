"""Queries of when mutuals go live. Row-level security stands behind them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.timing.models import CaseTiming
from rtp_shared.db import visible_to


async def find_go_live(session: AsyncSession, case_id: UUID, *, readers: Sequence[str]) -> date | None:
    """Return the day on which the case's mutual goes live; None if nobody has said it, or the readers do not see it."""
    query = select(CaseTiming.go_live_on).where(CaseTiming.case_id == case_id, visible_to(CaseTiming.readers, readers))
    day: date | None = await session.scalar(query)
    return day
