"""Queries of what cases tell of their finance. Row-level security stands behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_finance_directory.circumstances.models import CaseFinance
from rtp_finance_directory.circumstances.subsidy import Assistance
from rtp_shared.db import visible_to


@dataclass(frozen=True, slots=True)
class ToldFinance:
    """What a case has told of its finance since its submission."""

    facts: dict[str, Any] = field(default_factory=dict)
    """The facts that stand in the place of those of the submission."""
    assistance: Assistance | None = None


async def find_finance(session: AsyncSession, case_id: UUID, *, readers: Sequence[str]) -> ToldFinance:
    """Return what the case has told; nothing if it has not, or the readers do not see it."""
    query = select(CaseFinance.facts, CaseFinance.assistance).where(
        CaseFinance.case_id == case_id, visible_to(CaseFinance.readers, readers)
    )
    row = (await session.execute(query)).first()
    if row is None:
        return ToldFinance()
    facts = dict(row.facts or {})
    if "finance_purposes" in facts:
        facts["finance_purposes"] = tuple(facts["finance_purposes"])
    return ToldFinance(facts, Assistance.read(row.assistance) if row.assistance else None)
